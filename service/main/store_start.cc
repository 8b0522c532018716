#include "service/main/store_start.h"

#include <filesystem>

#include "service/system/files.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

constexpr std::size_t kAnySize = std::size_t{1} << 40U;

Status check_newest(Store& store, Log& log) {
  std::vector<Bytes> newest;
  ANTIN_CHECK(store.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT sha256 FROM signature ORDER BY id DESC LIMIT 20"));
    for (const auto& row : rows) newest.push_back(as_blob(row[0]));
    return Done{};
  }));
  for (const auto& sha256 : newest) {
    const auto readable = store.document(sha256, kAnySize);
    if (readable || readable.error().code == Code::kStoredDocumentDestroyed) continue;
    log.write(Log::Level::kError, "stored_document_lost",
              {{"sha256", to_hex(sha256)}, {"error", to_log_line(readable.error())}});
  }
  return Done{};
}

constexpr std::size_t kMostName = 64;

// The name that this folder got from the first node that used it; "" when it has none.
Result<std::string> name_of_folder(const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::string();
  ANTIN_TRY(const auto octets, read_file(file, kMostName));
  return std::string(as_text(octets));
}

// What a node writes into a folder of its own the others cannot read: found out before the first
// document, and not when a citizen asks for it.
Status check_shared_folder(Store& store, const std::string& folder) {
  const auto file = folder + "/shared-folder";
  return store.in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows, database.query("SELECT value FROM store_state WHERE name='folder'"));
    ANTIN_TRY(auto here, name_of_folder(file));
    if (!rows.empty())
      return as_string(rows[0][0]) == here
                 ? Status{Done{}}
                 : Status{make_error(Code::kStoreOtherFolder, file, {{"file", folder}})};
    if (here.empty()) {
      here = to_hex(SystemRandom().bytes(16));
      ANTIN_CHECK(write_file(file, {as_bytes(here)}, IfExists::kReplace));
    }
    return database.execute("INSERT INTO store_state VALUES('folder', ?1)", {here});
  });
}

}  // namespace

Result<std::optional<ServiceLock>> start_store(Store& store, const Store::Settings& settings,
                                               Log& log) {
  std::optional<ServiceLock> lock;
  if (settings.database == "sqlite") {
    ANTIN_TRY(auto taken, ServiceLock::take(settings.folder));
    lock.emplace(std::move(taken));
  } else {
    ANTIN_CHECK(check_shared_folder(store, settings.folder));
  }
  if (const auto removed = store.remove_leftovers(); removed > 0)
    log.write(Log::Level::kWarning, "leftovers_removed", {{"files", std::to_string(removed)}});
  if (settings.key_file.empty()) log.write(Log::Level::kWarning, "stored_documents_not_encrypted");
  ANTIN_TRY(const auto held, store.held());
  if (held) log.write(Log::Level::kWarning, "store_held", {{"backup", *held}});
  ANTIN_CHECK(check_newest(store, log));
  return lock;
}

}  // namespace antin::service
