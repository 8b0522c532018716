#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/store/store.h"

namespace antin::service {

// Which node raises which upgrade, when several work on one database: leases of Store::kLease by
// the database's clock, as jobs have them. `node`: a name that no other process has.

/// Upgrades that wait and that no living node has, the most urgent first, at most 100; from now on
/// they are this node's. With SQLite there is only one node, and what an earlier one left is taken
/// at once.
Result<std::vector<StoredUpgrade>> take_upgrades(Store& store, const std::string& node);
/// The upgrade of this signature while it waits and is still this node's; nothing for one that
/// another node took over, and perhaps raised.
Result<std::optional<StoredUpgrade>> own_upgrade(Store& store, const std::string& node,
                                                 const std::string& signature);
/// To be called every third of a lease; who does not loses its upgrades to another node.
Status renew_upgrades(Store& store, const std::string& node);

}  // namespace antin::service
