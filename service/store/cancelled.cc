#include "service/store/cancelled.h"

#include "service/store/store_values.h"

namespace antin::service {

Result<std::vector<CancelledEntry>> cancelled_entries(Store& store, const CancelledSearch& search) {
  std::vector<CancelledEntry> found;
  // What is not asked for is compared with itself, so that there is one statement.
  constexpr const char* kSql =
      "SELECT e.original, e.kind, e.number, e.book, e.day, e.unit_code, e.unit_name, e.decision,"
      " e.decision_day, v.at FROM register_entry e JOIN register_event v ON v.original=e.original"
      " AND v.state='cancelled' WHERE e.state='cancelled' AND (?1='' OR e.unit_code=?1)"
      " AND (?2='' OR e.decision_day>=?2) AND (?3='' OR e.decision_day<=?3)"
      " AND (?4='' OR e.original<?4) ORDER BY e.original DESC LIMIT ";
  ANTIN_CHECK(store.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query(kSql + std::to_string(search.most),
                             {search.unit, search.from_day, search.to_day, search.before}));
    found.clear();
    found.reserve(rows.size());
    for (const auto& row : rows)
      found.push_back({.id = as_string(row[0]),
                       .kind = as_string(row[1]),
                       .number = as_string(row[2]),
                       .book = as_string(row[3]),
                       .day = as_string(row[4]),
                       .unit_code = as_string(row[5]),
                       .unit_name = as_string(row[6]),
                       .decision = as_string(row[7]),
                       .decision_day = as_string(row[8]),
                       .at = from_seconds(as_integer(row[9]))});
    return Done{};
  }));
  return found;
}

}  // namespace antin::service
