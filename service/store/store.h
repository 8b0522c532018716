#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"
#include "service/store/sqlite.h"

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
};

/// What antind keeps: documents as content-addressed files, everything about them in SQLite.
/// A file is written, synced and named before a row refers to it. Thread-safe.
///
/// Failures: kStoreFailed; kStoreSchema when a newer program made it; kStoredDocumentDamaged when a
/// file's octets no longer have its name.
class Store {
 public:
  static Result<std::unique_ptr<Store>> open(const std::string& folder);

  /// Returns the SHA-256 under which it is kept. Storing the same octets twice keeps one file.
  Result<Bytes> put_document(const std::vector<ByteView>& parts);
  Result<SharedBytes> document(const Bytes& sha256, std::size_t max_octets) const;

  /// The existing one when the same octets were stored before; `fresh` tells. An entry is added to
  /// it if it has none. Fails with kRegisterFactsDiffer, kRegisterNumberTaken.
  Result<StoredOriginal> add_original(StoredOriginal original, bool& fresh);
  Result<std::optional<StoredOriginal>> original(const std::string& id);
  /// By the SHA-256 of the whole document or of one of its revisions.
  Result<std::vector<StoredOriginal>> originals_with(const Bytes& sha256);

  // store_register.cc
  /// Those of the book whose last signed revision, or one after it, has one of these SHA-256: what
  /// a copy of them begins with. A revision before that is not enough: two papers may share a scan.
  Result<std::vector<StoredOriginal>> originals_signed_as(const std::vector<Bytes>& digests);
  Result<std::optional<StoredOriginal>> original_with_code(const std::string& code);
  /// `unit`: its code or its name. Every query for numbers comes through here.
  Result<std::vector<StoredOriginal>> originals_numbered(const std::string& number,
                                                         const std::string& book,
                                                         const std::string& unit);
  /// Doing the same again changes nothing. Fails with kOriginalUnknown, kRegisterNotEntered,
  /// kRegisterStateFinal ({so}, {ngay}).
  Result<StoredOriginal> decide(const std::string& id, const StoredDecision& decision);

  /// In one transaction: the idempotency key is looked up, and only if it is new, the job is added.
  struct Begun {
    enum class Outcome : std::uint8_t { kNew, kSame, kOther };
    Outcome outcome;
    std::string job;
  };
  Result<Begun> begin_job(const StoredJob& job, const std::string& idempotency_key,
                          const Bytes& fingerprint);
  Status set_job(const std::string& id, JobState state, const std::string& result,
                 const std::string& target, UtcTime now);
  /// Before anybody is asked for a timestamp: from here on the key is not needed again.
  Status keep_pending(const StoredPending& pending);
  Result<std::optional<StoredPending>> pending(const std::string& job);
  /// The next try of a pending signature, and its job's state kPending with `problem`, in one
  /// transaction.
  Status postpone(const StoredPending& pending, const std::string& problem, UtcTime now);
  /// The signature, its job's end and the upgrade that is owed, if any, in one transaction; nothing
  /// is pending then.
  Status finish_signature(const StoredSignature& signature, const std::string& job,
                          const std::string& result,
                          const std::optional<StoredUpgrade>& upgrade = std::nullopt);

  // store_upgrades.cc
  Result<std::optional<StoredUpgrade>> upgrade(const std::string& signature);
  /// Those that wait, by the time of their next try.
  Result<std::vector<StoredUpgrade>> queued_upgrades();
  Status set_upgrade(const StoredUpgrade& upgrade);
  /// The next version of a signature and what that means for its upgrade, in one transaction.
  Status add_version(const StoredSignature& version, const StoredUpgrade& upgrade);

  Status add_job(const StoredJob& job);
  /// nullopt: no such thing, or another owner's.
  Result<std::optional<StoredJob>> job(const std::string& id, const std::string& owner);
  /// Whoever's it is: for the service itself.
  Result<std::optional<StoredJob>> any_job(const std::string& id);
  /// Jobs of `kind` that a stop or crash interrupted, and those that wait, oldest first.
  Result<std::vector<StoredJob>> unfinished_jobs(const std::string& kind);
  Result<std::optional<StoredSignature>> signature(const std::string& id, const std::string& owner);

  Status add_key(const StoredKey& key);
  Result<std::vector<StoredKey>> keys();
  /// False when there is none with this id.
  Result<bool> remove_key(const std::string& id);
  Result<std::int64_t> version_of_others_writing();

 private:
  Store(std::string folder, Sqlite db, Sqlite keys);
  Status migrate();
  std::string path_of(const Bytes& sha256) const;
  Result<StoredOriginal> read_original(const Sqlite::Row& row);
  Result<std::vector<StoredOriginal>> read_originals(const std::string& condition,
                                                     const std::vector<Sqlite::Argument>& values);
  Result<std::optional<StoredEntry>> read_entry(const std::string& original);
  Status insert_entry(const std::string& original, const StoredEntry& entry, UtcTime at);
  Status apply(const std::string& id, const StoredDecision& decision);
  Status insert_signature(const StoredSignature& signature);
  Status insert_upgrade(const StoredUpgrade& upgrade);
  Status update_upgrade(const StoredUpgrade& upgrade);

  std::string folder_;
  std::mutex mutex_;
  Sqlite db_;
  /// API keys are looked up on the polling thread, which must not wait for a commit's sync.
  std::mutex keys_mutex_;
  Sqlite keys_db_;
};

}  // namespace antin::service
