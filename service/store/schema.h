#pragma once

#include "service/store/database.h"

namespace antin::service {

/// Brings a database to the newest version of the schema. Fails with kStoreSchema when a newer
/// program made it.
Status migrate(Database& database);

/// The tables, each after those that it refers to: what a backup holds.
std::vector<std::string> tables();

}  // namespace antin::service
