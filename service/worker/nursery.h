#pragma once

#include <functional>

#include "service/ipc/channel.h"

namespace antin::service::worker {

/// Whether a copy takes more rights away from itself than its nursery has.
enum class Doubling : std::uint8_t { kConfined, kUnconfined };

/// What a nursery, which has one thread and has read nothing foreign, does with kDouble: a copy of
/// this process takes the channel in descriptor 0 instead of `channel`, is confined, and does
/// `live` until its channel closes; it does not come back. Fails with kIpcMalformed, kIpcFailed.
Result<Message> double_for(Message& request, Channel& channel, Doubling doubling,
                           const std::function<Status()>& live);

}  // namespace antin::service::worker
