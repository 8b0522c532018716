#include "service/casework/handled.h"

#include "service/casework/product.h"
#include "service/store/store_values.h"

namespace antin::casework {

using service::as_integer;
using service::as_string;
using service::Database;

namespace {

std::string text(Action action) {
  return std::string(name(action));
}

}  // namespace

Result<std::vector<Handled>> handled(Database& database, const std::vector<std::string>& units,
                                     UtcTime from, UtcTime until) {
  // Every event changes the case: one that was not changed since is of no concern.
  std::string sql =
      "SELECT c.id, c.unit, c.created, COALESCE(b.copies, 1), COALESCE(e.action, ''),"
      " COALESCE(e.at, 0) FROM casework c LEFT JOIN book_row b ON b.id=c.book_row"
      " LEFT JOIN case_event e ON e.case_id=c.id AND e.action IN (?4, ?5, ?6)"
      " WHERE c.product=?1 AND c.updated>=?2 AND c.created<?3";
  Database::Values values{std::string(name(Product::kCertifiedCopy)),
                          service::seconds(from),
                          service::seconds(until),
                          text(Action::kRelease),
                          text(Action::kRefuse),
                          text(Action::kCancel)};
  std::string list;
  for (const auto& unit : units) {
    values.emplace_back(unit);
    list += (list.empty() ? "?" : ", ?") + std::to_string(values.size());
  }
  if (!units.empty()) sql += " AND c.unit IN (" + list + ")";
  ANTIN_TRY(const auto rows, database.query(sql + " ORDER BY c.id, e.number", values));
  std::vector<Handled> found;
  found.reserve(rows.size());
  std::string id;
  for (const auto& row : rows) {
    if (as_string(row[0]) != id) {
      id = as_string(row[0]);
      found.push_back({.unit = as_string(row[1]),
                       .received = service::from_seconds(as_integer(row[2])),
                       .copies = as_integer(row[3])});
    }
    const auto action = as_string(row[4]);
    const auto at = service::from_seconds(as_integer(row[5]));
    if (action == name(Action::kRelease)) found.back().released = at;
    if (action == name(Action::kRefuse)) found.back().refused = at;
    if (action == name(Action::kCancel)) found.back().cancelled = at;
  }
  return found;
}

}  // namespace antin::casework
