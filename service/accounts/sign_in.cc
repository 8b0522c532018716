#include "service/accounts/sign_in.h"

#include <algorithm>

#include "service/store/store_values.h"
#include "service/text/unicode.h"

namespace antin::accounts {
namespace {

using service::as_integer;
using service::as_string;
using service::Database;
using service::seconds;

constexpr std::size_t kTokenOctets = 32;
constexpr std::int64_t kMostNetworks = 32;
constexpr std::size_t kMostFailures = 1'000;

using Failures = std::map<std::pair<std::string, std::string>, std::uint64_t>;  // account, network

// Who is counted already goes on being counted when there is no room for anybody else.
void count(Failures& failures, const Failures::key_type& who, std::uint64_t times = 1) {
  if (failures.size() < kMostFailures || failures.count(who) != 0) failures[who] += times;
}

// Who writes a name with capitals or blanks around it means the same.
std::string typed_name(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  // All that can be nobody's are one name: what somebody typed there may have been a password.
  return is_account_name(name) ? name : std::string();
}

Result<std::string> password_of(Database& database, const std::string& account) {
  ANTIN_TRY(const auto rows,
            database.query("SELECT password FROM account WHERE name=?1", {account}));
  return rows.empty() ? std::string() : as_string(rows[0][0]);
}

Status remember_network(Database& database, const std::string& account, const std::string& network,
                        UtcTime now) {
  ANTIN_CHECK(
      database.execute("INSERT INTO account_network(account, network, last)"
                       " VALUES(?1, ?2, ?3) ON CONFLICT(account, network)"
                       " DO UPDATE SET last=excluded.last",
                       {account, network, seconds(now)}));
  return database.execute(
      "DELETE FROM account_network WHERE account=?1 AND network NOT IN"
      " (SELECT network FROM account_network WHERE account=?1"
      " ORDER BY last DESC, network LIMIT ?2)",
      {account, kMostNetworks});
}

Error wrong(Where where = Where::here()) {
  return make_error(Code::kSignInWrong, "sign-in", {}, where);
}

}  // namespace

Result<SignIn::Found> SignIn::find(const std::string& account, const std::string& network) {
  Found found;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found.account, find_account(database, account));
    ANTIN_TRY(found.kept, password_of(database, account));
    ANTIN_TRY(const auto rows,
              database.query("SELECT last FROM account_network WHERE account=?1 AND network=?2",
                             {account, network}));
    found.network = rows.empty() ? Tries::Network::kUnknown : Tries::Network::kSignedInBefore;
    return Done{};
  }));
  return found;
}

Status SignIn::try_password(const Found& found, const std::string& account,
                            const std::string& password, const std::string& network) {
  if (const auto pause = tries_.begin(account, network, found.network, parts_.clock->ticks()))
    return make_error(Code::kSignInWait, "sign-in", {{"seconds", std::to_string(pause->count())}});
  ANTIN_TRY(const auto right, is_password(password, found.kept, parts_.cost));
  if (right) {
    tries_.was_right(account, network);
    return Done{};
  }
  if (found.account) {
    const std::lock_guard lock(failures_mutex_);
    count(failures_, {account, network});
  }
  if (soon_) soon_();
  return wrong();
}

Begun SignIn::fresh(const std::string& account, const char* method, const std::string& address) {
  const auto now = parts_.clock->utc_now();
  return {.token = parts_.random->bytes(kTokenOctets),
          .session = {.id = parts_.new_id(),
                      .account = account,
                      .method = method,
                      .address = address,
                      .begun = now,
                      .last_used = now,
                      .expires = UtcTime(now.since_epoch() + kLongest)}};
}

Status SignIn::begin(Database& database, const Begun& begun, const Place& place,
                     const std::map<std::string, std::string>& facts) const {
  const auto& session = begun.session;
  Sessions sessions(database);
  if (!place.replaces.empty()) ANTIN_CHECK(sessions.end_by_digest(token_digest(place.replaces)));
  // Whoever is idle for longer than any configuration allows; who is over.
  constexpr std::chrono::hours kIdleForLong{24};
  ANTIN_CHECK(sessions.remove_old(session.begun, kIdleForLong));
  ANTIN_CHECK(sessions.add(begun));
  ANTIN_CHECK(database.execute("UPDATE account SET last_sign_in=?2 WHERE name=?1",
                               {session.account, seconds(session.begun)}));
  ANTIN_CHECK(remember_network(database, session.account, place.network, session.begun));
  if (!parts_.sink) return Done{};
  const auto actor = actor_of(session.account);
  Told told{.kind = "signed_in", .actor = actor, .subject = actor, .facts = facts};
  told.facts["method"] = session.method;
  told.facts["address"] = session.address;
  told.facts["session"] = session.id;
  return parts_.sink(database, told);
}

Result<Begun> SignIn::by_password(const std::string& typed, const std::string& password,
                                  const Place& place) {
  const auto name = typed_name(typed);
  ANTIN_TRY(const auto found, find(name, place.network));
  ANTIN_CHECK(try_password(found, name, password, place.network));
  if (found.account->state != State::kActive) {
    // Whoever knows the password of a locked account is told of in the log as well.
    {
      const std::lock_guard lock(failures_mutex_);
      count(failures_, {name, place.network});
    }
    if (soon_) soon_();
    return make_error(Code::kAccountLocked, name);
  }
  auto begun = fresh(name, "password", place.address);
  const auto work = [&](Database& database) -> Status {
    // While the password was being looked at, others may have changed it or locked the account.
    ANTIN_TRY(const auto account, find_account(database, name));
    ANTIN_TRY(const auto kept, password_of(database, name));
    if (!account || kept != found.kept) return wrong();
    if (account->state != State::kActive) return make_error(Code::kAccountLocked, name);
    return begin(database, begun, place, {});
  };
  ANTIN_CHECK(parts_.store->in_transaction(work));
  return begun;
}

Result<Begun> SignIn::of_person(const std::string& person, const Place& place,
                                const std::function<Status(Database&)>& also,
                                const std::map<std::string, std::string>& facts) {
  auto begun = fresh({}, "certificate", place.address);
  const auto work = [&](Database& database) -> Status {
    if (also) ANTIN_CHECK(also(database));
    // One account of a person goes on at a time (Accounts::add); earlier ones have ended.
    ANTIN_TRY(const auto rows,
              database.query("SELECT name, state FROM account WHERE person=?1 AND person<>''"
                             " ORDER BY state, name LIMIT 1",
                             {person}));
    if (rows.empty()) return make_error(Code::kLoginCertificate, person);
    begun.session.account = as_string(rows[0][0]);
    if (as_integer(rows[0][1]) != 0) return make_error(Code::kAccountLocked, begun.session.account);
    return begin(database, begun, place, facts);
  };
  ANTIN_CHECK(parts_.store->in_transaction(work));
  return begun;
}

Result<Begun> SignIn::change_password(const Change& change) {
  const auto& name = change.session.account;
  ANTIN_TRY(const auto found, find(name, change.network));
  ANTIN_CHECK(try_password(found, name, change.old_password, change.network));
  ANTIN_CHECK(check_password(change.new_password, name));
  // The old one was right: whoever repeats it has typed it twice.
  if (service::to_nfc(change.new_password) == service::to_nfc(change.old_password))
    return make_error(Code::kPasswordSame, name);
  ANTIN_TRY(const auto kept, keep_password(change.new_password, *parts_.random, parts_.cost));
  auto begun = fresh(name, "password", change.session.address);
  begun.session.method = change.session.method;
  begun.session.expires = change.session.expires;
  const auto work = [&](Database& database) -> Status {
    ANTIN_TRY(const auto account, find_account(database, name));
    ANTIN_TRY(const auto before, password_of(database, name));
    if (!account || before != found.kept) return wrong();
    if (account->state != State::kActive) return make_error(Code::kAccountLocked, name);
    ANTIN_CHECK(database.execute("UPDATE account SET password=?2, must_change=0 WHERE name=?1",
                                 {name, kept}));
    Sessions sessions(database);
    ANTIN_CHECK(sessions.end_all_of(name));
    ANTIN_CHECK(sessions.add(begun));
    const auto actor = actor_of(name);
    return parts_.sink ? parts_.sink(database, {.kind = "password_changed",
                                                .actor = actor,
                                                .subject = actor,
                                                .facts = {{"address", begun.session.address}}})
                       : Status{Done{}};
  };
  ANTIN_CHECK(parts_.store->in_transaction(work));
  return begun;
}

Status SignIn::end(const Session& session, const std::string& actor) {
  return parts_.store->in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(const auto ended, Sessions(database).end(session.id));
    if (!ended) return make_error(Code::kSessionUnknown, session.id);
    if (!parts_.sink) return Done{};
    return parts_.sink(database, {.kind = "signed_out",
                                  .actor = actor,
                                  .subject = actor_of(session.account),
                                  .facts = {{"session", session.id}}});
  });
}

Status SignIn::write_failures() {
  Failures failures;
  {
    const std::lock_guard lock(failures_mutex_);
    failures.swap(failures_);
  }
  if (failures.empty() || !parts_.sink) return Done{};
  auto written = parts_.store->in_transaction([&](Database& database) -> Status {
    for (const auto& [who, times] : failures)
      ANTIN_CHECK(parts_.sink(database, {.kind = "sign_in_failed",
                                         .actor = {},
                                         .subject = actor_of(who.first),
                                         .facts = {{"address", who.second},
                                                   {"method", "password"},
                                                   {"times", std::to_string(times)}}}));
    return Done{};
  });
  if (!written) {
    // The next one that fails takes them along.
    const std::lock_guard lock(failures_mutex_);
    for (const auto& [who, times] : failures) count(failures_, who, times);
  }
  return written;
}

}  // namespace antin::accounts
