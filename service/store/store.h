#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "service/store/database.h"
#include "service/store/master_key.h"
#include "service/store/stored.h"

namespace antin::service {

/// What became part of the register, told within the transaction that makes it so.
struct StoreEvent {
  enum class Kind : std::uint8_t {
    kSigned,    ///< a signature was released
    kUpgraded,  ///< a further version of one
    kOriginal,  ///< an original is kept
    kEntered,   ///< it has an entry in the register
    kDecided,   ///< released, cancelled, recalled
    kKeyAdded,  ///< of the interface
    kKeyRemoved,
    kKeyChanged,   ///< what it is bound to, or when it ends
    kCase,         ///< a step of a case (service/casework)
    kBookRow,      ///< a number was given, its row is final or voided
    kBook,         ///< opened, closed
    kOriginEntry,  ///< of an original register: kept, corrected
    kHeld,         ///< a result still in force was digitised, sealed, withdrawn (service/holdings)
    kHandedOut,    ///< what is held was told or given to another system
  };
  Kind kind;
  std::string subject;  ///< id of the signature, original, key, case, row or book
  std::string actor;    ///< id of the API key that asked for it; "" for the service or its operator
  Bytes document_sha256;   ///< empty for keys, rows and books
  std::string state = {};  ///< of an entry, a decision, a case, a row or a book
  std::map<std::string, std::string> facts = {};  ///< further ones: why something was handed out
};
/// Adds rows to the same transaction; its failure undoes the whole change. May be called more than
/// once for one change (Database::transaction), with only the last time counting.
using EventSink = std::function<Status(Database&, const StoreEvent&)>;

/// What antind keeps: documents as files, found by their SHA-256, everything about them in a
/// database. A file is written, synced, named, its folder synced, and then a row refers to it: a
/// row never lacks its file, a file without a row is waste. Thread-safe.
///
/// Failures: those of Database; kStoreSchema when a newer program made it; kStoredDocumentDamaged,
/// -Missing, -Destroyed; kStoreKeyFile, kStoreKeyWrong.
class Store {
 public:
  struct Settings {
    std::string folder;
    std::string database = "sqlite";  ///< or "postgresql://…", see open_database()
    std::string key_file = {};        ///< see MasterKeys; "" = documents are kept as they are
  };
  static Result<std::unique_ptr<Store>> open(const Settings& settings);
  static Result<std::unique_ptr<Store>> open(const std::string& folder) {
    return open(Settings{.folder = folder});
  }

  /// Before anything is stored.
  void set_event_sink(EventSink sink) { sink_ = std::move(sink); }
  /// Rows of other parts of the service, in a transaction of their own. May run `work` twice.
  Status in_transaction(const std::function<Status(Database&)>& work);
  /// Within that: what other parts of the service changed, for the sink.
  Status tell(Database& database, const StoreEvent& event);
  /// Reading for other parts of the service, on one state of the database.
  Status in_snapshot(const std::function<Status(Database&)>& work);

  // store_documents.cc
  /// Returns the SHA-256 under which it is kept. Storing the same octets twice keeps one file.
  Result<Bytes> put_document(const std::vector<ByteView>& parts);
  Result<SharedBytes> document(const Bytes& sha256, std::size_t max_octets);
  /// Its key goes first, then its file: what is left anywhere of the file cannot be read.
  Status destroy_document(const Bytes& sha256);
  /// Documents of a store that had no key yet. Returns how many were encrypted.
  Result<std::size_t> encrypt_plain_documents();
  /// A new master key: every file's key is wrapped anew, no file is written. Others go on
  /// meanwhile.
  Status rotate_master_key();
  /// What a killed process left behind. Returns how many files.
  std::size_t remove_leftovers() const;

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

  // store_jobs.cc
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
  /// is pending then. Fails with kJobTakenOver when the job has ended already.
  Status finish_signature(const StoredSignature& signature, const std::string& job,
                          const std::string& result,
                          const std::optional<StoredUpgrade>& upgrade = std::nullopt);

  // store_upgrades.cc
  Result<std::optional<StoredUpgrade>> upgrade(const std::string& signature);
  /// Those that wait, by the time of their next try.
  Result<std::vector<StoredUpgrade>> queued_upgrades();
  Status set_upgrade(const StoredUpgrade& upgrade);
  /// The next version of a signature and what that means for its upgrade, in one transaction.
  /// Fails with kJobTakenOver when another node has made that version.
  Status add_version(const StoredSignature& version, const StoredUpgrade& upgrade);
  /// One that was given up is queued again, due `now`. Fails with kSignatureUnknown,
  /// kUpgradeNotGivenUp.
  Status queue_again(const std::string& signature, const std::string& owner, UtcTime now);

  /// Of a store that was restored: when its backup was made (RFC 3339). Until release() no new
  /// signing job begins (kStoreHeld {at}) and none goes on.
  Result<std::optional<std::string>> held();
  /// Somebody has compared what was signed after the backup. Jobs that were on their way to the key
  /// end with `result`, because they may have ended well after the backup; what was signed and
  /// waits for a timestamp goes on. Returns how many ended.
  Result<std::size_t> release(const std::string& result, UtcTime now);
  /// Also says how a job ended that was added before; never the other way round.
  Status add_job(const StoredJob& job);
  /// Jobs of `kind` that did not end and that no living node has: those of nodes whose lease is
  /// over, oldest first, at most 100. From now on they are this node's. With SQLite there is only
  /// one node, and what an earlier one left is taken at once.
  Result<std::vector<StoredJob>> take_jobs(const std::string& kind);
  /// To be called every third of kLease; who does not loses its jobs to another node.
  Status renew_leases();
  static constexpr std::chrono::seconds kLease{60};
  /// nullopt: no such thing, or another owner's.
  Result<std::optional<StoredJob>> job(const std::string& id, const std::string& owner);
  /// Whoever's it is: for the service itself.
  Result<std::optional<StoredJob>> any_job(const std::string& id);
  /// Jobs of `kind` that a stop or crash interrupted, and those that wait, oldest first.
  Result<std::vector<StoredJob>> unfinished_jobs(const std::string& kind);
  Result<std::optional<StoredSignature>> signature(const std::string& id, const std::string& owner);

  // store_keys.cc
  Status add_key(const StoredKey& key);
  /// `fresh` beside the key `id`, which gets `limits`, in one change. Fails with kKeyUnknown.
  Status succeed_key(const StoredKey& fresh, const std::string& id, const std::string& limits);
  /// Fails with kKeyUnknown.
  Status limit_key(const std::string& id, const std::string& limits);
  Status keys_used(const std::map<std::string, UtcTime>& last_used);
  Result<std::vector<StoredKey>> keys();
  /// False when there is none with this id.
  Result<bool> remove_key(const std::string& id);
  Result<std::int64_t> version_of_others_writing();

 private:
  Store(const Settings& settings, std::unique_ptr<Database> db, std::unique_ptr<Database> keys,
        std::unique_ptr<Database> look_ups);
  struct File {
    std::string path;
    std::optional<MasterKeys::Wrapped> key;  ///< nullopt: kept as it is
    std::size_t size = 0;                    ///< of the document; 0 when `key` is nullopt
  };
  std::string plain_path(const Bytes& sha256) const;
  std::string sealed_path(const std::string& name) const;
  Result<File> find_file(const Bytes& sha256);
  Result<SecretBytes> unwrap(const MasterKeys::Wrapped& key, const Bytes& sha256);
  Result<Bytes> read_document(const File& file, const Bytes& sha256, std::size_t max_octets);
  Status put_plain(const Bytes& sha256, const std::vector<ByteView>& parts, std::size_t size);
  Status put_sealed(const Bytes& sha256, const std::vector<ByteView>& parts, std::size_t size);
  Result<bool> refer_to(const std::string& name, const Bytes& sha256, std::size_t size,
                        ByteView file_key);
  Result<bool> rewrap_some();
  Status check_master_key();
  /// On a state that all commits so far are part of.
  Result<std::vector<StoredOriginal>> look_up(const std::string& condition,
                                              const std::vector<Database::Value>& values);
  static Result<StoredOriginal> read_original(Database& database, const Database::Row& row);
  static Result<std::vector<StoredOriginal>> read_originals(
      Database& database, const std::string& condition, const std::vector<Database::Value>& values);
  Status insert_job(const StoredJob& job);
  static Result<std::optional<StoredEntry>> read_entry(Database& database,
                                                       const std::string& original);
  Status insert_entry(const std::string& original, const StoredEntry& entry, UtcTime at);
  /// Whether anything changed.
  Result<bool> apply(const std::string& id, const StoredDecision& decision);
  Status insert_signature(const StoredSignature& signature);
  Status insert_upgrade(const StoredUpgrade& upgrade);
  Status update_upgrade(const StoredUpgrade& upgrade);

  std::string folder_, key_file_, node_;
  std::mutex mutex_;
  std::optional<MasterKeys> master_;  ///< nullopt when there is no key_file
  std::unique_ptr<Database> db_;
  /// API keys are looked up on the polling thread, which must not wait for a commit's sync.
  std::mutex keys_mutex_;
  std::unique_ptr<Database> keys_db_;
  /// What a verification looks up: it must not wait for a commit's sync either.
  std::mutex look_ups_mutex_;
  std::unique_ptr<Database> look_ups_db_;
  EventSink sink_;
};

}  // namespace antin::service
