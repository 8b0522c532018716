#include "service/holdings/prepared.h"

#include "service/store/store_values.h"

namespace antin::holdings {
namespace {

using service::Database;

Result<std::optional<Prepared>> find(Database& database, const std::string& held) {
  ANTIN_TRY(const auto rows,
            database.query("SELECT sha256, size, code FROM held_prepared WHERE held=?1", {held}));
  if (rows.empty()) return std::optional<Prepared>();
  return std::optional(Prepared{.sha256 = service::as_blob(rows[0][0]),
                                .size = static_cast<std::size_t>(service::as_integer(rows[0][1])),
                                .code = service::as_string(rows[0][2])});
}

}  // namespace

Result<std::optional<Prepared>> prepared_of(service::Store& store, const std::string& held) {
  std::optional<Prepared> found;
  ANTIN_CHECK(store.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, find(database, held));
    return Done{};
  }));
  return found;
}

Result<Prepared> keep_prepared(service::Store& store, const std::string& held,
                               const Prepared& fresh) {
  Prepared kept = fresh;
  ANTIN_CHECK(store.in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(auto there, find(database, held));
    if (there) {
      kept = std::move(*there);
      return Done{};
    }
    return database.execute(
        "INSERT INTO held_prepared(held, sha256, size, code) VALUES(?1, ?2, ?3, ?4)",
        {held, fresh.sha256, static_cast<std::int64_t>(fresh.size), fresh.code});
  }));
  return kept;
}

}  // namespace antin::holdings
