#pragma once

#include <string>

#include "certs/core/time.h"
#include "service/antind/admin_sources.h"
#include "service/antind/config.h"

namespace antin::service {

/// What administration shows, out of files, certificates and the key holder. `config` and `clock`
/// outlive it; the configuration at `path` is read again whenever it is asked about.
AdminSources admin_sources(const Config& config, const std::string& path, const Clock& clock);

}  // namespace antin::service
