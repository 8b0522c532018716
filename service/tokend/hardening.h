#pragma once

#include "certs/core/error.h"

namespace antin::service {

/// What a process that holds PINs gives up: core dumps and being looked into (RLIMIT_CORE,
/// PR_SET_DUMPABLE), new privileges, files for others (umask), and the system calls by which one
/// process reaches into another or into the kernel (seccomp, answered with EPERM). Inherited by the
/// modules' processes, which need none of it. Fails with kIpcFailed.
Status harden_key_holder();

}  // namespace antin::service
