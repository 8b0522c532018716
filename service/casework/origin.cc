#include "service/casework/origin.h"

#include "service/store/conditions.h"
#include "service/store/register_text.h"
#include "service/store/store_values.h"

namespace antin::casework {
namespace {

using service::as_integer;
using service::as_string;
using service::Conditions;
using service::register_key;
using service::search_key;

constexpr const char* kColumns =
    "SELECT id, unit, kind, book, number, day, paper, holder, fields, legal, corrects, basis,"
    " corrected_by, actor, created FROM origin_entry ";
constexpr const char* kInsert =
    "INSERT INTO origin_entry(id, unit, kind, book, book_key, number, number_key, day, paper,"
    " holder, holder_key, text_key, fields, legal, corrects, basis, corrected_by, actor, created)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, '', ?17, ?18)";

OriginEntry read_entry(const Database::Row& row) {
  OriginEntry entry;
  entry.id = as_string(row[0]);
  entry.unit = as_string(row[1]);
  entry.kind = as_string(row[2]);
  entry.book = as_string(row[3]);
  entry.number = as_string(row[4]);
  entry.day = as_string(row[5]);
  entry.paper = as_string(row[6]);
  entry.holder = as_string(row[7]);
  entry.fields = as_string(row[8]);
  entry.legal = as_string(row[9]);
  entry.corrects = as_string(row[10]);
  entry.basis = as_string(row[11]);
  entry.corrected_by = as_string(row[12]);
  entry.actor = as_string(row[13]);
  entry.created = service::from_seconds(as_integer(row[14]));
  return entry;
}

Result<std::optional<OriginEntry>> read_id(Database& database, const std::string& id) {
  ANTIN_TRY(const auto rows, database.query(std::string(kColumns) + "WHERE id=?1", {id}));
  if (rows.empty()) return std::optional<OriginEntry>();
  return std::optional(read_entry(rows[0]));
}

// The entry that has this number now.
Result<std::optional<OriginEntry>> numbered(Database& database, const OriginEntry& entry) {
  ANTIN_TRY(
      const auto rows,
      database.query(std::string(kColumns) + "WHERE unit=?1 AND kind=?2 AND book_key=?3 AND"
                                             " number_key=?4 AND corrected_by=''",
                     {entry.unit, entry.kind, search_key(entry.book), register_key(entry.number)}));
  if (rows.empty()) return std::optional<OriginEntry>();
  return std::optional(read_entry(rows[0]));
}

bool says_the_same(const OriginEntry& one, const OriginEntry& other) {
  return one.day == other.day && one.fields == other.fields && one.book == other.book &&
         one.number == other.number && one.paper == other.paper;
}

}  // namespace

Status Origins::tell(Database& database, const std::string& id, const std::string& actor,
                     const char* state) {
  return store_.tell(database, {.kind = service::StoreEvent::Kind::kOriginEntry,
                                .subject = id,
                                .actor = actor,
                                .document_sha256 = {},
                                .state = state});
}

// The older one keeps what it says; that another holds instead is all that becomes of it.
Status Origins::correct(Database& database, const OriginEntry& by) {
  ANTIN_TRY(const auto older, read_id(database, by.corrects));
  if (!older || older->unit != by.unit || older->kind != by.kind)
    return make_error(Code::kOriginUnknown, by.corrects);
  if (!older->corrected_by.empty()) {
    ANTIN_TRY(const auto newer, read_id(database, older->corrected_by));
    return make_error(Code::kOriginCorrected, older->id, {{"so", newer ? newer->basis : ""}});
  }
  ANTIN_CHECK(
      database.execute("UPDATE origin_entry SET corrected_by=?2 WHERE id=?1", {older->id, by.id}));
  return tell(database, older->id, by.actor, "corrected");
}

Result<OriginEntry> Origins::add_one(Database& database, const OriginEntry& entry, bool& fresh) {
  ANTIN_TRY(const auto there, numbered(database, entry));
  fresh = false;
  if (there && says_the_same(*there, entry)) return *there;
  if (there && there->id != entry.corrects)
    return make_error(Code::kOriginNumberTaken, there->id,
                      {{"so", there->book}, {"muc", there->number}});
  if (!entry.corrects.empty()) ANTIN_CHECK(correct(database, entry));
  ANTIN_CHECK(database.execute(
      kInsert, {entry.id, entry.unit, entry.kind, entry.book, search_key(entry.book), entry.number,
                register_key(entry.number), entry.day, entry.paper, entry.holder,
                search_key(entry.holder), search_key(entry.text), entry.fields, entry.legal,
                entry.corrects, entry.basis, entry.actor, service::seconds(entry.created)}));
  ANTIN_CHECK(tell(database, entry.id, entry.actor, "kept"));
  fresh = true;
  return entry;
}

Result<std::vector<OriginEntry>> Origins::add(const std::vector<OriginEntry>& entries,
                                              std::size_t& added) {
  std::vector<OriginEntry> kept;
  const auto work = [&](Database& database) -> Status {
    kept.clear();
    kept.reserve(entries.size());
    added = 0;
    for (const auto& entry : entries) {
      bool fresh = false;
      ANTIN_TRY(auto one, add_one(database, entry, fresh));
      kept.push_back(std::move(one));
      if (fresh) ++added;
    }
    return Done{};
  };
  ANTIN_CHECK(store_.in_transaction(work));
  return kept;
}

Result<std::optional<OriginEntry>> Origins::find(const std::string& id) {
  std::optional<OriginEntry> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, read_id(database, id));
    return Done{};
  }));
  return found;
}

Result<std::vector<OriginEntry>> Origins::search(const OriginSearch& search) {
  Conditions where;
  where.one_of("unit", search.units);
  where.equal("kind", search.kind);
  where.contains("holder_key", search.holder);
  where.contains("text_key", search.text);
  where.contains("book_key", search.book);
  where.equal("number_key", register_key(search.number));
  if (search.corrected == OriginSearch::Corrected::kLeftOut) where.and_also("corrected_by=''");
  if (!search.before.empty()) where.add("id<", search.before);
  std::vector<OriginEntry> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows, database.query(kColumns + where.text() + " ORDER BY id DESC LIMIT " +
                                                  std::to_string(search.most),
                                              where.values()));
    found.reserve(rows.size());
    for (const auto& row : rows) found.push_back(read_entry(row));
    return Done{};
  }));
  return found;
}

}  // namespace antin::casework
