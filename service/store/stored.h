#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/time.h"

namespace antin::service {

struct StoredRevision {
  std::size_t end = 0;
  Bytes sha256;
};

/// What the register keeps of an original that was released (vietnam.md V-10). Never deleted; a
/// cancelled or recalled one keeps its facts and names the decision.
struct StoredEntry {
  std::string kind;          ///< "certified_copy", "from_register_copy", "sao_y", "result"
  std::string number, book;  ///< "125/ĐT", "01/2026-SCT/BS"; "" where the kind has none
  std::string day;           ///< "2026-06-01", the legal day at UTC+07:00
  std::string unit_code, unit_name;
  std::size_t pages = 0;
  std::string state;  ///< "pending", "released", "cancelled", "recalled"
  std::string code;   ///< public: 80 random bits, 16 letters and digits
  std::string decision, decision_day;
  std::vector<Bytes> officers, agencies;  ///< SHA-256 of the certificates that signed
  /// The facts that a second entry of the same document must repeat.
  bool same_facts(const StoredEntry& other) const {
    return kind == other.kind && number == other.number && book == other.book && day == other.day &&
           unit_code == other.unit_code && unit_name == other.unit_name;
  }
};

/// How an entry's state changes, and by whose decision.
struct StoredDecision {
  std::string state;  ///< it becomes
  std::string decision, day;
  std::string actor;  ///< id of the API key
  UtcTime at;
};

struct StoredOriginal {
  std::string id;
  Bytes sha256;
  std::size_t size = 0;
  std::string name, owner;
  UtcTime created;
  std::vector<StoredRevision> revisions;
  /// End of its last signed revision; 0 when nobody signed or it was stored before that was asked.
  std::size_t signed_end = 0;
  std::optional<StoredEntry> entry = {};
};

/// As the database has them: append only. kPending: signed, waits for its timestamp.
enum class JobState : std::uint8_t { kQueued, kRunning, kDone, kFailed, kPending };
std::string_view name(JobState state) noexcept;

struct StoredJob {
  std::string id, kind, owner;
  JobState state = JobState::kQueued;
  UtcTime created, updated;
  Bytes input_sha256;
  std::string options;  ///< JSON, what the request asked for
  std::string result;   ///< JSON: of the kind when done, a problem when failed
  std::string target;   ///< id of what it made; "" until then
};

struct StoredSignature {
  std::string id, owner;
  Bytes sha256, input_sha256;
  std::size_t size = 0;
  UtcTime created;
  std::string facts;  ///< JSON: field, level, signing time, warnings
};

/// A signature that was made and lacks its timestamp (S-07): what completes it, and when that is
/// tried next. No document of it exists before it is complete.
struct StoredPending {
  std::string job;
  Bytes state, signature;    ///< of the worker's `prepare`; of the key holder
  Bytes certificate_sha256;  ///< whose signature it is
  UtcTime since, due;
  std::int64_t tries = 0;
};

/// As the database has them: append only.
enum class UpgradeState : std::uint8_t { kQueued, kDone, kGivenUp };
std::string_view name(UpgradeState state) noexcept;

/// A signature that was released below the level that was asked for, and is to be raised (S-06).
/// Every version is a StoredSignature of its own; the earlier ones stay as they are.
struct StoredUpgrade {
  std::string signature;  ///< what was released
  std::string job;        ///< that made it
  UpgradeState state = UpgradeState::kQueued;
  std::string level_wanted;
  std::string level;   ///< of `newest`
  std::string newest;  ///< id of the newest version; the released one's at first
  std::int64_t versions = 1;
  UtcTime since, due;
  std::int64_t tries = 0;
  std::string told;  ///< JSON: what the last try said
};

struct StoredKey {
  std::string id, name, scopes;
  Bytes hash;
  UtcTime created;
  std::string limits = {};  ///< JSON of whoever reads it; "": none
  std::optional<UtcTime> last_used = {};
};

}  // namespace antin::service
