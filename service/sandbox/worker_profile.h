#pragma once

#include <sys/types.h>

#include "certs/core/error.h"

namespace antin::service::sandbox {

/// What is in force after confine_worker().
struct WorkerConfinement {
  int landlock = 0;          ///< version; 0: this kernel has none, and seccomp stands alone
  bool own_network = false;  ///< without it there is still no call that makes a socket
};

/// Confines antin-worker for good: no new privileges, not dumpable, no capability, no file, no
/// further process, no socket but `channel`, and of the kernel only the calls of a short list; any
/// other ends the process. Standard error goes where standard output goes, because the log of
/// antind is not for the worker to write. Descriptors above `keep` are closed.
///
/// Memory, processor time and the size of what it writes are bounded from outside, by antind, for
/// each request anew: a process that could lower its own limits could raise them too.
///
/// Fails with kSandboxIncomplete; then nothing must be read.
Result<WorkerConfinement> confine_worker(int keep);

/// Confines a process that reads nothing foreign itself and copies itself for each document: as
/// confine_worker(), but that it may still copy itself and confine the copy further.
Result<WorkerConfinement> confine_nursery(int keep);

/// A copy of this process, which has one thread. In the copy 0, here its number; -1 when there is
/// none. The parent of this process is the copy's parent too, so it reaps it and learns how it
/// ended.
pid_t double_process();

/// In the copy, before it reads anything: from here on it may do what confine_worker() leaves and
/// nothing else. Fails with kSandboxIncomplete.
Status confine_double();

}  // namespace antin::service::sandbox
