#include <algorithm>
#include <utility>

#include "service/store/register_text.h"
#include "service/store/store.h"
#include "service/store/store_values.h"

namespace antin::service {
namespace {

constexpr const char* kOriginalColumns =
    "SELECT id, sha256, size, name, owner, created, signed_end FROM original ";
constexpr const char* kMost = " ORDER BY id LIMIT 100";

Error state_final(const StoredEntry& entry) {
  return make_error(Code::kRegisterStateFinal, entry.state,
                    {{"so", entry.decision}, {"ngay", vietnam_day(entry.decision_day)}});
}

StoreEvent event_of(StoreEvent::Kind kind, const StoredOriginal& original,
                    const std::string& actor) {
  return {.kind = kind,
          .subject = original.id,
          .actor = actor,
          .document_sha256 = original.sha256,
          .state = original.entry ? original.entry->state : std::string()};
}

}  // namespace

Result<std::optional<StoredEntry>> Store::read_entry(Database& database,
                                                     const std::string& original) {
  ANTIN_TRY(
      const auto rows,
      database.query("SELECT kind, number, book, day, unit_code, unit_name, pages, state, code,"
                     " decision, decision_day FROM register_entry WHERE original=?1",
                     {original}));
  if (rows.empty()) return std::optional<StoredEntry>();
  const auto& row = rows[0];
  StoredEntry entry{.kind = as_string(row[0]),
                    .number = as_string(row[1]),
                    .book = as_string(row[2]),
                    .day = as_string(row[3]),
                    .unit_code = as_string(row[4]),
                    .unit_name = as_string(row[5]),
                    .pages = static_cast<std::size_t>(as_integer(row[6])),
                    .state = as_string(row[7]),
                    .code = as_string(row[8]),
                    .decision = as_string(row[9]),
                    .decision_day = as_string(row[10]),
                    .officers = {},
                    .agencies = {}};
  ANTIN_TRY(const auto signers,
            database.query("SELECT role, certificate_sha256 FROM register_signer WHERE original=?1"
                           " ORDER BY role, certificate_sha256",
                           {original}));
  for (const auto& signer : signers) {
    auto& list = as_string(signer[0]) == "officer" ? entry.officers : entry.agencies;
    list.push_back(as_blob(signer[1]));
  }
  return std::optional(std::move(entry));
}

Result<StoredOriginal> Store::read_original(Database& database, const Database::Row& row) {
  StoredOriginal original{.id = as_string(row[0]),
                          .sha256 = as_blob(row[1]),
                          .size = static_cast<std::size_t>(as_integer(row[2])),
                          .name = as_string(row[3]),
                          .owner = as_string(row[4]),
                          .created = from_seconds(as_integer(row[5])),
                          .revisions = {},
                          .signed_end = static_cast<std::size_t>(as_integer(row[6]))};
  ANTIN_TRY(const auto revisions,
            database.query(
                "SELECT \"end\", sha256 FROM original_revision WHERE original=?1 ORDER BY number",
                {original.id}));
  for (const auto& revision : revisions)
    original.revisions.push_back(
        {static_cast<std::size_t>(as_integer(revision[0])), as_blob(revision[1])});
  ANTIN_TRY(original.entry, read_entry(database, original.id));
  return original;
}

Result<std::vector<StoredOriginal>> Store::read_originals(
    Database& database, const std::string& condition, const std::vector<Database::Value>& values) {
  ANTIN_TRY(const auto rows,
            database.query(std::string(kOriginalColumns) + "WHERE " + condition + kMost, values));
  std::vector<StoredOriginal> found;
  found.reserve(rows.size());
  for (const auto& row : rows) {
    ANTIN_TRY(auto original, read_original(database, row));
    found.push_back(std::move(original));
  }
  return found;
}

Result<std::vector<StoredOriginal>> Store::look_up(const std::string& condition,
                                                   const std::vector<Database::Value>& values) {
  const std::lock_guard lock(look_ups_mutex_);
  std::vector<StoredOriginal> found;
  ANTIN_CHECK(look_ups_db_->snapshot([&]() -> Status {
    ANTIN_TRY(found, read_originals(*look_ups_db_, condition, values));
    return Done{};
  }));
  return found;
}

Status Store::insert_entry(const std::string& original, const StoredEntry& entry, UtcTime at) {
  const auto number = register_key(entry.number), book = register_key(entry.book);
  if (!number.empty()) {
    ANTIN_TRY(const auto taken,
              db_->query("SELECT original FROM register_entry WHERE unit_code=?1 AND book_key=?2"
                         " AND number_key=?3",
                         {entry.unit_code, book, number}));
    if (!taken.empty()) return make_error(Code::kRegisterNumberTaken, as_string(taken[0][0]));
  }
  ANTIN_CHECK(db_->execute(
      "INSERT INTO register_entry(original, kind, number, book, number_key, book_key, day,"
      " unit_code, unit_name, pages, state, code, decision, decision_day, created)"
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '', '', ?13)",
      {original, entry.kind, entry.number, entry.book, number, book, entry.day, entry.unit_code,
       entry.unit_name, static_cast<std::int64_t>(entry.pages), entry.state, entry.code,
       seconds(at)}));
  const auto add = [&](const char* role, const std::vector<Bytes>& certificates) -> Status {
    for (const auto& certificate : certificates)
      ANTIN_CHECK(
          db_->execute("INSERT INTO register_signer VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING",
                       {original, std::string(role), certificate}));
    return Done{};
  };
  ANTIN_CHECK(add("officer", entry.officers));
  return add("agency", entry.agencies);
}

Result<StoredOriginal> Store::add_original(StoredOriginal original, bool& fresh) {
  const std::lock_guard lock(mutex_);
  std::optional<StoredOriginal> kept;
  const auto keep_entry = [&]() -> Status {
    if (!original.entry) return Done{};
    if (kept->entry) {
      return kept->entry->same_facts(*original.entry)
                 ? Status{Done{}}
                 : Status{make_error(Code::kRegisterFactsDiffer, kept->id)};
    }
    ANTIN_CHECK(insert_entry(kept->id, *original.entry, original.created));
    ANTIN_CHECK(db_->execute("UPDATE original SET signed_end=?2 WHERE id=?1",
                             {kept->id, static_cast<std::int64_t>(original.signed_end)}));
    kept->signed_end = original.signed_end;
    kept->entry = original.entry;
    return tell(*db_, event_of(StoreEvent::Kind::kEntered, *kept, original.owner));
  };
  const auto work = [&]() -> Status {
    kept.reset();
    ANTIN_TRY(auto same, read_originals(*db_, "sha256=?1", {original.sha256}));
    fresh = same.empty();
    if (!fresh) {
      kept = std::move(same.front());
      return keep_entry();
    }
    ANTIN_CHECK(
        db_->execute("INSERT INTO original(id, sha256, size, name, owner, created, signed_end)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                     {original.id, original.sha256, static_cast<std::int64_t>(original.size),
                      original.name, original.owner, seconds(original.created),
                      static_cast<std::int64_t>(original.signed_end)}));
    std::int64_t number = 0;
    for (const auto& revision : original.revisions) {
      ANTIN_CHECK(db_->execute(
          "INSERT INTO original_revision VALUES(?1, ?2, ?3, ?4)",
          {original.id, ++number, static_cast<std::int64_t>(revision.end), revision.sha256}));
    }
    ANTIN_CHECK(tell(*db_, event_of(StoreEvent::Kind::kOriginal, original, original.owner)));
    if (!original.entry) return Done{};
    ANTIN_CHECK(insert_entry(original.id, *original.entry, original.created));
    return tell(*db_, event_of(StoreEvent::Kind::kEntered, original, original.owner));
  };
  ANTIN_CHECK(db_->transaction(work));
  return kept ? std::move(*kept) : std::move(original);
}

Result<std::optional<StoredOriginal>> Store::original(const std::string& id) {
  ANTIN_TRY(auto found, look_up("id=?1", {id}));
  if (found.empty()) return std::optional<StoredOriginal>();
  return std::optional(std::move(found.front()));
}

Result<std::vector<StoredOriginal>> Store::originals_with(const Bytes& digest) {
  return look_up("(sha256=?1 OR id IN (SELECT original FROM original_revision WHERE sha256=?1))",
                 {digest});
}

Result<std::vector<StoredOriginal>> Store::originals_signed_as(const std::vector<Bytes>& digests) {
  std::vector<StoredOriginal> found;
  for (const auto& digest : digests) {
    // A scan or a half-signed file that is merely kept must not speak for what became of it.
    ANTIN_TRY(auto some, look_up("id IN (SELECT original FROM register_entry)"
                                 " AND id IN (SELECT r.original FROM original_revision r"
                                 " JOIN original o ON o.id=r.original WHERE r.sha256=?1"
                                 " AND o.signed_end>0 AND r.\"end\">=o.signed_end)",
                                 {digest}));
    for (auto& one : some) {
      const bool known = std::any_of(found.begin(), found.end(),
                                     [&](const auto& other) { return other.id == one.id; });
      if (!known) found.push_back(std::move(one));
    }
  }
  return found;
}

Result<std::optional<StoredOriginal>> Store::original_with_code(const std::string& code) {
  ANTIN_TRY(auto found,
            look_up("id IN (SELECT original FROM register_entry WHERE code=?1)", {code}));
  if (found.empty()) return std::optional<StoredOriginal>();
  return std::optional(std::move(found.front()));
}

Result<std::vector<StoredOriginal>> Store::originals_numbered(const std::string& number,
                                                              const std::string& book,
                                                              const std::string& unit) {
  return look_up(
      "id IN (SELECT original FROM register_entry WHERE number_key=?1 AND book_key=?2"
      " AND (unit_code=?3 OR unit_name=?3))",
      {register_key(number), register_key(book), unit});
}

Result<bool> Store::apply(const std::string& id, const StoredDecision& decision) {
  ANTIN_TRY(const auto entry, read_entry(*db_, id));
  if (!entry) return make_error(Code::kRegisterNotEntered, id);
  const bool same = entry->state == decision.state && entry->decision == decision.decision &&
                    entry->decision_day == decision.day;
  if (same) return false;
  const bool release = decision.state == "released";
  if (entry->state == "cancelled" || entry->state == "recalled" ||
      (release && entry->state != "pending"))
    return state_final(*entry);
  ANTIN_CHECK(db_->execute(
      "INSERT INTO register_event(original, number, state, decision, decision_day, actor, at)"
      " SELECT ?1, COUNT(*)+1, ?2, ?3, ?4, ?5, ?6 FROM register_event WHERE original=?1",
      {id, decision.state, decision.decision, decision.day, decision.actor, seconds(decision.at)}));
  ANTIN_CHECK(db_->execute(
      "UPDATE register_entry SET state=?2, decision=?3, decision_day=?4 WHERE original=?1",
      {id, decision.state, decision.decision, decision.day}));
  return true;
}

Result<StoredOriginal> Store::decide(const std::string& id, const StoredDecision& decision) {
  const std::lock_guard lock(mutex_);
  std::vector<StoredOriginal> found;
  const auto work = [&]() -> Status {
    ANTIN_TRY(const auto rows, db_->query("SELECT id FROM original WHERE id=?1", {id}));
    if (rows.empty()) return make_error(Code::kOriginalUnknown, id);
    ANTIN_TRY(const bool changed, apply(id, decision));
    ANTIN_TRY(found, read_originals(*db_, "id=?1", {id}));
    if (!changed) return Done{};
    return tell(*db_, event_of(StoreEvent::Kind::kDecided, found.at(0), decision.actor));
  };
  ANTIN_CHECK(db_->transaction(work));
  return std::move(found.at(0));
}

}  // namespace antin::service
