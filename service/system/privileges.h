#pragma once

#include <cstdint>
#include <string>

#include "certs/core/error.h"

namespace antin::service {

/// What becomes of a service that root started and that no user is named for.
enum class AsRoot : std::uint8_t {
  kRefuse,
  kStay  ///< on a machine for development
};

/// Gives up, for ever and with all children, what a service needs nobody's help to do without:
/// root (for `user` and its groups), every capability, what setuid programs would give, core dumps,
/// being read or traced by its own user; and makes its files nobody else's (umask 077). Belongs
/// before the first thread and the first file.
///
/// `user` may be empty when the process is not root's; when it is given and the process is somebody
/// else's, that is an error. Under kStay root keeps its user and capabilities, the rest is given
/// up. Fails with kSetupRoot, kSetupUserUnknown ({user}, {key}), kSetupPrivileges ({reason}).
Status give_up_privileges(const std::string& user, AsRoot as_root);

}  // namespace antin::service
