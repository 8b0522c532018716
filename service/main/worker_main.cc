// antin-worker: reads foreign octets for antind, which starts it with a channel at descriptor 3.
//
//   antin-worker                the service's; confined before it reads anything
//   antin-worker --nursery      reads nothing foreign; copies itself for each document that is to
//                               be read by a process that has never seen one
//   antin-worker --self-test    tries what the confinement must stop, and says what it did not
//   antin-worker … --unconfined for development: every report says so

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <string_view>
#include <sys/prctl.h>
#include <unistd.h>
#include <vector>

#include "service/ipc/process.h"
#include "service/ipc/self_test.h"
#include "service/ipc/worker_protocol.h"
#include "service/sandbox/process_state.h"
#include "service/sandbox/self_test.h"
#include "service/sandbox/worker_profile.h"
#include "service/system/bounds.h"
#include "service/system/real.h"
#include "service/worker/worker.h"

namespace antin::service {
namespace {

constexpr int kStatm = kChildChannel + 1;

enum class Kind : std::uint8_t { kWorker, kNursery };

struct Wanted {
  Kind kind = Kind::kWorker;
  bool for_development = false;
};

Result<worker::Standing> take_standing(const Wanted& wanted) {
  worker::Standing standing;
  // Dies with antind; leaves no core with somebody's document in it.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sandbox::limit(RLIMIT_CORE, 0);
  worker::warm_up();
  end_when_out_of_memory();
  Descriptor statm{::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)};
  if (statm.get() != kStatm) statm = Descriptor{::dup2(statm.get(), kStatm)};
  standing.statm = std::move(statm);
  standing.for_development = wanted.for_development;
  if (standing.for_development || !sandbox::can_be_confined()) return standing;
  if (wanted.kind == Kind::kNursery) {
    ANTIN_TRY(standing.confinement, sandbox::confine_nursery(kStatm));
  } else {
    ANTIN_TRY(standing.confinement, sandbox::confine_worker(kStatm));
  }
  return standing;
}

Status run(const std::vector<std::string_view>& options) {
  Wanted wanted;
  for (const auto option : options) {
    if (option == worker::kSelfTestOption) return serve_self_test(sandbox::test_worker_profile);
    if (option == worker::kNurseryOption) wanted.kind = Kind::kNursery;
    if (option == worker::kUnconfinedOption) wanted.for_development = true;
  }
  Channel channel{Descriptor(kChildChannel)};
  ANTIN_TRY(auto standing, take_standing(wanted));
  SystemRandom random;
  worker::Worker worker(channel, random, std::move(standing));
  return wanted.kind == Kind::kNursery ? worker.run_nursery() : worker.run();
}

}  // namespace
}  // namespace antin::service

int main(int argc, char** argv) {
  try {
    const auto ran = antin::service::run({argv + std::min(argc, 1), argv + argc});
    if (ran) return 0;
    static_cast<void>(std::fprintf(stderr, "antin-worker: %s\n", to_log_line(ran.error()).c_str()));
  } catch (const std::exception& problem) {
    static_cast<void>(std::fprintf(stderr, "antin-worker: %s\n", problem.what()));
  }
  return 1;
}
