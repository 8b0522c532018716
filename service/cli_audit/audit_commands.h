#pragma once

#include <vector>

#include "service/cli/args.h"

namespace antin::service {

/// antin audit verify: 0 clean, 1 something was done to the logs, 2 they cannot be proven, 3
/// failed.
CommandSpec verify_logs_spec();
Result<int> verify_logs(const Arguments& arguments, const std::vector<Language>& spoken);

/// antin audit check-proof: 0 proven, 1 not, 2 not released yet, 3 failed.
CommandSpec check_proof_spec();
Result<int> check_proof(const Arguments& arguments, const std::vector<Language>& spoken);

/// antin audit forget: retention. 0 done, or told what would be; 3 failed.
CommandSpec forget_spec();
Result<int> forget_records(const Arguments& arguments, const std::vector<Language>& spoken);

/// antin audit key: the verifier keys that the service signed with.
CommandSpec show_keys_spec();
Result<int> show_keys(const Arguments& arguments, const std::vector<Language>& spoken);

}  // namespace antin::service
