#include "service/main/store_start.h"

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

}  // namespace

Result<std::optional<ServiceLock>> start_store(Store& store, const Store::Settings& settings,
                                               Log& log) {
  std::optional<ServiceLock> lock;
  if (settings.database == "sqlite") {
    ANTIN_TRY(auto taken, ServiceLock::take(settings.folder));
    lock.emplace(std::move(taken));
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
