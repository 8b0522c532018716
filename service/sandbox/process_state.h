#pragma once

#include <sys/resource.h>

namespace antin::service::sandbox {

/// False in builds with a sanitizer: those need system calls, memory and files of their own.
bool can_be_confined() noexcept;

/// Never above what already holds: raising a limit is not for everybody.
bool limit(__rlimit_resource_t resource, rlim_t most);

/// No privileges through execve; killed with its parent; not dumpable, and so no core, no ptrace
/// and no /proc/PID/mem for others of the same user.
bool give_up_privileges();

/// Own, empty namespaces for users, network and System V IPC where the kernel and whoever started
/// us permit; true when the network at least is our own.
bool own_namespaces();

/// Every capability goes, those of an own user namespace too.
bool drop_capabilities();

}  // namespace antin::service::sandbox
