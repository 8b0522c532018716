#include "service/audit/store_events.h"

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
                           Row{Kind::kKeyChanged, "api_key_changed", Row::Issues::kNothing}};

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
    Event event{.kind = "store", .actor = told.actor, .subject = told.subject, .facts = {}};
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
  const auto fact = event.facts.find(kRowDigest);
  if (fact == event.facts.end()) return Done{};
  if (event.kind == "entry" || event.kind == "decision") {
    // Only the newest word about an entry is its state now.
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
  ANTIN_TRY(const auto rows, database_.query(sql, {static_cast<std::int64_t>(since)}));
  for (const auto& row : rows) ANTIN_CHECK(differs(kind, service::as_string(row[0])));
  return Done{};
}

// What was there before the logs began is not in them.
Status RegisterCheck::finish() {
  ANTIN_CHECK(missing("signature",
                      "SELECT id FROM signature WHERE created>=?1 AND NOT EXISTS(SELECT 1 FROM"
                      " log_leaf WHERE log=1 AND subject=signature.id) ORDER BY id LIMIT 100"));
  return missing("entry",
                 "SELECT original FROM register_entry WHERE created>=?1 AND NOT EXISTS(SELECT 1"
                 " FROM log_leaf WHERE log=1 AND subject=register_entry.original)"
                 " ORDER BY original LIMIT 100");
}

}  // namespace antin::audit
