#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "certs/core/random.h"
#include "service/accounts/account.h"
#include "service/accounts/password.h"
#include "service/accounts/sessions.h"
#include "service/accounts/tries.h"
#include "service/store/store.h"

namespace antin::accounts {

/// Beginning sessions and choosing passwords (docs/PROTOCOL.login.md). What is costly (scrypt) is
/// done outside the database's transaction; the caller bounds how many of these run at a time.
/// Thread-safe.
class SignIn {
 public:
  struct Parts {
    service::Store* store;
    const Clock* clock;
    RandomSource* random;
    Sink sink;
    std::function<std::string()> new_id;  ///< of sessions: UUIDv7
    ossl::ScryptCost cost = kCost;
  };
  explicit SignIn(Parts parts) : parts_(std::move(parts)) {}

  /// From where, and what the browser still had: that session ends when the new one begins.
  struct Place {
    std::string address;  ///< numeric
    std::string network;  ///< what counts as one client
    Bytes replaces;       ///< token of the session before; empty: none
  };
  /// Fails with kSignInWrong (name or password, after the same work), kSignInWait ({seconds}),
  /// kAccountLocked (only to who knows the password), kPasswordWork.
  Result<Begun> by_password(const std::string& account, const std::string& password,
                            const Place& place);

  /// The seam for sign-in with a certificate. Whoever calls has judged the signature and knows
  /// which person of the office's table the certificate is of; the clock and everything else that
  /// PROTOCOL.login.md has checked before is checked already.
  ///
  /// In one transaction: `also` runs first (it uses up the nonce, Nonces::use(), and its failure
  /// ends everything), then the person's one active account is found and its session made, with its
  /// entry in the audit log ("signed_in", method "certificate", with `facts`, such as the
  /// certificate's SHA-256). `also` may run more than once, like all work of a transaction.
  ///
  /// Fails as `also` does, with kLoginCertificate when the person has no account, and with
  /// kAccountLocked when it is locked or has ended. A password that must be changed does not matter
  /// here: the session can do what the account may, and the password stays as it is.
  Result<Begun> of_person(const std::string& person, const Place& place,
                          const std::function<Status(service::Database&)>& also,
                          const std::map<std::string, std::string>& facts = {});

  /// A person's own choice. Ends every session of the account and begins one in the place of
  /// `session`, with the end that it had. Fails with kSignInWrong and kSignInWait for `old`,
  /// kPasswordSame, and as check_password() does.
  struct Change {
    Session session;
    std::string old_password, new_password;
    std::string network;
  };
  Result<Begun> change_password(const Change& change);

  /// Ends one session. `actor`: whose wish it is. Fails with kSessionUnknown.
  Status end(const Session& session, const std::string& actor);

  /// Wrong passwords of accounts that exist, into the audit log: apart from the answer, which must
  /// take as long for a name that does not. Called soon after each.
  Status write_failures();
  /// What that does is asked for by; set before anything is served. May be empty.
  void when_failed(std::function<void()> soon) { soon_ = std::move(soon); }

 private:
  struct Found {
    std::optional<Account> account;
    std::string kept;  ///< its password
    Tries::Network network = Tries::Network::kUnknown;
  };
  Result<Found> find(const std::string& account, const std::string& network);
  Status try_password(const Found& found, const std::string& account, const std::string& password,
                      const std::string& network);
  Begun fresh(const std::string& account, const char* method, const std::string& address);
  Status begin(service::Database& database, const Begun& begun, const Place& place,
               const std::map<std::string, std::string>& facts) const;

  Parts parts_;
  Tries tries_;
  std::function<void()> soon_;
  std::mutex failures_mutex_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> failures_;  ///< account, network
};

}  // namespace antin::accounts
