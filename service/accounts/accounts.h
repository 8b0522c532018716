#pragma once

#include <string>
#include <vector>

#include "certs/core/random.h"
#include "service/accounts/account.h"
#include "service/accounts/password.h"
#include "service/store/store.h"

namespace antin::accounts {

/// Making and changing accounts. Every change is one transaction with its entry in the audit log;
/// one that takes something away ends the account's sessions with it. Thread-safe.
///
/// `actor` of each: who does it, as StoreEvent has it; "" for the operator at the computer.
/// Failures beside the store's: kAccountUnknown, kAccountState (of one that has ended, or when
/// nothing would change), kAccountRights ({ten}), kAccountLastAdmin.
class Accounts {
 public:
  struct Parts {
    service::Store* store;
    const Clock* clock;
    RandomSource* random;
    Sink sink;
    ossl::ScryptCost cost = kCost;
  };
  explicit Accounts(Parts parts) : parts_(std::move(parts)) {}

  struct Fresh {
    std::string name, person;
    Grants grants;
  };
  /// Returns the password for the first sign-in, which is shown once and must then be changed.
  /// That the person is in the office's table is for the caller to know. Fails with kAccountName;
  /// kAccountNameTaken ({ten}: of the account that has this name, or is this person's);
  /// kPersonUnknown for rights that need a person.
  Result<std::string> add(const Fresh& fresh, const Rules& rules, const std::string& actor);
  Result<std::vector<Account>> all();
  Result<Account> find(const std::string& name);
  Status give(const std::string& name, const Grants& grants, const Rules& rules,
              const std::string& actor);
  Status lock(const std::string& name, const Rules& rules, const std::string& actor);
  Status unlock(const std::string& name, const Rules& rules, const std::string& actor);
  /// For good.
  Status end(const std::string& name, const Rules& rules, const std::string& actor);
  /// A new password for one use in place of the one there was.
  Result<std::string> one_time_password(const std::string& name, const std::string& actor);

 private:
  Status set_state(const std::string& name, State state, const Rules& rules,
                   const std::string& actor);
  Status tell(service::Database& database, const Account& account, std::string kind,
              const std::string& actor) const;
  Parts parts_;
};

}  // namespace antin::accounts
