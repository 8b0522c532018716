#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "certs/core/random.h"
#include "certs/core/time.h"
#include "service/http/address.h"
#include "service/http/http_message.h"
#include "service/store/store.h"

namespace antin::service {

enum class Scope : std::uint8_t {
  kVerify,
  kSign,
  kOriginals,
  kRegister,
  kAudit,
  // Casework (vietnam.md A-01): sees cases and books; and who does what in them.
  kCases,
  kReception,
  kOfficer,
  kClerk,
  kSubmit,
  kDigitise,  ///< imports and seals results still in force
  kShare,     ///< asks for what is held, within its purposes
  kAdmin      ///< accounts, and what else belongs to administration
};
std::string_view name(Scope scope) noexcept;
/// "verify,sign"; nullopt for anything unknown or nothing at all.
std::optional<std::set<Scope>> read_scopes(std::string_view text);

/// Who calls, as far as the interface knows.
struct Caller {
  std::string key_id;  ///< of the system: the same through all its rotations; "": anonymous
  std::set<Scope> scopes;
  std::string secret_id = {};        ///< of the key in use
  std::set<std::string> units = {};  ///< codes whose books it may see and write; empty: all
  std::string person = {};           ///< of the office's table, whose key it is; "": nobody's own
  /// Who signed in on the pages instead of showing a key: then `key_id` is the account's, and
  /// `secret_id` the session's. "": a key, or nobody.
  std::string account = {};
};

/// What a key is bound to beside its rights. Kept as JSON.
struct KeyLimits {
  std::string system;                  ///< id of the first of a row of rotations; "": itself
  std::string role;                    ///< of the configuration; its rights beside the key's own
  std::vector<std::string> units;      ///< codes
  std::vector<std::string> addresses;  ///< AddressRange
  std::string certificate;             ///< of the client: "sha256:HEX" or "subject:…", RFC 4514
  std::optional<UtcTime> expires;
  std::string person = {};  ///< id in the office's table: who does what the key does
};
std::string to_json(const KeyLimits& limits);
/// nullopt for what to_json() did not write.
std::optional<KeyLimits> read_limits(std::string_view json);
/// Whether a key may be given this; the name of the first member that it may not.
std::optional<std::string_view> first_wrong(const KeyLimits& limits);

/// "antin_" and 64 hexadecimal digits: 32 random octets, shown once. Only their SHA-256 is kept.
struct NewKey {
  std::string secret;
  StoredKey stored;
};
NewKey new_key(const std::string& name, const std::set<Scope>& scopes, const Clock& clock,
               RandomSource& random, const KeyLimits& limits = {});

/// The keys in memory, read again when another process has changed them. A thread of its own asks
/// the store: whoever looks a key up waits for it a moment at most, and does not wait for a
/// database that hangs. Thread-safe.
class KeyRing {
 public:
  using Roles = std::map<std::string, std::set<Scope>>;
  KeyRing(Store& store, const Clock& clock, Roles roles = {});
  ~KeyRing();
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;
  /// `authorization`: the header's value, "" for none: then the client's certificate alone may be
  /// a key's. Fails with kHttpUnauthorized, kKeyExpired ({at}), kKeyAddress,
  /// kClientCertificateOther, and as the store does while the keys were never read.
  Result<Caller> caller(std::string_view authorization, const Peer& peer);
  void set_roles(Roles roles);
  /// When keys were used since the last time that this was asked, by id.
  std::map<std::string, UtcTime> take_used();

 private:
  struct Entry {
    std::string id;
    Bytes hash;
    std::set<Scope> scopes;
    KeyLimits limits;
    std::vector<AddressRange> addresses;
  };
  void keep_fresh();
  Status read_again();
  void await_fresh(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds fresh_for);
  static std::optional<Entry> read(const StoredKey& key);
  const Entry* shown(std::string_view authorization) const;
  const Entry* certified(const Peer& peer) const;
  Result<Caller> admit(const Entry& entry, const Peer& peer);

  Store& store_;
  const Clock& clock_;
  std::mutex mutex_;
  Roles roles_;
  std::vector<Entry> entries_;
  std::map<std::string, UtcTime> used_;
  std::optional<std::int64_t> version_;
  std::optional<Error> failure_;  ///< of the last look
  std::chrono::steady_clock::time_point looked_{};
  std::condition_variable wanted_, answered_;
  bool asking_ = false, stopping_ = false;
  std::chrono::steady_clock::time_point asked_at_{};
  std::thread thread_;  ///< last: it uses the rest
};

}  // namespace antin::service
