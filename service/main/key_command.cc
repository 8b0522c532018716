#include "service/main/key_command.h"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <vector>

#include "service/antind/api_keys.h"
#include "service/audit/store_events.h"
#include "service/main/known_person.h"
#include "service/main/store_settings.h"
#include "service/system/complain.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

constexpr int kNoSuchKey = 1;
constexpr std::int64_t kMostDays = 3'650;
constexpr std::int64_t kOverlapDays = 7;

constexpr const char* kUsage =
    R"(antind key add --name NAME [--role ROLE]
               [--scopes verify,sign,originals,register,audit,cases,reception,officer,clerk,submit,digitise,share,admin]
               [--person ID] [--unit CODE]... [--address 10.0.0.0/8]...
               [--certificate sha256:HEX | --certificate subject:NAME] [--days N]
antind key list
antind key rotate ID [--overlap-days N] [--days N]
antind key expire ID [--after-days N]
antind key remove ID
Each with [--config FILE].

  --role          a [[role]] of the configuration; its rights beside those of --scopes
  --person        whose key it is, by the table of people: officer and clerk of what is done with
                  it are this person, and nobody else can be named
  --unit          the key sees and writes the books of these units only
  --address       the key is good from these addresses only
  --certificate   the client certificate (mutual TLS) that goes with the key, or stands for it
  --days          from now until the key ends; without it, it does not
  --overlap-days  how long the old key goes on beside its successor; 7 when not given

add and rotate print the new key, once. A successor is the same system as the key before it: its
jobs, its signatures and its Idempotency-Keys go on.
)";

Error wrong(const std::string& option, const std::string& value, Where where = Where::here()) {
  return make_error(Code::kKeyOption, option, {{"option", option}, {"value", value}}, where);
}

Result<std::int64_t> read_days(const std::string& option, const std::string& text) {
  std::int64_t days = -1;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, days);
  if (read.ec != std::errc() || read.ptr != end || days < 0 || days > kMostDays)
    return wrong(option, text);
  return days;
}

Status take_option(KeyOrder& order, const std::string& option, const std::string& value) {
  if (option == "--config") {
    order.config = value;
  } else if (option == "--name") {
    order.name = value;
  } else if (option == "--scopes") {
    order.scopes = value;
  } else if (option == "--role") {
    order.limits.role = value;
  } else if (option == "--person") {
    order.limits.person = value;
  } else if (option == "--unit") {
    order.limits.units.push_back(value);
  } else if (option == "--address") {
    order.limits.addresses.push_back(value);
  } else if (option == "--certificate") {
    order.limits.certificate = value;
  } else if (option == "--days" || option == "--overlap-days" || option == "--after-days") {
    ANTIN_TRY(const auto days, read_days(option, value));
    (option == "--days"           ? order.days
     : option == "--overlap-days" ? order.overlap_days
                                  : order.after_days) = days;
  } else {
    return wrong(option, value);
  }
  return Done{};
}

int refuse(const Error& error) {
  const int failed = complain(error);
  return error.code == Code::kKeyUnknown ? kNoSuchKey : failed;
}

UtcTime in_days(std::int64_t days) {
  const SystemClock clock;
  return UtcTime(clock.utc_now().since_epoch() + std::chrono::days(days));
}

Result<std::string> add(Store& store, const Config& config, KeyOrder order) {
  if (order.name.empty()) return wrong("--name", "");
  ANTIN_CHECK(check_person(config, order.limits.person));
  if (!order.limits.role.empty() && config.roles.count(order.limits.role) == 0)
    return wrong("--role", order.limits.role);
  const auto scopes = read_scopes(order.scopes);
  if (!scopes && (order.limits.role.empty() || !order.scopes.empty()))
    return wrong("--scopes", order.scopes);
  if (order.days) order.limits.expires = in_days(*order.days);
  const SystemClock clock;
  SystemRandom random;
  const auto key =
      new_key(order.name, scopes.value_or(std::set<Scope>{}), clock, random, order.limits);
  ANTIN_CHECK(store.add_key(key.stored));
  return key.secret;
}

Result<StoredKey> find(Store& store, const std::string& id) {
  ANTIN_TRY(const auto keys, store.keys());
  for (const auto& key : keys) {
    if (key.id == id) return key;
  }
  return make_error(Code::kKeyUnknown, id, {{"id", id}});
}

Result<KeyLimits> limits_of(const StoredKey& key) {
  auto limits = read_limits(key.limits);
  if (!limits) return wrong("limits", key.limits);
  return *std::move(limits);
}

// Never later than it would have ended anyway.
void end_at(KeyLimits& limits, UtcTime at) {
  limits.expires = limits.expires ? std::min(*limits.expires, at) : at;
}

Result<std::string> rotate(Store& store, const KeyOrder& order) {
  ANTIN_TRY(const auto old, find(store, order.id));
  ANTIN_TRY(auto limits, limits_of(old));
  auto next = limits;
  end_at(limits, in_days(order.overlap_days.value_or(kOverlapDays)));
  if (next.system.empty()) next.system = old.id;
  next.expires.reset();
  if (order.days) next.expires = in_days(*order.days);
  const SystemClock clock;
  SystemRandom random;
  auto key =
      new_key(old.name, read_scopes(old.scopes).value_or(std::set<Scope>{}), clock, random, next);
  ANTIN_CHECK(store.succeed_key(key.stored, old.id, to_json(limits)));
  return std::move(key.secret);
}

Status expire(Store& store, const KeyOrder& order) {
  ANTIN_TRY(const auto key, find(store, order.id));
  ANTIN_TRY(auto limits, limits_of(key));
  end_at(limits, in_days(order.after_days.value_or(0)));
  return store.limit_key(key.id, to_json(limits));
}

Status remove(Store& store, const KeyOrder& order) {
  ANTIN_TRY(const auto done, store.remove_key(order.id));
  if (!done) return make_error(Code::kKeyUnknown, order.id, {{"id", order.id}});
  return Done{};
}

// Id, made, rights, name, then when it was last used and what it is bound to.
Status list(Store& store) {
  ANTIN_TRY(const auto keys, store.keys());
  for (const auto& key : keys)
    std::cout << key.id << '\t' << to_rfc3339(key.created) << '\t' << key.scopes << '\t' << key.name
              << '\t' << (key.last_used ? to_rfc3339(*key.last_used) : "-") << '\t'
              << (key.limits.empty() ? "{}" : key.limits) << '\n';
  return Done{};
}

int finish(const Result<std::string>& secret) {
  if (!secret) return refuse(secret.error());
  std::cout << secret.value() << '\n';  // the only time that it is shown
  return 0;
}

int finish(const Status& done) {
  return done ? 0 : refuse(done.error());
}

}  // namespace

const char* key_usage() noexcept {
  return kUsage;
}

Result<KeyOrder> read_key_order(std::span<char*> words, const std::string& default_config) {
  KeyOrder order;
  order.config = default_config;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i];
    if (word.starts_with("--")) {
      if (++i == words.size()) return wrong(word, "");
      ANTIN_CHECK(take_option(order, word, words[i]));
    } else if (order.verb.empty()) {
      order.verb = word;
    } else if (order.id.empty()) {
      order.id = word;
    } else {
      return wrong(order.verb, word);
    }
  }
  if (const auto member = first_wrong(order.limits)) return wrong("--" + std::string(*member), "");
  const bool by_id = order.verb == "rotate" || order.verb == "expire" || order.verb == "remove";
  const bool known = by_id || order.verb == "add" || order.verb == "list" || order.verb == "help";
  if (!known || by_id == order.id.empty()) return wrong("key", order.verb + " " + order.id);
  return order;
}

int run_key_command(const KeyOrder& order, const Config& config) {
  const auto store = Store::open(store_settings(config));
  if (!store) return refuse(store.error());
  const SystemClock log_clock;
  SystemRandom log_random;
  store.value()->set_event_sink(audit::store_events(log_clock, log_random));
  if (order.verb == "add") return finish(add(*store.value(), config, order));
  if (order.verb == "rotate") return finish(rotate(*store.value(), order));
  if (order.verb == "expire") return finish(expire(*store.value(), order));
  if (order.verb == "remove") return finish(remove(*store.value(), order));
  return finish(list(*store.value()));
}

}  // namespace antin::service
