#include "service/casework/case_rows.h"
#include "service/store/conditions.h"
#include "service/store/register_text.h"
#include "service/store/store_values.h"

namespace antin::casework {
namespace {

using service::as_blob;
using service::as_integer;
using service::as_string;
using service::Conditions;
using service::from_seconds;

constexpr std::size_t kMostUnits = 200;

std::vector<CaseDocument> documents_in(const std::vector<Database::Row>& rows) {
  std::vector<CaseDocument> found;
  found.reserve(rows.size());
  for (const auto& row : rows)
    found.push_back({.role = as_string(row[0]),
                     .version = as_integer(row[1]),
                     .sha256 = as_blob(row[2]),
                     .size = static_cast<std::size_t>(as_integer(row[3])),
                     .pages = as_integer(row[4]),
                     .created = from_seconds(as_integer(row[5]))});
  return found;
}

}  // namespace

const char* const kCaseColumns =
    "SELECT id, unit, product, state, version, owner, visit, dossier, requester, paper, number,"
    " day, facts, book_row, original, created, updated FROM casework ";

Case read_case(const Database::Row& row) {
  Case one;
  one.id = as_string(row[0]);
  one.unit = as_string(row[1]);
  one.product = product_named(as_string(row[2])).value_or(Product::kCertifiedCopy);
  one.state = state_named(as_string(row[3])).value_or(State::kReceived);
  one.version = as_integer(row[4]);
  one.owner = as_string(row[5]);
  one.visit = as_string(row[6]);
  one.dossier = as_string(row[7]);
  one.requester = as_string(row[8]);
  one.paper = as_string(row[9]);
  one.number = as_string(row[10]);
  one.day = as_string(row[11]);
  one.facts = as_string(row[12]);
  one.row = as_string(row[13]);
  one.original = as_string(row[14]);
  one.created = from_seconds(as_integer(row[15]));
  one.updated = from_seconds(as_integer(row[16]));
  return one;
}

Result<std::optional<Case>> read_one(Database& database, const std::string& condition,
                                     const std::string& value) {
  ANTIN_TRY(const auto rows, database.query(std::string(kCaseColumns) + "WHERE " + condition +
                                                " ORDER BY id DESC LIMIT 1",
                                            {value}));
  if (rows.empty()) return std::optional<Case>();
  return std::optional(read_case(rows[0]));
}

Result<std::optional<Case>> Cases::find(const std::string& id) {
  std::optional<Case> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, read_one(database, "id=?1", id));
    return Done{};
  }));
  return found;
}

Result<std::optional<Case>> Cases::of_original(const std::string& original) {
  std::optional<Case> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, read_one(database, "original=?1", original));
    return Done{};
  }));
  return found;
}

Result<std::vector<CaseDocument>> Cases::documents(const std::string& id) {
  std::vector<CaseDocument> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT role, version, sha256, size, pages, created FROM case_document"
                             " d WHERE case_id=?1 AND version=(SELECT MAX(version) FROM"
                             " case_document WHERE case_id=?1 AND role=d.role) ORDER BY role",
                             {id}));
    found = documents_in(rows);
    return Done{};
  }));
  return found;
}

Result<std::vector<CaseDocument>> Cases::versions(const std::string& id, const std::string& role) {
  std::vector<CaseDocument> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT role, version, sha256, size, pages, created FROM case_document"
                             " WHERE case_id=?1 AND role=?2 ORDER BY version DESC",
                             {id, role}));
    found = documents_in(rows);
    return Done{};
  }));
  return found;
}

Result<std::vector<CaseEvent>> Cases::events(const std::string& id) {
  std::vector<CaseEvent> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT number, at, actor, action, from_state, to_state, facts FROM"
                             " case_event WHERE case_id=?1 ORDER BY number LIMIT 1000",
                             {id}));
    found.reserve(rows.size());
    for (const auto& row : rows)
      found.push_back({.number = as_integer(row[0]),
                       .at = from_seconds(as_integer(row[1])),
                       .actor = as_string(row[2]),
                       .action = as_string(row[3]),
                       .from = as_string(row[4]),
                       .to = as_string(row[5]),
                       .facts = as_string(row[6])});
    return Done{};
  }));
  return found;
}

Result<std::optional<BookRow>> Cases::row(const std::string& id) {
  std::optional<BookRow> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, Books(database, {}, UtcTime{std::chrono::sys_seconds{}}, {}).row(id));
    return Done{};
  }));
  return found;
}

Result<std::optional<ResultRow>> Cases::result(const std::string& id) {
  std::optional<ResultRow> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, result_of(database, id));
    return Done{};
  }));
  return found;
}

Result<std::vector<Case>> Cases::search(const Search& search) {
  if (search.units.size() > kMostUnits)
    return make_error(Code::kCaseFacts, "unit", {{"muc", "unit"}, {"ly_do", "> 200"}});
  Conditions where;
  where.one_of("unit", search.units);
  if (search.product) where.equal("product", std::string(name(*search.product)));
  if (search.state) where.equal("state", std::string(name(*search.state)));
  std::vector<std::string> states;
  states.reserve(search.states.size());
  for (const auto state : search.states) states.emplace_back(name(state));
  where.one_of("state", states);
  where.equal("owner", search.owner);
  where.equal("visit", search.visit);
  where.equal("dossier", search.dossier);
  where.equal("number_key", service::register_key(search.number));
  where.contains("requester_key", search.requester);
  where.contains("paper_key", search.paper);
  if (!search.from_day.empty()) where.add("day>=", search.from_day);
  if (!search.to_day.empty()) where.add("day<=", search.to_day);
  if (!search.before.empty()) where.add("id<", search.before);
  const std::string order = search.order == Search::Order::kOldest ? "ASC" : "DESC";
  std::vector<Case> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows, database.query(kCaseColumns + where.text() + " ORDER BY id " +
                                                  order + " LIMIT " + std::to_string(search.most),
                                              where.values()));
    found.reserve(rows.size());
    for (const auto& row : rows) found.push_back(read_case(row));
    return Done{};
  }));
  return found;
}

}  // namespace antin::casework
