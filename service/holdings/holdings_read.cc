// Looking at what is held.

#include "service/holdings/held_rows.h"
#include "service/store/conditions.h"
#include "service/store/store_values.h"
#include "service/text/numbers.h"

namespace antin::holdings {
namespace {

using service::as_blob;
using service::as_integer;
using service::as_string;
using service::Conditions;
using service::Database;
using service::from_seconds;

constexpr std::size_t kMostUnits = 200;
constexpr std::size_t kMostGroups = 2'000;

std::string has_job(service::JobState state) {
  return "EXISTS(SELECT 1 FROM job j WHERE j.id=h.job AND j.state=" +
         std::to_string(static_cast<int>(state)) + ")";
}

std::string page(std::size_t most, const char* order) {
  return std::string(" ORDER BY ") + order + " LIMIT " + std::to_string(most);
}

Status few(const std::vector<std::string>& units) {
  if (units.size() <= kMostUnits) return Done{};
  return make_error(Code::kHttpParameter, "units", {{"parameter", "unit"}});
}

Finding doubt(Code code, Params params) {
  return {code, Severity::kWarning, std::move(params), {}};
}

}  // namespace

const char* const kHeldColumns =
    "SELECT h.id, h.unit, h.state, h.owner, h.reference, h.holder, h.procedure, h.kind, h.title,"
    " h.number, h.day, h.issuer, h.until, h.ordinal, h.fingerprint, h.scan_sha256, h.scan_size,"
    " h.pages, h.job, h.tries, h.original, h.reason, h.created, h.updated,"
    " COALESCE(r.state, '') FROM held_result h LEFT JOIN register_entry r ON r.original=h.original";

Held read_held(const Database::Row& row) {
  std::size_t i = 0;
  const auto text = [&] { return as_string(row.at(i++)); };
  const auto number = [&] { return as_integer(row.at(i++)); };
  Held held;
  held.id = text();
  held.unit = text();
  held.state = state_named(text()).value_or(State::kWithdrawn);
  held.owner = text();
  auto& facts = held.facts;
  for (auto* into : {&facts.reference, &facts.holder, &facts.procedure, &facts.kind, &facts.title,
                     &facts.number, &facts.day, &facts.issuer, &facts.until})
    *into = text();
  held.ordinal = static_cast<int>(number());
  held.fingerprint = as_blob(row.at(i++));
  held.scan_sha256 = as_blob(row.at(i++));
  held.scan_size = static_cast<std::size_t>(number());
  held.pages = number();
  held.job = text();
  held.tries = number();
  held.original = text();
  held.reason = text();
  held.created = from_seconds(number());
  held.updated = from_seconds(number());
  held.entry_state = text();
  return held;
}

Result<std::vector<Held>> read_all(Database& database, const std::string& conditions,
                                   const Database::Values& values) {
  ANTIN_TRY(const auto rows, database.query(std::string(kHeldColumns) + " " + conditions, values));
  std::vector<Held> all;
  all.reserve(rows.size());
  for (const auto& row : rows) all.push_back(read_held(row));
  return all;
}

Result<std::optional<Held>> read_one(Database& database, const std::string& conditions,
                                     const Database::Values& values) {
  ANTIN_TRY(auto all, read_all(database, "WHERE " + conditions + page(1, "h.id DESC"), values));
  if (all.empty()) return std::optional<Held>();
  return std::optional(std::move(all.front()));
}

Result<std::optional<Held>> Holdings::find(const std::string& id) {
  std::optional<Held> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, read_one(database, "h.id=?1", {id}));
    return Done{};
  }));
  return found;
}

Result<std::optional<Held>> Holdings::of_job(const std::string& job) {
  std::optional<Held> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, read_one(database, "h.job=?1 AND h.job<>''", {job}));
    return Done{};
  }));
  return found;
}

Result<std::vector<Held>> Holdings::search(const Search& search) {
  ANTIN_CHECK(few(search.units));
  Conditions where;
  where.one_of("h.unit", search.units);
  if (search.state) where.equal("h.state", std::string(name(*search.state)));
  where.equal("h.procedure", search.procedure);
  where.equal("h.kind", search.kind);
  where.equal("h.number_key", service::register_key(search.number));
  where.contains("h.holder_key", search.holder);
  if (search.year != 0) where.add("h.year=", std::int64_t{search.year});
  if (!search.before.empty()) where.add("h.id<", search.before);
  std::vector<Held> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found,
              read_all(database, where.text() + page(search.most, "h.id DESC"), where.values()));
    return Done{};
  }));
  return found;
}

Result<std::vector<Held>> Holdings::to_seal(const std::string& unit, const std::string& procedure,
                                            std::size_t most) {
  Conditions where;
  where.add("h.unit=", unit);
  where.equal("h.state", "taken");
  where.equal("h.procedure", procedure);
  // What a job has in hand waits for its end; what failed is tried again.
  where.and_also("(h.job='' OR " + has_job(service::JobState::kFailed) + ")");
  std::vector<Held> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, read_all(database, where.text() + page(most, "h.id"), where.values()));
    return Done{};
  }));
  return found;
}

Result<std::vector<Held>> Holdings::with_ended_job(const std::string& unit, std::size_t most) {
  Conditions where;
  where.add("h.unit=", unit);
  where.equal("h.state", "taken");
  where.and_also(has_job(service::JobState::kDone));
  std::vector<Held> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, read_all(database, where.text() + page(most, "h.id"), where.values()));
    return Done{};
  }));
  return found;
}

Result<std::vector<Held>> Holdings::of_holder(const std::string& holder_id, const std::string& kind,
                                              const std::string& procedure,
                                              const std::vector<std::string>& units,
                                              std::size_t most) {
  ANTIN_CHECK(few(units));
  Conditions where;
  where.add("h.holder_hash=", vault_.hash(holder_id));
  where.equal("h.state", "sealed");
  where.equal("r.state", "released");
  where.equal("h.kind", kind);
  where.equal("h.procedure", procedure);
  where.one_of("h.unit", units);
  std::vector<Held> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found,
              read_all(database, where.text() + page(most, "h.day DESC, h.id"), where.values()));
    return Done{};
  }));
  return found;
}

Result<Findings> Holdings::doubts(const Held& held) {
  Findings found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    found.clear();
    ANTIN_TRY(const auto alike,
              database.query("SELECT o.id FROM held_result o, held_result h WHERE h.id=?1 AND"
                             " o.id<>h.id AND o.unit=h.unit AND o.number_key=h.number_key AND"
                             " o.issuer_key=h.issuer_key AND o.kind=h.kind AND"
                             " o.state<>'withdrawn' ORDER BY o.id LIMIT 1",
                             {held.id}));
    if (!alike.empty())
      found.push_back(doubt(Code::kDigitisedAlike, {{"ma", as_string(alike[0][0])}}));
    ANTIN_TRY(const auto named,
              database.query("SELECT o.id FROM held_result o, held_result h WHERE h.id=?1 AND"
                             " o.unit=h.unit AND o.holder_hash=h.holder_hash AND"
                             " o.holder_key<>h.holder_key AND o.state<>'withdrawn' LIMIT 1",
                             {held.id}));
    if (!named.empty()) found.push_back(doubt(Code::kDigitisedHolder, {}));
    return Done{};
  }));
  return found;
}

Result<std::vector<Progress>> Holdings::progress(const std::vector<std::string>& units, int year) {
  ANTIN_CHECK(few(units));
  Conditions where;
  where.one_of("unit", units);
  if (year != 0) where.add("year=", std::int64_t{year});
  // One row for whatever is known of a procedure and year, from whichever of the three tables.
  const std::string sql =
      "SELECT unit, procedure, year, CAST(SUM(planned) AS BIGINT), CAST(SUM(taken) AS BIGINT), "
      "CAST(SUM(sealed) AS BIGINT), CAST(SUM(faulty) AS BIGINT) FROM ("
      "SELECT unit, procedure, year, planned, 0 AS taken, 0 AS sealed, 0 AS faulty"
      " FROM digitise_plan"
      " UNION ALL SELECT unit, procedure, year, 0, 1, CASE WHEN state='sealed' THEN 1 ELSE 0 END, 0"
      " FROM held_result WHERE state<>'withdrawn'"
      " UNION ALL SELECT unit, procedure, year, 0, 0, 0, 1 FROM digitise_fault) t " +
      where.text() + " GROUP BY unit, procedure, year" + page(kMostGroups, "1, 2, 3");
  std::vector<Progress> all;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows, database.query(sql, where.values()));
    all.clear();
    all.reserve(rows.size());
    for (const auto& row : rows)
      all.push_back({.unit = as_string(row[0]),
                     .procedure = as_string(row[1]),
                     .year = static_cast<int>(as_integer(row[2])),
                     .planned = as_integer(row[3]),
                     .taken = as_integer(row[4]),
                     .sealed = as_integer(row[5]),
                     .faulty = as_integer(row[6])});
    return Done{};
  }));
  return all;
}

Result<std::vector<Fault>> Holdings::faults(const std::vector<std::string>& units,
                                            std::size_t most) {
  ANTIN_CHECK(few(units));
  Conditions where;
  where.one_of("unit", units);
  std::vector<Fault> all;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT unit, reference, procedure, year, codes, created FROM"
                             " digitise_fault " +
                                 where.text() + page(most, "created DESC, unit, reference"),
                             where.values()));
    all.clear();
    all.reserve(rows.size());
    for (const auto& row : rows)
      all.push_back({.unit = as_string(row[0]),
                     .reference = as_string(row[1]),
                     .procedure = as_string(row[2]),
                     .year = static_cast<int>(as_integer(row[3])),
                     .codes = as_string(row[4]),
                     .created = from_seconds(as_integer(row[5]))});
    return Done{};
  }));
  return all;
}

}  // namespace antin::holdings
