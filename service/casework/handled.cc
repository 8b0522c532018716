#include "service/casework/handled.h"

#include "service/casework/product.h"
#include "service/store/conditions.h"
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
  service::Conditions where;
  std::string ends = where.place(text(Action::kRelease));
  for (const auto action : {Action::kRefuse, Action::kCancel})
    ends += ", " + where.place(text(action));
  where.add("c.product=", std::string(name(Product::kCertifiedCopy)));
  where.add("c.updated>=", service::seconds(from));
  where.add("c.created<", service::seconds(until));
  where.one_of("c.unit", units);
  ANTIN_TRY(const auto rows,
            database.query(
                "SELECT c.id, c.unit, c.created, COALESCE(b.copies, 1), COALESCE(e.action, ''),"
                " COALESCE(e.at, 0) FROM casework c LEFT JOIN book_row b ON b.id=c.book_row"
                " LEFT JOIN case_event e ON e.case_id=c.id AND e.action IN (" +
                    ends + ") " + where.text() + " ORDER BY c.id, e.number",
                where.values()));
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
