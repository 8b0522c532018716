#include "service/store/store.h"

#include <filesystem>
#include <system_error>

#include "service/store/schema.h"
#include "service/system/files.h"
#include "service/system/real.h"

namespace antin::service {

Store::Store(const Settings& settings, std::unique_ptr<Database> db, std::unique_ptr<Database> keys,
             std::unique_ptr<Database> look_ups)
    : folder_(settings.folder),
      key_file_(settings.key_file),
      node_(to_hex(SystemRandom().bytes(8))),
      db_(std::move(db)),
      keys_db_(std::move(keys)),
      look_ups_db_(std::move(look_ups)) {}

Result<std::unique_ptr<Store>> Store::open(const Settings& settings) {
  const auto& folder = settings.folder;
  if (auto made = make_folder(folder + "/documents"); !made)
    return while_doing(std::move(made).error(), Code::kStoreFailed, folder);
  // Names that somebody was killed over before they were synced.
  if (auto synced = sync_written({folder + "/documents"}); !synced)
    return while_doing(std::move(synced).error(), Code::kStoreFailed, folder);
  std::error_code ignored;  // a folder of another owner stays as it is
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  const auto file = folder + "/antin.sqlite";
  ANTIN_TRY(auto db, open_database(settings.database, file));
  ANTIN_CHECK(migrate(*db));
  ANTIN_TRY(auto keys, open_database(settings.database, file));
  ANTIN_TRY(auto look_ups, open_database(settings.database, file));
  // The constructor is private, so std::make_unique cannot reach it.
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory)
  std::unique_ptr<Store> store(
      new Store(settings, std::move(db), std::move(keys), std::move(look_ups)));
  ANTIN_CHECK(store->check_master_key());
  return store;
}

Status Store::tell(Database& database, const StoreEvent& event) {
  return sink_ ? sink_(database, event) : Status{Done{}};
}

Status Store::in_transaction(const std::function<Status(Database&)>& work) {
  const std::lock_guard lock(mutex_);
  return db_->transaction([&] { return work(*db_); });
}

Status Store::in_snapshot(const std::function<Status(Database&)>& work) {
  const std::lock_guard lock(mutex_);
  return db_->snapshot([&] { return work(*db_); });
}

}  // namespace antin::service
