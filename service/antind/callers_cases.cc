#include "service/antind/callers_cases.h"

#include <algorithm>

namespace antin::service {

using casework::Book;
using casework::BookRow;
using casework::Books;
using casework::Case;

casework::Roles CallersCases::roles() const {
  casework::Roles roles;
  const auto give = [&](Scope scope, casework::Role role) {
    if (caller_.scopes.count(scope) != 0) roles.set(static_cast<std::size_t>(role));
  };
  give(Scope::kReception, casework::Role::kReception);
  give(Scope::kOfficer, casework::Role::kOfficer);
  give(Scope::kClerk, casework::Role::kClerk);
  give(Scope::kSubmit, casework::Role::kSystem);
  return roles;
}

bool CallersCases::is_other_system() const {
  return roles() == casework::roles_of({casework::Role::kSystem});
}

bool CallersCases::is_its(const std::string& unit) const {
  return caller_.units.empty() || caller_.units.count(unit) != 0;
}

bool CallersCases::is_its(const Case& one) const {
  return is_its(one.unit) && (!is_other_system() || one.owner == caller_.key_id);
}

Status CallersCases::may_work_for(const std::string& unit) const {
  if (is_its(unit)) return Done{};
  return make_error(Code::kKeyUnit, unit);
}

Result<Case> CallersCases::open(const Case& fresh, const std::optional<casework::Once>& once,
                                const std::optional<casework::CaseDocument>& document,
                                const casework::ResultOrigin& origin) {
  ANTIN_CHECK(may_work_for(fresh.unit));
  return cases_.open(fresh, caller_.key_id, once, document, origin);
}

Result<std::optional<Case>> CallersCases::of_dossier(const std::string& dossier) {
  std::optional<std::string> id;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(id, casework::case_of_dossier(database, dossier,
                                            {caller_.units.begin(), caller_.units.end()}));
    return Done{};
  }));
  if (!id) return std::optional<Case>();
  ANTIN_TRY(auto found, cases_.find(*id));
  if (found && !is_its(*found)) found.reset();
  return found;
}

Result<Case> CallersCases::find(const std::string& id) {
  ANTIN_TRY(auto found, cases_.find(id));
  if (!found || !is_its(*found)) return make_error(Code::kCaseUnknown, id);
  return std::move(*found);
}

Result<std::vector<Case>> CallersCases::search(casework::Search search) {
  if (!caller_.units.empty()) {
    if (search.units.empty())
      search.units.assign(caller_.units.begin(), caller_.units.end());
    else
      std::erase_if(search.units, [&](const auto& unit) { return !is_its(unit); });
    if (search.units.empty()) return std::vector<Case>();
  }
  if (is_other_system()) search.owner = caller_.key_id;
  return cases_.search(search);
}

Result<std::vector<Case>> CallersCases::steps(const std::vector<casework::Change>& changes,
                                              const std::optional<casework::Once>& once) {
  for (const auto& change : changes) {
    ANTIN_TRY(const auto one, find(change.id));
    static_cast<void>(one);
  }
  return cases_.steps(changes, once);
}

Status CallersCases::in_books(const std::function<Status(Books&)>& work, UtcTime now) {
  return store_.in_transaction([&](Database& database) {
    Books books(
        database, [&](const StoreEvent& event) { return store_.tell(database, event); }, now,
        caller_.key_id);
    return work(books);
  });
}

Result<std::vector<Book>> CallersCases::books(int year) {
  if (is_other_system()) return std::vector<Book>();
  std::vector<Book> found;
  const std::vector<std::string> units(caller_.units.begin(), caller_.units.end());
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, Books(database, {}, UtcTime{{}}, {}).books(units, year));
    return Done{};
  }));
  return found;
}

Result<Book> CallersCases::book(const std::string& id) {
  std::optional<Book> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, Books(database, {}, UtcTime{{}}, {}).book(id));
    return Done{};
  }));
  if (!found || is_other_system() || !is_its(found->id.unit))
    return make_error(Code::kBookUnknown, id);
  return std::move(*found);
}

Result<std::vector<BookRow>> CallersCases::rows(const std::string& id, std::int64_t from,
                                                std::size_t most) {
  ANTIN_TRY(const auto known, book(id));
  static_cast<void>(known);
  std::vector<BookRow> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, Books(database, {}, UtcTime{{}}, {}).rows(id, from, most));
    return Done{};
  }));
  return found;
}

Result<std::vector<BookRow>> CallersCases::open_rows_before(const std::string& day) {
  std::vector<BookRow> found;
  if (is_other_system()) return found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, Books(database, {}, UtcTime{{}}, {}).open_before(day));
    return Done{};
  }));
  std::erase_if(
      found, [&](const BookRow& row) { return !is_its(row.book.substr(0, row.book.find('/'))); });
  return found;
}

Result<Book> CallersCases::next_volume(const std::string& id, const std::string& name,
                                       UtcTime now) {
  ANTIN_TRY(const auto known, book(id));
  static_cast<void>(known);
  Book after;
  ANTIN_CHECK(in_books(
      [&](Books& books) -> Status {
        ANTIN_TRY(after, books.next_volume(id, name));
        return Done{};
      },
      now));
  return after;
}

Result<Book> CallersCases::close(const std::string& id, const std::string& day, UtcTime now) {
  ANTIN_TRY(const auto known, book(id));
  static_cast<void>(known);
  Book after;
  ANTIN_CHECK(in_books(
      [&](Books& books) -> Status {
        ANTIN_TRY(after, books.close(id, day));
        return Done{};
      },
      now));
  return after;
}

}  // namespace antin::service
