#include "service/main/account_command.h"

#include <iostream>
#include <string>

#include "service/accounts/accounts.h"
#include "service/antind/account_rules.h"
#include "service/main/daemon.h"
#include "service/main/known_person.h"
#include "service/main/store_settings.h"
#include "service/system/complain.h"
#include "service/system/privileges.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

constexpr int kNoSuchAccount = 1;
constexpr const char* kUsage =
    R"(antind account add NAME [--person ID] [--rights cases,reception,…] [--role ROLE]... [--unit CODE]...
antind account list
antind account rights NAME [--rights cases,reception,…] [--role ROLE]... [--unit CODE]...
antind account password NAME
antind account lock NAME
antind account unlock NAME
antind account end NAME
Each with [--config FILE].

  NAME        2 to 64 of a-z, 0-9, dot, hyphen, underscore: nguyen.van.an
  --person    who it is, by the table of people: signs and keeps the seal as this person only.
              Without it, somebody who administers the computer
  --rights    verify, sign, originals, register, audit, cases, reception, officer, clerk, submit,
              digitise, share, admin
  --role      a [[role]] of the configuration; its rights beside those of --rights
  --unit      sees the cases and books of these units only
  rights      gives these instead of what the account had

add and password print a password for one use, once; whoever signs in with it chooses another first.
Whatever takes something away signs the account out. An account that ended stays in the list, and
its name is not used again.
)";

struct Order {
  std::string config = "/etc/antin/antin.toml", verb;
  accounts::Accounts::Fresh fresh;
  bool grants = false;
};

Error wrong(const std::string& option, const std::string& value, Where where = Where::here()) {
  return make_error(Code::kAccountOption, option, {{"option", option}, {"value", value}}, where);
}

std::set<std::string> words_of(const std::string& list) {
  std::set<std::string> words;
  for (std::size_t at = 0; at <= list.size();) {
    const auto comma = std::min(list.find(',', at), list.size());
    words.insert(list.substr(at, comma - at));
    at = comma + 1;
  }
  return words;
}

Status take_option(Order& order, const std::string& option, const std::string& value) {
  if (option == "--config") {
    order.config = value;
  } else if (option == "--person") {
    order.fresh.person = value;
  } else if (option == "--rights") {
    order.fresh.grants.rights = words_of(value);
  } else if (option == "--role") {
    order.fresh.grants.roles.insert(value);
  } else if (option == "--unit") {
    order.fresh.grants.units.insert(value);
  } else {
    return wrong(option, value);
  }
  if (option != "--config" && option != "--person") order.grants = true;
  return Done{};
}

Result<Order> read_order(std::span<char*> words) {
  Order order;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i];
    if (word.starts_with("--")) {
      if (++i == words.size()) return wrong(word, "");
      ANTIN_CHECK(take_option(order, word, words[i]));
    } else if (order.verb.empty()) {
      order.verb = word;
    } else if (order.fresh.name.empty()) {
      order.fresh.name = word;
    } else {
      return wrong(order.verb, word);
    }
  }
  const auto& verb = order.verb;
  const bool gives = verb == "add" || verb == "rights";
  const bool named =
      gives || verb == "password" || verb == "lock" || verb == "unlock" || verb == "end";
  if (!named && verb != "list" && verb != "help") return wrong("account", verb);
  if (named == order.fresh.name.empty()) return wrong(verb, order.fresh.name);
  if (!gives && order.grants) return wrong(verb, "--rights, --role, --unit");
  if (verb != "add" && !order.fresh.person.empty()) return wrong(verb, "--person");
  return order;
}

std::string listed(const std::set<std::string>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ",") + item;
  return text.empty() ? "-" : text;
}

// Name, state, person, rights, roles, units, made, last signed in.
Status list(accounts::Accounts& accounts) {
  ANTIN_TRY(const auto all, accounts.all());
  for (const auto& one : all)
    std::cout << one.name << '\t' << name(one.state) << '\t'
              << (one.person.empty() ? "-" : one.person) << '\t' << listed(one.grants.rights)
              << '\t' << listed(one.grants.roles) << '\t' << listed(one.grants.units) << '\t'
              << to_rfc3339(one.created) << '\t'
              << (one.last_sign_in ? to_rfc3339(*one.last_sign_in) : "-") << '\n';
  return Done{};
}

int finish(const Status& done) {
  if (done) return 0;
  const int failed = complain(done.error());
  return done.error().code == Code::kAccountUnknown ? kNoSuchAccount : failed;
}

int finish(const Result<std::string>& password) {
  if (!password) return finish(Status(password.error()));
  std::cout << password.value() << '\n';  // the only time that it is shown
  return 0;
}

int carry_out(const Order& order, const Config& config) {
  const auto store = Store::open(store_settings(config));
  if (!store) return complain(store.error());
  const SystemClock clock;
  SystemRandom random;
  const auto rules = account_rules(config);
  const auto& [name, person, grants] = order.fresh;
  accounts::Accounts accounts({.store = store.value().get(),
                               .clock = &clock,
                               .random = &random,
                               .sink = account_log(clock, random)});
  if (order.verb == "add") {
    if (const auto known = check_person(config, person); !known) return finish(known);
    return finish(accounts.add(order.fresh, rules, {}));
  }
  if (order.verb == "password") return finish(accounts.one_time_password(name, {}));
  if (order.verb == "rights") return finish(accounts.give(name, grants, rules, {}));
  if (order.verb == "lock") return finish(accounts.lock(name, rules, {}));
  if (order.verb == "unlock") return finish(accounts.unlock(name, rules, {}));
  if (order.verb == "end") return finish(accounts.end(name, rules, {}));
  return finish(list(accounts));
}

}  // namespace

int account_command(std::span<char*> words) {
  const auto order = read_order(words.subspan(1));
  if (!order) return complain(order.error());
  if (order.value().verb == "help") {
    std::cout << kUsage;
    return 0;
  }
  const auto config = load_config(order.value().config);
  if (!config) return complain(config.error());
  // Written by the user who serves them.
  if (const auto given_up = give_up_privileges(config.value().process.user, AsRoot::kStay);
      !given_up)
    return complain(given_up.error());
  return carry_out(order.value(), config.value());
}

}  // namespace antin::service
