#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/random.h"
#include "certs/core/time.h"
#include "service/audit/merkle.h"

/// What the two logs hold (docs/PROTOCOL.audit.md). An entry of either is the SHA-256 of a record;
/// the record stays in the database and may go, the entry may not.
namespace antin::audit {

enum class Log : std::uint8_t { kAudit = 1, kIssued = 2 };
std::string_view name(Log log) noexcept;

/// Something that happened and that the audit log keeps.
struct Event {
  std::string kind;                          ///< "signature", "entry", "decision", …
  std::string actor;                         ///< id of the API key; "" for the service itself
  std::string subject;                       ///< id of what it happened to
  std::map<std::string, std::string> facts;  ///< digests, states, codes; no document's text
};

struct AuditRecord {
  std::uint64_t number = 0;  ///< its own place in the log
  UtcTime at{std::chrono::sys_seconds{}};
  Event event;
  Bytes salt;  ///< 16 octets: an entry whose record is gone tells nothing
};
constexpr std::size_t kMaxRecord = 64U << 10U;

/// Deterministic CBOR.
Bytes encode(const AuditRecord& record);
/// Accepts exactly what encode() makes. nullopt for anything else.
std::optional<AuditRecord> decode_audit(ByteView octets);

/// What became of a document.
enum class IssuedState : std::uint8_t {
  kReleased = 1,
  kPending = 2,
  kCancelled = 3,
  kRecalled = 4
};
std::string_view name(IssuedState state) noexcept;
std::optional<IssuedState> issued_state(std::string_view state) noexcept;

struct IssuedRecord {
  Hash random{};
  Hash document{};  ///< SHA-256
  IssuedState state = IssuedState::kReleased;
};
/// 66 octets: version 1, random, document, state.
Bytes encode(const IssuedRecord& record);
std::optional<IssuedRecord> decode_issued(ByteView octets);

/// SHA-256 of a record.
Hash entry_of(ByteView record);

}  // namespace antin::audit
