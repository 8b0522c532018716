#include "service/main/confinement.h"

#include "service/ipc/self_test.h"
#include "service/sandbox/process_state.h"

namespace antin::service {

Status require_confinement(const std::string& worker_program, const std::string& draw_program,
                           WorkerPool::Confinement confinement, Log& log) {
  if (confinement == WorkerPool::Confinement::kLeftOut) {
    log.write(Log::Level::kWarning, "unconfined_development",
              {{"code", std::string(info(Code::kServiceUnconfined).name)},
               {"note", sentence(Code::kServiceUnconfined, Language::kEnglish, {})}});
    return Done{};
  }
  if (!sandbox::can_be_confined()) {
    log.write(Log::Level::kWarning, "unconfined_sanitizer");
    return Done{};
  }
  ANTIN_CHECK(require_self_test(worker_program));
  if (!draw_program.empty()) ANTIN_CHECK(require_self_test(draw_program));
  return Done{};
}

}  // namespace antin::service
