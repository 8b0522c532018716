#include "service/store/store.h"
#include "service/store/store_values.h"

namespace antin::service {

Status Store::add_key(const StoredKey& key) {
  const std::lock_guard lock(keys_mutex_);
  return keys_db_->transaction([&]() -> Status {
    ANTIN_CHECK(keys_db_->execute(
        "INSERT INTO api_key(id, name, scopes, hash, created) VALUES(?1, ?2, ?3, ?4, ?5)",
        {key.id, key.name, key.scopes, key.hash, seconds(key.created)}));
    return tell(*keys_db_, {.kind = StoreEvent::Kind::kKeyAdded,
                            .subject = key.id,
                            .actor = {},
                            .document_sha256 = {}});
  });
}

Result<std::vector<StoredKey>> Store::keys() {
  const std::lock_guard lock(keys_mutex_);
  ANTIN_TRY(const auto rows,
            keys_db_->query("SELECT id, name, scopes, hash, created FROM api_key ORDER BY id"));
  std::vector<StoredKey> keys;
  for (const auto& row : rows)
    keys.push_back(StoredKey{.id = as_string(row[0]),
                             .name = as_string(row[1]),
                             .scopes = as_string(row[2]),
                             .hash = as_blob(row[3]),
                             .created = from_seconds(as_integer(row[4]))});
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
