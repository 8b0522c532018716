#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"
#include "service/antind/signature_maker.h"
#include "service/store/store.h"

namespace antin::service {

/// One case in a session: its document, what was prepared of it, and what became of it.
struct SigningItem {
  enum class State : std::uint8_t {
    kQueued,    ///< will be prepared
    kPrepared,  ///< waits for a signature
    kSigned,    ///< has one, which will be completed
    kDone,
    kRefused,
  };
  std::int64_t number = 0;
  std::string case_id = {};
  std::int64_t version = 0;  ///< of the case, as whoever signs has seen it
  State state = State::kQueued;
  std::string name = {};       ///< of the paper, for people
  Bytes document_sha256 = {};  ///< of the case's document
  std::size_t size = 0;
  std::int64_t pages = 0;
  Bytes attributes = {};  ///< DER SignedAttributes
  std::string told = {};  ///< JSON: {"warnings"}, or the problem of what was refused or waits
  Bytes kept = {};        ///< write_kept(); empty unless something is prepared
  Bytes tail = {};        ///< what is shown before anybody signs
  SignatureMaker::Made made = {};
  int tries = 0;
};

/// Somebody signs up to two hundred cases with one PIN (S-13). Belongs to the key that began it.
struct SigningSession {
  std::string id, owner;
  std::string person = {};  ///< whose key that is; "": nobody's own
  Bytes certificate;
  std::vector<Bytes> chain;
  std::string algorithm, digest;
  UtcTime created{std::chrono::sys_seconds{}}, expires{std::chrono::sys_seconds{}};
};

/// Sessions in the store. Thread-safe, also between nodes: whoever works on one holds it for a
/// while. Fails as Database does beside what the functions name.
class SigningSessions {
 public:
  static constexpr std::size_t kMostCases = 200;
  static constexpr std::int64_t kMostOpen = 20;  ///< of one key
  static constexpr std::chrono::minutes kGoodFor{15};
  static constexpr std::chrono::seconds kHeldFor{60};

  explicit SigningSessions(Store& store) : store_(store) {}

  /// Fails with kSigningSessionsFull ({so}).
  Status open(const SigningSession& session, const std::vector<SigningItem>& items);
  /// Fails with kSigningSessionUnknown, also for another's.
  Result<SigningSession> find(const std::string& id, const std::string& owner);
  Result<SigningSession> any(const std::string& id);
  /// All of them without `kept` and `tail`.
  Result<std::vector<SigningItem>> items(const std::string& id);
  /// With everything. Fails with kSigningCaseNotPrepared.
  Result<SigningItem> item(const std::string& id, const std::string& case_id);
  /// What is to be done next, nullopt: nothing now. What expired unsigned is left alone.
  Result<std::optional<SigningItem>> next(const std::string& id, UtcTime now);
  /// A signature for a prepared case. The same one again changes nothing. Fails with
  /// kSigningSessionExpired ({luc}), kSigningSessionUsed, kSigningCaseNotPrepared.
  Status give(const SigningSession& session, const std::string& case_id,
              const SignatureMaker::Made& made, UtcTime now);
  /// What became of an item; of what is over only the digest of its signature stays.
  Status keep(const std::string& id, const SigningItem& item, UtcTime due);

  /// True when it is nobody's: then it is this thread's for kHeldFor.
  Result<bool> hold(const std::string& id, UtcTime now);
  Status hold_on(const std::string& id, UtcTime now);
  /// False when there is more to do, and then it is held still.
  Result<bool> let_go(const std::string& id, UtcTime now);
  /// Those with work that nobody does.
  Result<std::vector<std::string>> waiting(UtcTime now);
  /// What expired is emptied, what is a day old goes.
  Status clean(UtcTime now);

 private:
  Store& store_;
};

}  // namespace antin::service
