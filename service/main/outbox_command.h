#pragma once

#include <span>

namespace antin::service {

/// What `antin outbox` becomes; all may run beside the service, which does the sending.
///   outbox list [--case ID] [--target NAME] [--state waiting|sent|dead|cancelled] [--config FILE]
///   outbox dead [--target NAME] [--config FILE]
///   outbox retry ID [--to ADDRESS] [--config FILE]
///   outbox retry --all-dead --target NAME [--config FILE]   a receiver that was away for long
///   outbox cancel ID [--config FILE]
/// Returns the exit code: 0, 1 when `dead` found something, 3 when it failed.
int outbox_command(std::span<char*> arguments);

}  // namespace antin::service
