#include "service/audit/record.h"

#include <algorithm>
#include <array>

#include "certs/ossl/digest.h"
#include "service/ipc/cbor.h"

namespace antin::audit {
namespace {

namespace cbor = service::cbor;

constexpr std::int64_t kAuditVersion = 1;
constexpr std::uint8_t kIssuedVersion = 1;
constexpr std::size_t kIssuedOctets = 66;
constexpr std::size_t kSaltOctets = 16;
constexpr std::size_t kMembers = 8;
constexpr cbor::Limits kLimits{.octets = kMaxRecord, .depth = 3, .items = 512};

constexpr std::array<std::pair<IssuedState, std::string_view>, 4> kStates{
    {{IssuedState::kReleased, "released"},
     {IssuedState::kPending, "pending"},
     {IssuedState::kCancelled, "cancelled"},
     {IssuedState::kRecalled, "recalled"}}};

Result<AuditRecord> decode(ByteView octets) {
  ANTIN_TRY(const auto value, cbor::decode(octets, kLimits));
  const auto* members = value.map();
  ANTIN_TRY(const auto version, cbor::integer_at(value, "v"));
  if (members == nullptr || members->size() != kMembers || version != kAuditVersion)
    return make_error(Code::kIpcMalformed, "audit record");
  AuditRecord record;
  ANTIN_TRY(const auto number, cbor::integer_at(value, "n"));
  ANTIN_TRY(const auto at, cbor::integer_at(value, "at"));
  ANTIN_TRY(record.event.kind, cbor::text_at(value, "kind"));
  ANTIN_TRY(record.event.actor, cbor::text_at(value, "actor"));
  ANTIN_TRY(record.event.subject, cbor::text_at(value, "subject"));
  ANTIN_TRY(record.salt, cbor::bytes_at(value, "salt"));
  const auto* found = value.find("facts");
  const auto* facts = found == nullptr ? nullptr : found->map();
  if (facts == nullptr || number < 0 || record.salt.size() != kSaltOctets)
    return make_error(Code::kIpcMalformed, "audit record");
  record.number = static_cast<std::uint64_t>(number);
  record.at = UtcTime(std::chrono::sys_seconds(std::chrono::seconds(at)));
  for (const auto& [key, fact] : *facts) {
    if (key.text() == nullptr || fact.text() == nullptr)
      return make_error(Code::kIpcMalformed, "audit record");
    record.event.facts.emplace(*key.text(), *fact.text());
  }
  return record;
}

}  // namespace

std::string_view name(Log log) noexcept {
  return log == Log::kAudit ? "audit" : "issued";
}

Bytes encode(const AuditRecord& record) {
  cbor::Map facts;
  for (const auto& [key, fact] : record.event.facts) facts.emplace(key, fact);
  return cbor::encode(
      cbor::Map{{"v", kAuditVersion},
                {"n", static_cast<std::int64_t>(record.number)},
                {"at", std::int64_t{record.at.since_epoch().time_since_epoch().count()}},
                {"kind", record.event.kind},
                {"actor", record.event.actor},
                {"subject", record.event.subject},
                {"facts", std::move(facts)},
                {"salt", record.salt}});
}

std::optional<AuditRecord> decode_audit(ByteView octets) {
  auto record = decode(octets);
  if (!record) return std::nullopt;
  return std::move(record).value();
}

std::string_view name(IssuedState state) noexcept {
  for (const auto& [known, text] : kStates) {
    if (known == state) return text;
  }
  return "";
}

std::optional<IssuedState> issued_state(std::string_view state) noexcept {
  for (const auto& [known, text] : kStates) {
    if (text == state) return known;
  }
  return std::nullopt;
}

Bytes encode(const IssuedRecord& record) {
  Bytes octets{kIssuedVersion};
  octets.reserve(kIssuedOctets);
  octets.insert(octets.end(), record.random.begin(), record.random.end());
  octets.insert(octets.end(), record.document.begin(), record.document.end());
  octets.push_back(static_cast<std::uint8_t>(record.state));
  return octets;
}

std::optional<IssuedRecord> decode_issued(ByteView octets) {
  IssuedRecord record;
  if (octets.size() != kIssuedOctets || octets.front() != kIssuedVersion ||
      !to_hash(octets.subspan(1, 32), record.random) ||
      !to_hash(octets.subspan(33, 32), record.document))
    return std::nullopt;
  record.state = static_cast<IssuedState>(octets.back());
  if (name(record.state).empty()) return std::nullopt;
  return record;
}

Hash entry_of(ByteView record) {
  Hash hash{};
  to_hash(ossl::sha256(record), hash);
  return hash;
}

}  // namespace antin::audit
