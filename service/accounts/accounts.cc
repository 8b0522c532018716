#include "service/accounts/accounts.h"

#include <algorithm>

#include "service/accounts/sessions.h"
#include "service/store/store_values.h"

namespace antin::accounts {
namespace {

using service::as_string;
using service::Database;
using service::seconds;

Error unknown_right(const std::string& word, Where where = Where::here()) {
  return make_error(Code::kAccountRights, word, {{"ten", word.empty() ? "-" : word}}, where);
}

// Units are lines in one column.
bool is_unit(const std::string& unit) {
  constexpr std::size_t kMost = 512;
  return !unit.empty() && unit.size() <= kMost &&
         std::none_of(unit.begin(), unit.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

Status check_grants(const Grants& grants, const std::string& person, const Rules& rules) {
  if (grants.rights.empty() && grants.roles.empty()) return unknown_right({});
  auto all = grants.rights;
  for (const auto& right : grants.rights) {
    if (rules.rights.count(right) == 0) return unknown_right(right);
  }
  for (const auto& role : grants.roles) {
    const auto known = rules.roles.find(role);
    if (known == rules.roles.end()) return unknown_right(role);
    all.insert(known->second.begin(), known->second.end());
  }
  if (person.empty() && rights_of(grants, person, rules) != all)
    return make_error(Code::kPersonUnknown, "officer and clerk are people", {{"nguoi", "-"}});
  constexpr std::size_t kMostUnits = 256;
  if (grants.units.size() > kMostUnits ||
      !std::all_of(grants.units.begin(), grants.units.end(), is_unit))
    return make_error(Code::kHttpParameter, "units", {{"parameter", "units"}});
  return Done{};
}

bool is_admin(const Account& account, const Rules& rules) {
  return account.state == State::kActive &&
         rights_of(account.grants, account.person, rules).count(std::string(kAdmin)) != 0;
}

Result<Account> known(Database& database, const std::string& name) {
  ANTIN_TRY(auto found, find_account(database, name));
  if (!found) return make_error(Code::kAccountUnknown, name);
  return std::move(*found);
}

Result<std::vector<Account>> every_account(Database& database) {
  ANTIN_TRY(const auto rows, database.query(std::string("SELECT ") + kAccountColumns +
                                            " FROM account ORDER BY name"));
  std::vector<Account> found;
  found.reserve(rows.size());
  for (const auto& row : rows) found.push_back(account_of(row));
  return found;
}

// Whoever takes the last one's rights away could not give any back on the pages.
Status keep_an_admin(Database& database, const Account& before, const Account& after,
                     const Rules& rules) {
  if (!is_admin(before, rules) || is_admin(after, rules)) return Done{};
  ANTIN_TRY(const auto all, every_account(database));
  const bool another = std::any_of(all.begin(), all.end(), [&](const Account& one) {
    return one.name != before.name && is_admin(one, rules);
  });
  if (another) return Done{};
  return make_error(Code::kAccountLastAdmin, before.name);
}

Status check_free(Database& database, const Accounts::Fresh& fresh) {
  ANTIN_TRY(const auto rows,
            database.query("SELECT name FROM account WHERE name=?1"
                           " OR (person=?2 AND person<>'' AND state<>2) ORDER BY name",
                           {fresh.name, fresh.person}));
  if (rows.empty()) return Done{};
  return make_error(Code::kAccountNameTaken, fresh.name, {{"ten", as_string(rows[0][0])}});
}

}  // namespace

Status Accounts::tell(Database& database, const Account& account, std::string kind,
                      const std::string& actor) const {
  if (!parts_.sink) return Done{};
  const auto listed = [](const std::set<std::string>& items) {
    auto text = joined(items);
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  };
  Told told{
      .kind = std::move(kind), .actor = actor, .subject = actor_of(account.name), .facts = {}};
  told.facts["state"] = name(account.state);
  told.facts["person"] = account.person;
  told.facts["rights"] = listed(account.grants.rights);
  told.facts["roles"] = listed(account.grants.roles);
  told.facts["units"] = listed(account.grants.units);
  return parts_.sink(database, told);
}

Result<std::string> Accounts::add(const Fresh& fresh, const Rules& rules,
                                  const std::string& actor) {
  if (!is_account_name(fresh.name)) return make_error(Code::kAccountName, "account name");
  ANTIN_CHECK(check_grants(fresh.grants, fresh.person, rules));
  auto password = new_one_time_password(*parts_.random);
  ANTIN_TRY(const auto kept, keep_password(password, *parts_.random, parts_.cost));
  const Account account{.name = fresh.name,
                        .person = fresh.person,
                        .grants = fresh.grants,
                        .created = parts_.clock->utc_now()};
  const auto work = [&](Database& database) -> Status {
    ANTIN_CHECK(check_free(database, fresh));
    ANTIN_CHECK(database.execute(
        "INSERT INTO account(name, person, rights, roles, units, state, password, must_change,"
        " created, last_sign_in) VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6, 1, ?7, 0)",
        {account.name, account.person, joined(account.grants.rights), joined(account.grants.roles),
         joined(account.grants.units), kept, seconds(account.created)}));
    return tell(database, account, "account_added", actor);
  };
  ANTIN_CHECK(parts_.store->in_transaction(work));
  return password;
}

Result<std::vector<Account>> Accounts::all() {
  std::vector<Account> found;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, every_account(database));
    return Done{};
  }));
  return found;
}

Result<Account> Accounts::find(const std::string& name) {
  std::optional<Account> found;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, find_account(database, name));
    return Done{};
  }));
  if (!found) return make_error(Code::kAccountUnknown, name);
  return std::move(*found);
}

Status Accounts::give(const std::string& name, const Grants& grants, const Rules& rules,
                      const std::string& actor) {
  return parts_.store->in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(const auto before, known(database, name));
    if (before.state == State::kEnded) return make_error(Code::kAccountState, name);
    ANTIN_CHECK(check_grants(grants, before.person, rules));
    auto after = before;
    after.grants = grants;
    ANTIN_CHECK(keep_an_admin(database, before, after, rules));
    ANTIN_CHECK(database.execute(
        "UPDATE account SET rights=?2, roles=?3, units=?4 WHERE name=?1",
        {name, joined(grants.rights), joined(grants.roles), joined(grants.units)}));
    ANTIN_CHECK(Sessions(database).end_all_of(name));
    return tell(database, after, "account_rights", actor);
  });
}

Status Accounts::set_state(const std::string& name, State state, const Rules& rules,
                           const std::string& actor) {
  return parts_.store->in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(const auto before, known(database, name));
    if (before.state == State::kEnded || before.state == state)
      return make_error(Code::kAccountState, name);
    auto after = before;
    after.state = state;
    ANTIN_CHECK(keep_an_admin(database, before, after, rules));
    ANTIN_CHECK(database.execute("UPDATE account SET state=?2 WHERE name=?1",
                                 {name, static_cast<std::int64_t>(state)}));
    ANTIN_CHECK(Sessions(database).end_all_of(name));
    return tell(database, after,
                state == State::kLocked  ? "account_locked"
                : state == State::kEnded ? "account_ended"
                                         : "account_unlocked",
                actor);
  });
}

Status Accounts::lock(const std::string& name, const Rules& rules, const std::string& actor) {
  return set_state(name, State::kLocked, rules, actor);
}

Status Accounts::unlock(const std::string& name, const Rules& rules, const std::string& actor) {
  return set_state(name, State::kActive, rules, actor);
}

Status Accounts::end(const std::string& name, const Rules& rules, const std::string& actor) {
  return set_state(name, State::kEnded, rules, actor);
}

Result<std::string> Accounts::one_time_password(const std::string& name, const std::string& actor) {
  auto password = new_one_time_password(*parts_.random);
  ANTIN_TRY(const auto kept, keep_password(password, *parts_.random, parts_.cost));
  const auto work = [&](Database& database) -> Status {
    ANTIN_TRY(const auto account, known(database, name));
    if (account.state == State::kEnded) return make_error(Code::kAccountState, name);
    ANTIN_CHECK(database.execute("UPDATE account SET password=?2, must_change=1 WHERE name=?1",
                                 {name, kept}));
    ANTIN_CHECK(Sessions(database).end_all_of(name));
    return tell(database, account, "account_password", actor);
  };
  ANTIN_CHECK(parts_.store->in_transaction(work));
  return password;
}

}  // namespace antin::accounts
