#include "service/store/upgrade_leases.h"

#include <algorithm>
#include <utility>

#include "service/store/leases.h"
#include "service/store/store_values.h"
#include "service/store/upgrade_rows.h"

namespace antin::service {
namespace {

constexpr auto kWaiting = static_cast<std::int64_t>(UpgradeState::kQueued);
constexpr std::int64_t kLease{Store::kLease.count()};

}  // namespace

Result<std::vector<StoredUpgrade>> take_upgrades(Store& store, const std::string& node) {
  std::vector<StoredUpgrade> upgrades;
  ANTIN_CHECK(store.in_transaction([&](Database& database) -> Status {
    upgrades.clear();
    const auto take =
        taking(database, {"upgrade", "signature", "state=?3", "due, signature"}, kUpgradeColumns);
    ANTIN_TRY(const auto rows, database.query(take, {node, kLease, kWaiting}));
    for (const auto& row : rows) upgrades.push_back(read_upgrade(row));
    return Done{};
  }));
  std::sort(upgrades.begin(), upgrades.end(), [](const StoredUpgrade& a, const StoredUpgrade& b) {
    return std::pair(a.due, a.signature) < std::pair(b.due, b.signature);
  });
  return upgrades;
}

Result<std::optional<StoredUpgrade>> own_upgrade(Store& store, const std::string& node,
                                                 const std::string& signature) {
  std::optional<StoredUpgrade> own;
  ANTIN_CHECK(store.in_snapshot([&](Database& database) -> Status {
    own.reset();
    ANTIN_TRY(const auto rows, database.query("SELECT " + std::string(kUpgradeColumns) +
                                                  " FROM upgrade WHERE signature=?1 AND"
                                                  " lease_owner=?2 AND state=?3",
                                              {signature, node, kWaiting}));
    if (!rows.empty()) own = read_upgrade(rows[0]);
    return Done{};
  }));
  return own;
}

Status renew_upgrades(Store& store, const std::string& node) {
  return store.in_transaction([&](Database& database) {
    return database.execute("UPDATE upgrade SET lease_until=" + std::string(now_of(database)) +
                                "+?2 WHERE lease_owner=?1 AND state=?3",
                            {node, kLease, kWaiting});
  });
}

}  // namespace antin::service
