#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "service/antind/api_keys.h"
#include "service/antind/config.h"

namespace antin::service {

/// What stands behind "antind key".
struct KeyOrder {
  std::string config, verb, id, name, scopes;
  KeyLimits limits;
  std::optional<std::int64_t> days, overlap_days, after_days;
};

/// Fails with kKeyOption ({option}, {value}).
Result<KeyOrder> read_key_order(std::span<char*> words, const std::string& default_config);

/// Makes, lists, replaces and ends the keys of the interface, as the user who serves them. Returns
/// the exit code: 0 done, 1 no such key, 3 could not be done.
int run_key_command(const KeyOrder& order, const Config& config);

/// How the command is used.
const char* key_usage() noexcept;

}  // namespace antin::service
