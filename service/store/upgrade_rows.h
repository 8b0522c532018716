#pragma once

#include "service/store/database.h"
#include "service/store/stored.h"

namespace antin::service {

/// What read_upgrade() reads, in this order.
inline constexpr const char* kUpgradeColumns =
    "signature, job, state, level_wanted, level, newest, versions, since, due, tries, told";
StoredUpgrade read_upgrade(const Database::Row& row);

}  // namespace antin::service
