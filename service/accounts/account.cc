#include "service/accounts/account.h"

#include <algorithm>

#include "service/store/store_values.h"

namespace antin::accounts {

using service::as_integer;
using service::as_string;
using service::Database;
using service::from_seconds;

const std::string_view kAdmin = "admin";
const char* const kAccountColumns =
    "name, person, rights, roles, units, state, must_change, created, last_sign_in";

std::string_view name(State state) noexcept {
  switch (state) {
    case State::kLocked:
      return "locked";
    case State::kEnded:
      return "ended";
    case State::kActive:
      break;
  }
  return "active";
}

bool is_account_name(std::string_view name) noexcept {
  constexpr std::size_t kLeast = 2, kMost = 64;
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return name.size() >= kLeast && name.size() <= kMost && plain(name.front()) &&
         plain(name.back()) && std::all_of(name.begin(), name.end(), [&](char c) {
           return plain(c) || c == '.' || c == '-' || c == '_';
         });
}

std::string actor_of(const std::string& account) {
  return "account:" + account;
}

std::set<std::string> rights_of(const Grants& grants, const std::string& person,
                                const Rules& rules) {
  auto all = grants.rights;
  for (const auto& role : grants.roles) {
    if (const auto known = rules.roles.find(role); known != rules.roles.end())
      all.insert(known->second.begin(), known->second.end());
  }
  if (person.empty()) {
    all.erase("officer");
    all.erase("clerk");
  }
  return all;
}

std::string joined(const std::set<std::string>& items) {
  std::string lines;
  for (const auto& item : items) lines += (lines.empty() ? "" : "\n") + item;
  return lines;
}

std::set<std::string> items_of(const std::string& lines) {
  std::set<std::string> items;
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = std::min(lines.find('\n', at), lines.size());
    items.insert(lines.substr(at, end - at));
    at = end + 1;
  }
  return items;
}

Account account_of(const Database::Row& row) {
  Account account{.name = as_string(row.at(0)),
                  .person = as_string(row.at(1)),
                  .grants = {.rights = items_of(as_string(row.at(2))),
                             .roles = items_of(as_string(row.at(3))),
                             .units = items_of(as_string(row.at(4)))},
                  .state = as_integer(row.at(5)) == 0   ? State::kActive
                           : as_integer(row.at(5)) == 1 ? State::kLocked
                                                        : State::kEnded,
                  .must_change_password = as_integer(row.at(6)) != 0,
                  .created = from_seconds(as_integer(row.at(7)))};
  if (const auto last = as_integer(row.at(8)); last != 0) account.last_sign_in = from_seconds(last);
  return account;
}

Result<std::optional<Account>> find_account(Database& database, const std::string& name) {
  ANTIN_TRY(const auto rows,
            database.query(std::string("SELECT ") + kAccountColumns + " FROM account WHERE name=?1",
                           {name}));
  if (rows.empty()) return std::optional<Account>();
  return std::optional(account_of(rows.front()));
}

}  // namespace antin::accounts
