#include "service/holdings/holdings.h"

#include <algorithm>

#include "service/casework/paper_codes.h"
#include "service/holdings/held_rows.h"
#include "service/office/numbering.h"
#include "service/store/store_values.h"
#include "service/text/numbers.h"
#include "service/text/unicode.h"

namespace antin::holdings {
namespace {

using service::as_integer;
using service::Database;
using service::seconds;

Error not_now(const Held& held, const char* what) {
  return make_error(
      Code::kDigitisedState, held.id,
      {{"buoc", std::string(words(held.state, Language::kVietnamese))}, {"viec", what}});
}

// The one of this reference, unless it was withdrawn: then the row may be imported again.
Result<std::optional<Held>> referred(Database& database, const std::string& unit,
                                     const std::string& reference) {
  return read_one(database, "h.unit=?1 AND h.reference=?2 AND h.state<>'withdrawn'",
                  {unit, reference});
}

Result<Held> known(Database& database, const std::string& id) {
  ANTIN_TRY(auto found, read_one(database, "h.id=?1", {id}));
  if (!found) return make_error(Code::kDigitisedUnknown, id);
  return std::move(*found);
}

// C-04, A-03: the same paper of the same holder is held once.
Status not_held_yet(Database& database, const Held& fresh, const Bytes& hash) {
  ANTIN_TRY(
      const auto rows,
      database.query("SELECT id FROM held_result WHERE unit=?1 AND holder_hash=?2 AND kind=?3"
                     " AND number_key=?4 AND day=?5 AND issuer_key=?6 AND state<>'withdrawn'"
                     " LIMIT 1",
                     {fresh.unit, hash, fresh.facts.kind, service::register_key(fresh.facts.number),
                      fresh.facts.day, service::search_key(fresh.facts.issuer)}));
  if (!rows.empty()) {
    const auto id = service::as_string(rows[0][0]);
    return make_error(Code::kDigitisedAlready, id, {{"ma", id}});
  }
  ANTIN_TRY(const auto scans,
            database.query("SELECT reference FROM held_result WHERE unit=?1 AND scan_sha256=?2 AND"
                           " state<>'withdrawn' LIMIT 1",
                           {fresh.unit, fresh.scan_sha256}));
  if (scans.empty()) return Done{};
  return make_error(Code::kDigitiseFileTwice, fresh.id,
                    {{"dong", fresh.facts.reference},
                     {"tep", "quét"},
                     {"khac", service::as_string(scans[0][0])}});
}

// Numbers of withdrawn ones are not given again, nor those of results of procedures.
Result<int> next_ordinal(Database& database, const Held& fresh, const Bytes& hash) {
  constexpr std::int64_t kLast = 99;
  const office::PaperCode paper{
      .holder = fresh.facts.holder_id, .paper = fresh.facts.kind, .symbol = fresh.facts.number};
  ANTIN_TRY(const auto digitised, casework::last_of_digitised(database, hash, paper));
  ANTIN_TRY(const auto results, casework::last_of_results(database, paper));
  const auto last = std::max(digitised, results);
  if (last >= kLast)
    return make_error(Code::kDigitisedFull, fresh.id,
                      {{"ma", fresh.facts.kind + "." + fresh.facts.number}});
  return static_cast<int>(last + 1);
}

}  // namespace

std::string_view name(State state) noexcept {
  switch (state) {
    case State::kTaken:
      return "taken";
    case State::kSealed:
      return "sealed";
    case State::kWithdrawn:
      break;
  }
  return "withdrawn";
}

std::string_view words(State state, Language language) noexcept {
  const bool vi = language == Language::kVietnamese;
  switch (state) {
    case State::kTaken:
      return vi ? "đã nhập, chưa ký số" : "taken, not sealed";
    case State::kSealed:
      return vi ? "đã ký số" : "sealed";
    case State::kWithdrawn:
      break;
  }
  return vi ? "đã hủy" : "withdrawn";
}

std::optional<State> state_named(std::string_view wanted) noexcept {
  for (const auto state : {State::kTaken, State::kSealed, State::kWithdrawn}) {
    if (name(state) == wanted) return state;
  }
  return std::nullopt;
}

Status Holdings::note(Database& database, const Held& held, const std::string& actor) {
  return store_.tell(database, {.kind = service::StoreEvent::Kind::kHeld,
                                .subject = held.id,
                                .actor = actor,
                                .document_sha256 = held.scan_sha256,
                                .state = std::string(name(held.state))});
}

Status Holdings::insert(Database& database, const Held& fresh) {
  const auto& facts = fresh.facts;
  ANTIN_TRY(const auto sealed, vault_.seal(facts.holder_id, fresh.id));
  return database.execute(
      "INSERT INTO held_result(id, unit, reference, fingerprint, state, owner, holder, holder_key,"
      " holder_hash, holder_sealed, procedure, kind, title, number, number_key, day, year, issuer,"
      " issuer_key, until, ordinal, scan_sha256, scan_size, pages, job, tries, original, reason,"
      " created, updated) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
      " ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, '', 0, '', '', ?25, ?25)",
      {fresh.id,
       fresh.unit,
       facts.reference,
       fresh.fingerprint,
       std::string(name(fresh.state)),
       fresh.owner,
       facts.holder,
       service::search_key(facts.holder),
       vault_.hash(facts.holder_id),
       sealed,
       facts.procedure,
       facts.kind,
       facts.title,
       facts.number,
       service::register_key(facts.number),
       facts.day,
       std::int64_t{facts.year()},
       facts.issuer,
       service::search_key(facts.issuer),
       facts.until,
       std::int64_t{fresh.ordinal},
       fresh.scan_sha256,
       static_cast<std::int64_t>(fresh.scan_size),
       fresh.pages,
       seconds(fresh.created)});
}

Result<std::optional<Held>> Holdings::before(const std::string& unit, const std::string& reference,
                                             const Bytes& fingerprint) {
  std::optional<Held> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, referred(database, unit, reference));
    return Done{};
  }));
  if (found && found->fingerprint != fingerprint) found.reset();
  return found;
}

Result<Held> Holdings::take(const Held& fresh, const std::string& actor) {
  Held taken;
  const auto hash = vault_.hash(fresh.facts.holder_id);
  const auto work = [&](Database& database) -> Status {
    ANTIN_TRY(auto same, referred(database, fresh.unit, fresh.facts.reference));
    const bool other = same && same->fingerprint != fresh.fingerprint;
    if (same && !other) {
      taken = std::move(*same);
      return Done{};
    }
    // The paper before the name of its row: rows move about in a table.
    ANTIN_CHECK(not_held_yet(database, fresh, hash));
    if (other)
      return make_error(Code::kDigitisedReference, same->id, {{"ma", fresh.facts.reference}});
    taken = fresh;
    taken.state = State::kTaken;
    ANTIN_TRY(taken.ordinal, next_ordinal(database, fresh, hash));
    ANTIN_CHECK(insert(database, taken));
    ANTIN_CHECK(database.execute("DELETE FROM digitise_fault WHERE unit=?1 AND reference=?2",
                                 {fresh.unit, fresh.facts.reference}));
    return note(database, taken, actor);
  };
  ANTIN_CHECK(store_.in_transaction(work));
  taken.facts.holder_id.clear();
  return taken;
}

Status Holdings::fail(const std::vector<Fault>& faults) {
  return store_.in_transaction([&](Database& database) -> Status {
    for (const auto& fault : faults) {
      ANTIN_TRY(const auto rows,
                database.query("SELECT id FROM held_result WHERE unit=?1 AND reference=?2 AND"
                               " state<>'withdrawn'",
                               {fault.unit, fault.reference}));
      if (!rows.empty()) continue;
      ANTIN_CHECK(database.execute(
          "INSERT INTO digitise_fault(unit, reference, procedure, year, codes, created)"
          " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(unit, reference) DO UPDATE SET"
          " procedure=?3, year=?4, codes=?5, created=?6",
          {fault.unit, fault.reference, fault.procedure, std::int64_t{fault.year}, fault.codes,
           seconds(fault.created)}));
    }
    return Done{};
  });
}

Status Holdings::plan(const Progress& planned, UtcTime now) {
  return store_.in_transaction([&](Database& database) -> Status {
    return database.execute(
        "INSERT INTO digitise_plan(unit, procedure, year, planned, updated)"
        " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(unit, procedure, year) DO UPDATE SET"
        " planned=?4, updated=?5",
        {planned.unit, planned.procedure, std::int64_t{planned.year}, planned.planned,
         seconds(now)});
  });
}

Status Holdings::change(const std::string& id, const std::string& actor,
                        const std::function<Status(Held&)>& edit, Held& after) {
  return store_.in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(after, known(database, id));
    const auto before = after.state;
    ANTIN_CHECK(edit(after));
    ANTIN_CHECK(database.execute(
        "UPDATE held_result SET state=?2, job=?3, tries=?4, original=?5, reason=?6, updated=?7"
        " WHERE id=?1",
        {id, std::string(name(after.state)), after.job, after.tries, after.original, after.reason,
         seconds(after.updated)}));
    return after.state == before ? Status{Done{}} : note(database, after, actor);
  });
}

Status Holdings::sealing(const std::string& id, const std::string& job, std::int64_t tries,
                         UtcTime now) {
  Held after;
  return change(
      id, {},
      [&](Held& held) -> Status {
        if (held.state != State::kTaken) return not_now(held, "ký số");
        held.job = job;
        held.tries = tries;
        held.updated = now;
        return Done{};
      },
      after);
}

Status Holdings::sealed(const std::string& id, const std::string& original,
                        const std::string& actor, UtcTime now) {
  Held after;
  return change(
      id, actor,
      [&](Held& held) -> Status {
        if (held.state == State::kSealed && held.original == original) return Done{};
        if (held.state != State::kTaken) return not_now(held, "ký số");
        held.state = State::kSealed;
        held.original = original;
        held.updated = now;
        return Done{};
      },
      after);
}

Result<Held> Holdings::withdraw(const std::string& id, const std::string& reason,
                                const std::string& actor, UtcTime now) {
  Held after;
  ANTIN_CHECK(change(
      id, actor,
      [&](Held& held) -> Status {
        if (held.state != State::kTaken) return not_now(held, "hủy");
        held.state = State::kWithdrawn;
        held.reason = reason;
        held.updated = now;
        return Done{};
      },
      after));
  return after;
}

Result<std::string> Holdings::holder_id(const Held& held) {
  Bytes sealed;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT holder_sealed FROM held_result WHERE id=?1", {held.id}));
    if (rows.empty()) return make_error(Code::kDigitisedUnknown, held.id);
    sealed = service::as_blob(rows[0][0]);
    return Done{};
  }));
  return vault_.open_id(sealed, held.id);
}

Result<std::string> Holdings::code(const Held& held) {
  ANTIN_TRY(const auto id, holder_id(held));
  return office::PaperCode{.holder = id,
                           .paper = held.facts.kind,
                           .symbol = held.facts.number,
                           .ordinal = static_cast<unsigned>(held.ordinal)}
      .text();
}

Status Holdings::hand_out(const service::StoreEvent& event) {
  return store_.in_transaction(
      [&](Database& database) -> Status { return store_.tell(database, event); });
}

}  // namespace antin::holdings
