#pragma once

#include "service/antind/config.h"
#include "service/setup/paths.h"
#include "service/tokend/config.h"

namespace antin::service::setup {

/// Everything that tokend.toml names, as `account` (antin-tokend's) will find it: modules, PINs,
/// the journal's folder, accounts. `path`: of tokend.toml; `config` has absolute paths.
Problems check_key_holder(const TokendConfig& config, const std::string& path,
                          const Account& account);

/// Whether the two configurations go together: antind may ask, its keys are allowed for what it
/// asks, and both mean the same socket.
Problems check_pair(const Config& config, const TokendConfig& tokend, const std::string& path);

}  // namespace antin::service::setup
