#include "service/audit/store_events.h"

#include <algorithm>
#include <array>

#include "certs/ossl/digest.h"
#include "service/audit/checkpoint_walk.h"
#include "service/ipc/cbor.h"

namespace antin::audit {
namespace {

namespace cbor = service::cbor;
using Kind = service::StoreEvent::Kind;

constexpr const char* kRowDigest = "register_sha256";

// How a change of the store is called in the log, and whether a document came out of it.
struct Row {
  Kind kind;
  const char* name;
  enum class Issues : std::uint8_t { kNothing, kReleased, kState } issues;
};
constexpr std::array kRows{Row{Kind::kSigned, "signature", Row::Issues::kReleased},
                           Row{Kind::kUpgraded, "signature_version", Row::Issues::kReleased},
                           Row{Kind::kOriginal, "original", Row::Issues::kNothing},
                           Row{Kind::kEntered, "entry", Row::Issues::kState},
                           Row{Kind::kDecided, "decision", Row::Issues::kState},
                           Row{Kind::kKeyAdded, "api_key_added", Row::Issues::kNothing},
                           Row{Kind::kKeyRemoved, "api_key_removed", Row::Issues::kNothing},
                           Row{Kind::kKeyChanged, "api_key_changed", Row::Issues::kNothing},
                           Row{Kind::kCase, "case", Row::Issues::kNothing},
                           Row{Kind::kBookRow, "book_row", Row::Issues::kNothing},
                           Row{Kind::kBook, "book", Row::Issues::kNothing},
                           Row{Kind::kOriginEntry, "origin_entry", Row::Issues::kNothing},
                           Row{Kind::kHeld, "held_result", Row::Issues::kNothing},
                           Row{Kind::kHandedOut, "handed_out", Row::Issues::kNothing}};

cbor::Value to_cbor(const Database::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return {*number};
  if (const auto* text = std::get_if<std::string>(&value)) return {*text};
  if (const auto* octets = std::get_if<Bytes>(&value)) return {*octets};
  return {nullptr};
}

std::vector<const char*> queries(const std::string& kind) {
  if (kind == "signature" || kind == "signature_version")
    return {"SELECT owner, sha256, input_sha256, size, created, facts FROM signature WHERE id=?1"};
  if (kind == "entry" || kind == "decision")
    return {
        "SELECT kind, number, book, day, unit_code, unit_name, pages, state, code, decision,"
        " decision_day FROM register_entry WHERE original=?1",
        "SELECT role, certificate_sha256 FROM register_signer WHERE original=?1"
        " ORDER BY role, certificate_sha256"};
  // What changes with every number is left to the rows.
  if (kind == "book")
    return {
        "SELECT unit, product, series, year, name, closed, closed_day, totals FROM book"
        " WHERE id=?1"};
  if (kind == "book_row")
    return {
        "SELECT book, book_name, number, text, day, state, case_id, requester, paper, signer,"
        " copies, fee, note, original FROM book_row WHERE id=?1"};
  if (kind == "origin_entry")
    return {
        "SELECT unit, kind, book, number, day, paper, holder, fields, legal, corrects, basis,"
        " corrected_by, actor FROM origin_entry WHERE id=?1"};
  if (kind == "case")
    return {
        "SELECT unit, product, state, version, owner, visit, dossier, requester, paper, number,"
        " day, facts, book_row, original FROM casework WHERE id=?1",
        "SELECT role, version, sha256, size FROM case_document WHERE case_id=?1"
        " ORDER BY role, version"};
  if (kind == "held_result")
    return {
        "SELECT unit, state, owner, holder, holder_hash, procedure, kind, title, number, day,"
        " issuer, until, ordinal, scan_sha256, pages, original, reason FROM held_result"
        " WHERE id=?1"};
  return {};
}

}  // namespace

Result<std::optional<Bytes>> register_digest(Database& database, const std::string& kind,
                                             const std::string& subject) {
  cbor::Array all;
  bool first = true;
  for (const auto* sql : queries(kind)) {
    ANTIN_TRY(const auto rows, database.query(sql, {subject}));
    if (first && rows.empty()) return std::optional<Bytes>();
    first = false;
    cbor::Array part;
    for (const auto& row : rows) {
      cbor::Array values;
      for (const auto& value : row) values.push_back(to_cbor(value));
      part.emplace_back(std::move(values));
    }
    all.emplace_back(std::move(part));
  }
  if (first) return std::optional<Bytes>();
  return std::optional(ossl::sha256(cbor::encode(all)));
}

service::EventSink store_events(const Clock& clock, RandomSource& random) {
  return [&clock, &random](Database& database, const service::StoreEvent& told) -> Status {
    Event event{.kind = "store", .actor = told.actor, .subject = told.subject, .facts = told.facts};
    auto issues = Row::Issues::kNothing;
    for (const auto& row : kRows) {
      if (row.kind != told.kind) continue;
      event.kind = row.name;
      issues = row.issues;
    }
    if (!told.document_sha256.empty()) event.facts.emplace("sha256", to_hex(told.document_sha256));
    if (!told.state.empty()) event.facts.emplace("state", told.state);
    ANTIN_TRY(const auto digest, register_digest(database, event.kind, told.subject));
    if (digest) event.facts.emplace(kRowDigest, to_hex(*digest));
    LogWriter logs(database, random);
    ANTIN_TRY(const auto number, logs.audit(event, clock.utc_now()));
    static_cast<void>(number);
    if (issues == Row::Issues::kNothing) return Done{};
    const auto state =
        issues == Row::Issues::kReleased ? IssuedState::kReleased : issued_state(told.state);
    if (!state) return make_error(Code::kInternal, "state " + told.state);
    ANTIN_TRY(const auto leaf, logs.issued(told.document_sha256, *state));
    static_cast<void>(leaf);
    return Done{};
  };
}

Status RegisterCheck::differs(const std::string& kind, const std::string& id) {
  add_finding(findings_, Code::kAuditRegisterDiffers, {{"loai", kind}, {"id", id}});
  return Done{};
}

Status RegisterCheck::on_record(const AuditRecord& record) {
  const auto& event = record.event;
  if (event.kind == "records_forgotten") {
    const auto until = event.facts.find("until");
    std::uint64_t at = 0;
    if (until != event.facts.end() && read_decimal(until->second, at))
      forgotten_until_ = std::max(forgotten_until_, at);
  }
  const auto fact = event.facts.find(kRowDigest);
  if (fact == event.facts.end()) return Done{};
  if (event.kind != "signature" && event.kind != "signature_version") {
    // Only the newest word about what changes is its state now.
    ANTIN_TRY(const auto newest,
              LogReader(database_, Log::kAudit).newest_about(event.subject, {kMaxTreeSize}));
    if (newest && newest->number != record.number) return Done{};
  }
  ANTIN_TRY(const auto digest, register_digest(database_, event.kind, event.subject));
  const bool same = digest && to_hex(*digest) == fact->second;
  return same ? Status{Done{}} : differs(event.kind, event.subject);
}

Status RegisterCheck::missing(const std::string& kind, const std::string& sql) {
  ANTIN_TRY(const auto began, LogReader(database_, Log::kAudit).fact("began"));
  std::uint64_t since = 0;
  if (!began || !read_decimal(*began, since)) return Done{};
  ANTIN_TRY(const auto rows, database_.query(sql, {static_cast<std::int64_t>(since),
                                                   static_cast<std::int64_t>(forgotten_until_)}));
  for (const auto& row : rows) ANTIN_CHECK(differs(kind, service::as_string(row[0])));
  return Done{};
}

// What was there before the logs began is not in them. Where retention erased the record, the entry
// no longer names its subject; the log of issued documents, which forgets nothing, still does.
Status RegisterCheck::finish() {
  const std::string digits = database_.dialect() == Database::Dialect::kSqlite
                                 ? "lower(hex(d.sha256))"
                                 : "encode(d.sha256, 'hex')";
  const auto unlogged = [&](const std::string& id, const std::string& created) {
    return created + ">=?1 AND NOT EXISTS(SELECT 1 FROM log_leaf WHERE log=1 AND subject=" + id +
           ") AND (" + created + ">=?2 OR NOT EXISTS(SELECT 1 FROM log_leaf WHERE log=2 AND" +
           " subject=" + digits + ")) ORDER BY " + id + " LIMIT 100";
  };
  ANTIN_CHECK(
      missing("signature", "SELECT d.id FROM signature d WHERE " + unlogged("d.id", "d.created")));
  // What books and cases are is in no other log: as far back as its records go.
  const auto recent = [](const std::string& table) {
    return "SELECT id FROM " + table +
           " WHERE created>=?1 AND created>=?2 AND NOT EXISTS(SELECT 1" +
           " FROM log_leaf WHERE log=1 AND subject=" + table + ".id) ORDER BY id LIMIT 100";
  };
  ANTIN_CHECK(missing("book_row", recent("book_row")));
  ANTIN_CHECK(missing("case", recent("casework")));
  ANTIN_CHECK(missing("origin_entry", recent("origin_entry")));
  return missing("entry",
                 "SELECT e.original FROM register_entry e JOIN original d ON d.id=e.original"
                 " WHERE " +
                     unlogged("e.original", "e.created"));
}

}  // namespace antin::audit
