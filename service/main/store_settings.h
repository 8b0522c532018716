#pragma once

#include "service/antind/config.h"
#include "service/store/store.h"

namespace antin::service {

/// Where the service keeps what it keeps. The key is [store] key_file, else the systemd credential
/// "store-key" or
/// "secret_store-key" if this unit has one.
Store::Settings store_settings(const Config& config);

}  // namespace antin::service
