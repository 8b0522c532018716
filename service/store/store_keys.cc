#include "service/store/store.h"
#include "service/store/store_values.h"

namespace antin::service {

namespace {

Status insert(Database& database, const StoredKey& key) {
  return database.execute(
      "INSERT INTO api_key(id, name, scopes, hash, created, limits)"
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
      {key.id, key.name, key.scopes, key.hash, seconds(key.created), key.limits});
}

Status change(Database& database, const std::string& id, const std::string& limits) {
  ANTIN_TRY(const auto rows,
            database.query("UPDATE api_key SET limits=?2 WHERE id=?1 RETURNING id", {id, limits}));
  if (rows.empty()) return make_error(Code::kKeyUnknown, id, {{"id", id}});
  return Done{};
}

StoreEvent about(StoreEvent::Kind kind, const std::string& key) {
  return {.kind = kind, .subject = key, .actor = {}, .document_sha256 = {}};
}

}  // namespace

Status Store::add_key(const StoredKey& key) {
  const std::lock_guard lock(keys_mutex_);
  return keys_db_->transaction([&]() -> Status {
    ANTIN_CHECK(insert(*keys_db_, key));
    return tell(*keys_db_, about(StoreEvent::Kind::kKeyAdded, key.id));
  });
}

Status Store::succeed_key(const StoredKey& fresh, const std::string& id,
                          const std::string& limits) {
  const std::lock_guard lock(keys_mutex_);
  return keys_db_->transaction([&]() -> Status {
    ANTIN_CHECK(change(*keys_db_, id, limits));
    ANTIN_CHECK(tell(*keys_db_, about(StoreEvent::Kind::kKeyChanged, id)));
    ANTIN_CHECK(insert(*keys_db_, fresh));
    return tell(*keys_db_, about(StoreEvent::Kind::kKeyAdded, fresh.id));
  });
}

Status Store::limit_key(const std::string& id, const std::string& limits) {
  const std::lock_guard lock(keys_mutex_);
  return keys_db_->transaction([&]() -> Status {
    ANTIN_CHECK(change(*keys_db_, id, limits));
    return tell(*keys_db_, about(StoreEvent::Kind::kKeyChanged, id));
  });
}

// On the other connection: keys are looked up meanwhile.
Status Store::keys_used(const std::map<std::string, UtcTime>& last_used) {
  const std::lock_guard lock(mutex_);
  return db_->transaction([&]() -> Status {
    for (const auto& [id, at] : last_used)
      ANTIN_CHECK(db_->execute("UPDATE api_key SET last_used=?2 WHERE id=?1", {id, seconds(at)}));
    return Done{};
  });
}

Result<std::vector<StoredKey>> Store::keys() {
  const std::lock_guard lock(keys_mutex_);
  ANTIN_TRY(const auto rows,
            keys_db_->query("SELECT id, name, scopes, hash, created, limits, last_used FROM api_key"
                            " ORDER BY id"));
  std::vector<StoredKey> keys;
  keys.reserve(rows.size());
  for (const auto& row : rows) {
    keys.push_back(StoredKey{.id = as_string(row[0]),
                             .name = as_string(row[1]),
                             .scopes = as_string(row[2]),
                             .hash = as_blob(row[3]),
                             .created = from_seconds(as_integer(row[4])),
                             .limits = as_string(row[5])});
    if (as_integer(row[6]) != 0) keys.back().last_used = from_seconds(as_integer(row[6]));
  }
  return keys;
}

Result<bool> Store::remove_key(const std::string& id) {
  const std::lock_guard lock(keys_mutex_);
  bool removed = false;
  ANTIN_CHECK(keys_db_->transaction([&]() -> Status {
    ANTIN_TRY(const auto rows,
              keys_db_->query("DELETE FROM api_key WHERE id=?1 RETURNING id", {id}));
    removed = !rows.empty();
    if (!removed) return Done{};
    return tell(
        *keys_db_,
        {.kind = StoreEvent::Kind::kKeyRemoved, .subject = id, .actor = {}, .document_sha256 = {}});
  }));
  return removed;
}

Result<std::int64_t> Store::version_of_others_writing() {
  const std::lock_guard lock(keys_mutex_);
  return keys_db_->version_of("api_key");
}

}  // namespace antin::service
