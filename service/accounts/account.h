#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"
#include "certs/core/time.h"
#include "service/store/database.h"

namespace antin::accounts {

/// As the database has them: append only.
enum class State : std::uint8_t { kActive, kLocked, kEnded };
std::string_view name(State state) noexcept;

/// What an account may do. Rights are the scopes of keys of the interface, roles those of the
/// configuration; which there are is told by Rules.
struct Grants {
  std::set<std::string> rights, roles;
  std::set<std::string> units;  ///< codes whose books and cases it sees; empty: all
  bool operator==(const Grants&) const = default;
};

/// Somebody who signs in. Its name is its identity for ever: that of an ended one is not used
/// again, because logs and cases name it.
struct Account {
  std::string name;
  std::string person;  ///< id in the office's table; "": nobody's, of an administrator
  Grants grants;
  State state = State::kActive;
  bool must_change_password = true;
  UtcTime created;
  std::optional<UtcTime> last_sign_in = {};
};

/// 2 to 64 of a-z, 0-9, dot, hyphen, underscore; begins and ends with a letter or digit.
bool is_account_name(std::string_view name) noexcept;
/// How logs, cases and signing sessions name an account where a key of the interface would stand.
std::string actor_of(const std::string& account);

/// The rights that there are, and what the configuration's roles give.
struct Rules {
  std::set<std::string> rights;
  std::map<std::string, std::set<std::string>> roles;
};
extern const std::string_view kAdmin;
/// Own rights and those of its roles. A role that the configuration no longer has gives nothing.
/// Who is no person of the office's table signs nothing and keeps no seal, whatever is written:
/// rights "officer" and "clerk" need somebody who can be held to them.
std::set<std::string> rights_of(const Grants& grants, const std::string& person,
                                const Rules& rules);

/// Something about accounts that the audit log keeps.
struct Told {
  std::string kind;     ///< "signed_in", "account_locked", …
  std::string actor;    ///< who did it; "" for the operator at the computer
  std::string subject;  ///< actor_of() the account that it happened to
  std::map<std::string, std::string> facts;
};
/// Writes it in the same transaction; its failure undoes the change.
using Sink = std::function<Status(service::Database&, const Told&)>;

/// Rows of table account, and lists in one column: one item on a line.
std::string joined(const std::set<std::string>& items);
std::set<std::string> items_of(const std::string& lines);
extern const char* const kAccountColumns;
Account account_of(const service::Database::Row& row);
Result<std::optional<Account>> find_account(service::Database& database, const std::string& name);

}  // namespace antin::accounts
