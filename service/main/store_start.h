#pragma once

#include "service/antind/log.h"
#include "service/store/service_lock.h"
#include "service/store/store.h"

namespace antin::service {

/// What a start does with the store before it serves: claims the folder, or with PostgreSQL makes
/// sure that it is the one which all nodes share; removes what a killed process left, reads the
/// documents that were written last (a power cut would have hit those), and logs what it finds. All
/// documents are looked at by `antin store check`. Fails with kStoreInUse, kStoreOtherFolder.
Result<std::optional<ServiceLock>> start_store(Store& store, const Store::Settings& settings,
                                               Log& log);

}  // namespace antin::service
