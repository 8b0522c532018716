#include "service/store/store.h"
#include "service/store/store_values.h"
#include "service/store/upgrade_rows.h"

namespace antin::service {
namespace {

const std::string kColumns = "SELECT " + std::string(kUpgradeColumns) + " FROM upgrade ";

}  // namespace

StoredUpgrade read_upgrade(const Database::Row& row) {
  return StoredUpgrade{.signature = as_string(row[0]),
                       .job = as_string(row[1]),
                       .state = static_cast<UpgradeState>(as_integer(row[2])),
                       .level_wanted = as_string(row[3]),
                       .level = as_string(row[4]),
                       .newest = as_string(row[5]),
                       .versions = as_integer(row[6]),
                       .since = from_seconds(as_integer(row[7])),
                       .due = from_seconds(as_integer(row[8])),
                       .tries = as_integer(row[9]),
                       .told = as_string(row[10])};
}

std::string_view name(UpgradeState state) noexcept {
  switch (state) {
    case UpgradeState::kQueued:
      return "queued";
    case UpgradeState::kDone:
      return "done";
    case UpgradeState::kGivenUp:
      break;
  }
  return "given_up";
}

Status Store::insert_signature(const StoredSignature& signature) {
  return db_->execute(
      "INSERT INTO signature VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      {signature.id, signature.owner, signature.sha256, signature.input_sha256,
       static_cast<std::int64_t>(signature.size), seconds(signature.created), signature.facts});
}

Status Store::insert_upgrade(const StoredUpgrade& upgrade) {
  return db_->execute("INSERT INTO upgrade(" + std::string(kUpgradeColumns) +
                          ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                      {upgrade.signature, upgrade.job, static_cast<std::int64_t>(upgrade.state),
                       upgrade.level_wanted, upgrade.level, upgrade.newest, upgrade.versions,
                       seconds(upgrade.since), seconds(upgrade.due), upgrade.tries, upgrade.told});
}

Status Store::update_upgrade(const StoredUpgrade& upgrade) {
  return db_->execute(
      "UPDATE upgrade SET state=?2, level=?3, newest=?4, versions=?5, due=?6, tries=?7, told=?8"
      " WHERE signature=?1",
      {upgrade.signature, static_cast<std::int64_t>(upgrade.state), upgrade.level, upgrade.newest,
       upgrade.versions, seconds(upgrade.due), upgrade.tries, upgrade.told});
}

Result<std::optional<StoredUpgrade>> Store::upgrade(const std::string& signature) {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto rows, db_->query(kColumns + "WHERE signature=?1", {signature}));
  if (rows.empty()) return std::optional<StoredUpgrade>();
  return std::optional(read_upgrade(rows[0]));
}

Result<std::vector<StoredUpgrade>> Store::queued_upgrades() {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto rows, db_->query(kColumns + "WHERE state=?1 ORDER BY due, signature",
                                        {static_cast<std::int64_t>(UpgradeState::kQueued)}));
  std::vector<StoredUpgrade> upgrades;
  upgrades.reserve(rows.size());
  for (const auto& row : rows) upgrades.push_back(read_upgrade(row));
  return upgrades;
}

// Of a node that was away for longer than its lease: what another made meanwhile stays.
Status Store::set_upgrade(const StoredUpgrade& upgrade) {
  const std::lock_guard lock(mutex_);
  return db_->execute(
      "UPDATE upgrade SET state=?2, level=?3, newest=?4, due=?6, tries=?7, told=?8"
      " WHERE signature=?1 AND versions=?5 AND state=?9",
      {upgrade.signature, static_cast<std::int64_t>(upgrade.state), upgrade.level, upgrade.newest,
       upgrade.versions, seconds(upgrade.due), upgrade.tries, upgrade.told,
       static_cast<std::int64_t>(UpgradeState::kQueued)});
}

Status Store::add_version(const StoredSignature& version, const StoredUpgrade& upgrade) {
  const std::lock_guard lock(mutex_);
  return db_->transaction([&]() -> Status {
    ANTIN_TRY(const auto rows,
              db_->query("SELECT versions FROM upgrade WHERE signature=?1", {upgrade.signature}));
    if (rows.empty() || as_integer(rows[0][0]) + 1 != upgrade.versions)
      return make_error(Code::kJobTakenOver, upgrade.signature);
    ANTIN_CHECK(insert_signature(version));
    ANTIN_CHECK(update_upgrade(upgrade));
    ANTIN_CHECK(tell(*db_, {.kind = StoreEvent::Kind::kUpgraded,
                            .subject = version.id,
                            .actor = {},
                            .document_sha256 = version.sha256}));
    return db_->execute("UPDATE job SET updated=?2 WHERE id=?1",
                        {upgrade.job, seconds(version.created)});
  });
}

Status Store::queue_again(const std::string& signature, const std::string& owner, UtcTime now) {
  const std::lock_guard lock(mutex_);
  return db_->transaction([&]() -> Status {
    ANTIN_TRY(const auto known,
              db_->query("SELECT id FROM signature WHERE id=?1 AND owner=?2", {signature, owner}));
    if (known.empty()) return make_error(Code::kSignatureUnknown, signature);
    // From now on it may take as long again as it may from a release.
    ANTIN_TRY(const auto queued,
              db_->query("UPDATE upgrade SET state=?2, since=?3, due=?3, tries=0, lease_owner='',"
                         " lease_until=0"
                         " WHERE signature=?1 AND state=?4 RETURNING signature",
                         {signature, static_cast<std::int64_t>(UpgradeState::kQueued), seconds(now),
                          static_cast<std::int64_t>(UpgradeState::kGivenUp)}));
    return queued.empty() ? Status{make_error(Code::kUpgradeNotGivenUp, signature)}
                          : Status{Done{}};
  });
}

}  // namespace antin::service
