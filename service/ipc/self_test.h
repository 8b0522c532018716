#pragma once

#include <functional>
#include <string>
#include <vector>

#include "certs/core/error.h"

namespace antin::service {

/// A program of ours that was started with worker::kSelfTestOption: answers kSelfTest over its
/// channel with what `test` says was not stopped, until its parent goes.
Status serve_self_test(const std::function<std::vector<std::string>()>& test);

/// Starts `program` (an absolute path) so and asks it. Fails with kSandboxIncomplete, which names
/// the program and what was not stopped, and when it cannot be started or does not answer.
Status require_self_test(const std::string& program);

}  // namespace antin::service
