#include "service/store/upgrade_leases.h"

#include "service/store/store_values.h"
#include "service/store/upgrade_rows.h"

namespace antin::service {
namespace {

constexpr auto kWaiting = static_cast<std::int64_t>(UpgradeState::kQueued);
constexpr std::int64_t kLease{Store::kLease.count()};

}  // namespace

// As Store::take_jobs(): a lease that ends later than any can was given before the database's clock
// was put back, and two nodes that look at the same moment pass each other's rows by.
Result<std::vector<StoredUpgrade>> take_upgrades(Store& store, const std::string& node) {
  std::vector<StoredUpgrade> upgrades;
  ANTIN_CHECK(store.in_transaction([&](Database& database) -> Status {
    upgrades.clear();
    const bool alone = database.dialect() == Database::Dialect::kSqlite;
    const std::string now = now_of(database);
    const auto take = "UPDATE upgrade SET lease_owner=?1, lease_until=" + now +
                      "+?2 WHERE signature IN (SELECT signature FROM upgrade WHERE state=?3"
                      " AND lease_owner<>?1" +
                      (alone ? "" : " AND lease_until NOT BETWEEN " + now + " AND " + now + "+?2") +
                      " ORDER BY due, signature LIMIT 100" +
                      (alone ? "" : " FOR UPDATE SKIP LOCKED") + ") RETURNING " + kUpgradeColumns;
    ANTIN_TRY(const auto rows, database.query(take, {node, kLease, kWaiting}));
    for (const auto& row : rows) upgrades.push_back(read_upgrade(row));
    return Done{};
  }));
  return upgrades;
}

Result<bool> has_upgrade(Store& store, const std::string& node, const std::string& signature) {
  bool has = false;
  ANTIN_CHECK(store.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT signature FROM upgrade WHERE signature=?1 AND lease_owner=?2"
                             " AND state=?3",
                             {signature, node, kWaiting}));
    has = !rows.empty();
    return Done{};
  }));
  return has;
}

Status renew_upgrades(Store& store, const std::string& node) {
  return store.in_transaction([&](Database& database) {
    return database.execute("UPDATE upgrade SET lease_until=" + std::string(now_of(database)) +
                                "+?2 WHERE lease_owner=?1 AND state=?3",
                            {node, kLease, kWaiting});
  });
}

}  // namespace antin::service
