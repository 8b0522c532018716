#include "service/casework/cases.h"

#include "service/casework/case_rows.h"
#include "service/outbox/outbox.h"
#include "service/store/register_text.h"
#include "service/store/store_values.h"
#include "service/text/unicode.h"

namespace antin::casework {
namespace {

using service::as_blob;
using service::as_integer;
using service::as_string;
using service::seconds;

constexpr const char* kInsertEvent =
    "INSERT INTO case_event VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

Result<Case> read_known(Database& database, const std::string& id) {
  ANTIN_TRY(auto found, read_one(database, "id=?1", id));
  if (!found) return make_error(Code::kCaseUnknown, id);
  return std::move(*found);
}

// The case that the same request changed before; nullopt: it is the first time.
Result<std::optional<std::string>> before(Database& database, const Once& once) {
  ANTIN_TRY(
      const auto rows,
      database.query("SELECT fingerprint, case_id FROM case_request WHERE owner=?1 AND key=?2",
                     {once.owner, once.key}));
  if (rows.empty()) return std::optional<std::string>();
  if (as_blob(rows[0][0]) != once.fingerprint)
    return make_error(Code::kIdempotencyKeyReused, "other request");
  return std::optional(as_string(rows[0][1]));
}

Status remember(Database& database, const Once& once, const std::string& id, UtcTime now) {
  return database.execute("INSERT INTO case_request VALUES(?1, ?2, ?3, ?4, ?5)",
                          {once.owner, once.key, once.fingerprint, id, seconds(now)});
}

// What a case became is owed to whoever is told of it (docs/PROTOCOL.outbox.md).
Status owe(Database& database, const Case& changed, const CaseEvent& event) {
  outbox::Event owed{.stream = changed.id,
                     .number = changed.version,
                     .type = "case." + event.to,
                     .at = event.at,
                     .unit = changed.unit,
                     .product = std::string(name(changed.product)),
                     .owner = changed.owner,
                     .about = {{"state", event.to},
                               {"dossier", changed.dossier},
                               {"number", changed.number},
                               {"received", changed.day},
                               {"original", changed.original}},
                     .facts = changed.facts};
  if (changed.state == State::kReleased) {
    ANTIN_TRY(const auto rows,
              database.query("SELECT sha256, size FROM case_document WHERE case_id=?1 AND"
                             " role='sealed' ORDER BY version DESC LIMIT 1",
                             {changed.id}));
    if (!rows.empty()) {
      owed.document_sha256 = as_blob(rows[0][0]);
      owed.document_octets = static_cast<std::size_t>(as_integer(rows[0][1]));
    }
  }
  return outbox::enqueue(database, owed);
}

Error changed_by_another(const Case& now, std::int64_t seen) {
  return make_error(Code::kCaseChanged, now.id,
                    {{"co", std::to_string(now.version)}, {"gui", std::to_string(seen)}});
}

}  // namespace

Books::Tell Cases::teller(Database& database) {
  return
      [this, &database](const service::StoreEvent& event) { return store_.tell(database, event); };
}

Status Cases::keep_document(Database& database, const std::string& id, const CaseDocument& document,
                            UtcTime now) {
  return database.execute(
      "INSERT INTO case_document(case_id, role, version, sha256, size, pages, created)"
      " SELECT ?1, ?2, COUNT(*)+1, ?3, ?4, ?5, ?6 FROM case_document WHERE case_id=?1 AND role=?2",
      {id, document.role, document.sha256, static_cast<std::int64_t>(document.size), document.pages,
       seconds(now)});
}

// The event, and for the log what the case is now.
Status Cases::note(Database& database, const Case& changed, const CaseEvent& event,
                   const std::optional<CaseDocument>& document) {
  ANTIN_CHECK(
      database.execute(kInsertEvent, {changed.id, changed.version, seconds(event.at), event.actor,
                                      event.action, event.from, event.to, event.facts}));
  // Facts that come between two steps change what is told later, not what the case is.
  if (event.from != event.to) ANTIN_CHECK(owe(database, changed, event));
  return store_.tell(database, {.kind = service::StoreEvent::Kind::kCase,
                                .subject = changed.id,
                                .actor = event.actor,
                                .document_sha256 = document ? document->sha256 : Bytes(),
                                .state = std::string(name(changed.state))});
}

Result<Case> Cases::open(const Case& fresh, const std::string& actor,
                         const std::optional<Once>& once,
                         const std::optional<CaseDocument>& document, const ResultOrigin& origin) {
  Case opened;
  const auto work = [&](Database& database) -> Status {
    opened = fresh;
    opened.state = first_state(fresh.product);
    opened.version = 1;
    if (once) {
      ANTIN_TRY(const auto same, before(database, *once));
      if (same) {
        ANTIN_TRY(opened, read_known(database, *same));
        return Done{};
      }
    }
    ANTIN_CHECK(database.execute(
        "INSERT INTO casework(id, unit, product, state, version, owner, visit, dossier, requester,"
        " requester_key, paper, paper_key, number, number_key, day, facts, book_row, original,"
        " created, updated) VALUES(?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10, ?11, '', '', ?12,"
        " ?13, '', '', ?14, ?14)",
        {opened.id, opened.unit, std::string(name(opened.product)), std::string(name(opened.state)),
         opened.owner, opened.visit, opened.dossier, opened.requester,
         service::search_key(opened.requester), opened.paper, service::search_key(opened.paper),
         opened.day, opened.facts, seconds(opened.created)}));
    if (opened.product == Product::kResult)
      ANTIN_CHECK(admit_result(database, opened, origin, document ? document->sha256 : Bytes()));
    if (document) ANTIN_CHECK(keep_document(database, opened.id, *document, opened.created));
    if (once) ANTIN_CHECK(remember(database, *once, opened.id, opened.created));
    return note(database, opened,
                {.number = 1,
                 .at = opened.created,
                 .actor = actor,
                 .action = "open",
                 .from = {},
                 .to = std::string(name(opened.state)),
                 .facts = "{}"},
                document);
  };
  ANTIN_CHECK(store_.in_transaction(work));
  return opened;
}

// What a step does to the book: the same transaction gives the number and moves the case.
Status Cases::number(Database& database, const Change& change, const Step& step, Case& changed) {
  Books books(database, teller(database), change.now, change.actor);
  switch (step.book) {
    case BookEffect::kNone:
      return Done{};
    case BookEffect::kReserve: {
      if (!change.series) return make_error(Code::kInternal, "a step that reserves no number");
      ANTIN_TRY(const auto row, books.reserve(*change.series, changed.id, change.book));
      changed.row = row.id;
      changed.number = row.text;
      return changed.product == Product::kResult ? mark_result(database, changed, change.marks)
                                                 : Status{Done{}};
    }
    case BookEffect::kFinal:
      return books.finish(changed.row, change.book.signer, change.original);
    case BookEffect::kVoid:
      break;
  }
  return books.void_row(changed.row, change.reason);
}

Status Cases::write(Database& database, const Case& changed, std::int64_t before) {
  ANTIN_TRY(
      const auto written,
      database.query(
          "UPDATE casework SET state=?2, version=?3, requester=?4, requester_key=?5, paper=?6,"
          " paper_key=?7, number=?8, number_key=?9, facts=?10, book_row=?11, original=?12,"
          " updated=?13 WHERE id=?1 AND version=?14 RETURNING version",
          {changed.id, std::string(name(changed.state)), changed.version, changed.requester,
           service::search_key(changed.requester), changed.paper,
           service::search_key(changed.paper), changed.number,
           service::register_key(changed.number), changed.facts, changed.row, changed.original,
           seconds(changed.updated), before}));
  return written.size() == 1 ? Status{Done{}} : Status{make_error(Code::kCaseChanged, changed.id)};
}

Status Cases::apply(Database& database, const Change& change, Case& out) {
  ANTIN_TRY(auto changed, read_known(database, change.id));
  if (changed.version != change.version) return changed_by_another(changed, change.version);
  auto judged = judge({.product = changed.product,
                       .state = changed.state,
                       .action = change.action,
                       .roles = change.roles,
                       .there = change.there});
  if (judged.step == nullptr) return std::move(*judged.refused);
  const auto from = changed.state;
  changed.state = judged.step->to;
  ++changed.version;
  changed.facts = change.facts;
  changed.requester = change.requester;
  changed.paper = change.paper;
  changed.updated = change.now;
  if (!change.original.empty()) changed.original = change.original;
  ANTIN_CHECK(number(database, change, *judged.step, changed));
  ANTIN_CHECK(write(database, changed, change.version));
  if (change.document)
    ANTIN_CHECK(keep_document(database, changed.id, *change.document, change.now));
  out = changed;
  return note(database, changed,
              {.number = changed.version,
               .at = change.now,
               .actor = change.actor,
               .action = std::string(name(change.action)),
               .from = std::string(name(from)),
               .to = std::string(name(changed.state)),
               .facts = change.told},
              change.document);
}

Result<std::vector<Case>> Cases::steps(const std::vector<Change>& changes,
                                       const std::optional<Once>& once) {
  std::vector<Case> after;
  const auto work = [&](Database& database) -> Status {
    after.assign(changes.size(), {});
    if (once) {
      ANTIN_TRY(const auto same, before(database, *once));
      for (std::size_t i = 0; same && i < changes.size(); ++i) {
        ANTIN_TRY(after[i], read_known(database, changes[i].id));
      }
      if (same) return Done{};
    }
    for (std::size_t i = 0; i < changes.size(); ++i)
      ANTIN_CHECK(apply(database, changes[i], after[i]));
    return once ? remember(database, *once, changes.at(0).id, changes.at(0).now) : Status{Done{}};
  };
  ANTIN_CHECK(store_.in_transaction(work));
  return after;
}

Result<bool> Cases::seen(const Once& once) {
  bool found = false;
  const auto work = [&](Database& database) -> Status {
    ANTIN_TRY(const auto same, before(database, once));
    found = same.has_value();
    return Done{};
  };
  ANTIN_CHECK(store_.in_snapshot(work));
  return found;
}

Result<Case> Cases::step(const Change& change, const std::optional<Once>& once) {
  ANTIN_TRY(auto after, steps({change}, once));
  return std::move(after.at(0));
}

Result<Case> Cases::amend(const std::string& id, std::int64_t version, const std::string& facts,
                          const std::string& action, const std::string& actor, UtcTime now,
                          const std::optional<CaseDocument>& document) {
  return amend(id, version, facts, {.action = action, .actor = actor, .now = now}, document);
}

Result<Case> Cases::amend(const std::string& id, std::int64_t version, const std::string& facts,
                          const Told& told, const std::optional<CaseDocument>& document) {
  Case changed;
  const auto work = [&](Database& database) -> Status {
    ANTIN_TRY(changed, read_known(database, id));
    if (changed.version != version) return changed_by_another(changed, version);
    ++changed.version;
    changed.facts = facts;
    changed.updated = told.now;
    ANTIN_CHECK(write(database, changed, version));
    if (document) ANTIN_CHECK(keep_document(database, id, *document, told.now));
    const std::string state(name(changed.state));
    return note(database, changed,
                {.number = changed.version,
                 .at = told.now,
                 .actor = told.actor,
                 .action = told.action,
                 .from = state,
                 .to = state,
                 .facts = told.facts},
                document);
  };
  ANTIN_CHECK(store_.in_transaction(work));
  return changed;
}

}  // namespace antin::casework
