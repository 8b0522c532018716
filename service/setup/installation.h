#pragma once

#include "certs/core/time.h"
#include "service/antind/config.h"
#include "service/setup/paths.h"

namespace antin::service::setup {

/// Everything that antin.toml names, as `account` will find it: files, folders, sockets, their
/// modes and owners, certificates and their ends, secrets where backups copy, settings for
/// development. `config` has absolute paths (load_config).
Problems check_installation(const Config& config, const Account& account, const Clock& clock);

/// Days before the end of a certificate from which on it is spoken of.
constexpr int kSpeakOfEndDays = 45;

}  // namespace antin::service::setup
