#pragma once

#include <string>

#include "service/antind/log.h"
#include "service/antind/worker_pool.h"

namespace antin::service {

/// Has the programs that read foreign octets prove that they are stopped, before anything foreign
/// comes in. Fails with kSandboxIncomplete. With Confinement::kLeftOut, and in builds with a
/// sanitizer, which cannot be confined, says so in the log instead.
/// `draw_program`: "" where it is not installed.
Status require_confinement(const std::string& worker_program, const std::string& draw_program,
                           WorkerPool::Confinement confinement, Log& log);

}  // namespace antin::service
