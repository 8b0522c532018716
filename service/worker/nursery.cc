#include "service/worker/nursery.h"

#include <cerrno>
#include <system_error>
#include <unistd.h>

#include "service/sandbox/worker_profile.h"

namespace antin::service::worker {

Result<Message> double_for(Message& request, Channel& channel, Doubling doubling,
                           const std::function<Status()>& live) {
  if (request.descriptors.size() != 1)
    return make_error(Code::kIpcMalformed, "a copy needs one channel");
  const auto copy = sandbox::double_process();
  if (copy < 0)
    return make_error(Code::kIpcFailed,
                      "copy a process: " + std::generic_category().message(errno));
  if (copy == 0) {
    // The nursery's own channel is closed with this: a copy must not answer for it.
    channel = Channel(std::move(request.descriptors[0]));
    const bool confined =
        doubling == Doubling::kUnconfined || static_cast<bool>(sandbox::confine_double());
    ::_exit(confined && live() ? 0 : 1);
  }
  Message reply;
  reply.body = cbor::Map{{"pid", std::int64_t{copy}}};
  return reply;
}

}  // namespace antin::service::worker
