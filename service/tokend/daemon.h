#pragma once

#include <string>

#include "service/tokend/config.h"

namespace antin::service {

/// Serves until SIGTERM or SIGINT. `credentials`: the value of $CREDENTIALS_DIRECTORY. Fails when
/// it cannot start.
Status run_tokend(const TokendConfig& config, const std::string& credentials);

}  // namespace antin::service
