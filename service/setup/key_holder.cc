#include "service/setup/key_holder.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <pwd.h>
#include <set>
#include <unistd.h>

#include "hsm/pkcs11_uri.h"
#include "hsm/tokend/rules.h"

namespace antin::service::setup {
namespace {

using Weight = Problem::Weight;

constexpr const char* kCredentials = "/run/credentials/antin-tokend.service/";

void add(Problems& problems, Code code, const std::string& what, const Params& params,
         Weight weight = Weight::kStops, Where where = Where::here()) {
  problems.push_back({make_error(code, what, params, where), weight});
}

// A name or a number, as tokend takes them.
std::optional<uid_t> account_named(const std::string& name) {
  uid_t number = 0;
  const auto* const end = name.data() + name.size();
  if (!name.empty() && std::from_chars(name.data(), end, number).ptr == end) return number;
  const passwd* const entry = ::getpwnam(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  return entry == nullptr ? std::nullopt : std::optional(entry->pw_uid);
}

// What is written as a name here and as a number there is one account all the same.
std::set<uid_t> check_accounts(const std::vector<std::string>& names, const char* key,
                               Problems& problems) {
  std::set<uid_t> known;
  for (const auto& name : names) {
    if (const auto account = account_named(name))
      known.insert(*account);
    else
      add(problems, Code::kSetupUserUnknown, name, {{"user", name}, {"key", key}});
  }
  return known;
}

void check_both_lists(const TokendConfig::Service& service, Problems& problems) {
  const auto clients = check_accounts(service.clients, "service.clients", problems);
  for (const auto operator_ : check_accounts(service.operators, "service.operators", problems)) {
    if (clients.count(operator_) == 0) continue;
    const auto reason =
        "uid " + std::to_string(operator_) + " in service.clients and in service.operators";
    add(problems, Code::kConfigUnsafe, reason, {{"reason", reason}});
  }
}

// Where a PIN comes from, when that is a file. Of credentials only root sees the source.
std::optional<std::string> pin_file(const PinOrigin& pin) {
  if (pin.kind == PinOrigin::Kind::kFile) return pin.where;
  if (pin.kind != PinOrigin::Kind::kCredential || ::geteuid() != 0) return std::nullopt;
  const auto path = kCredentials + pin.where;
  const auto source = source_of_credential(path);
  return source == path ? std::nullopt : std::optional(path);
}

void check_pins(const TokendConfig& config, const Account& account, Problems& problems) {
  for (const auto& token : config.tokens) {
    const auto file = pin_file(token.pin);
    if (!file) continue;
    check_path({"tokens.pin", *file, Use::kSecret}, account, problems);
    const auto& folder = config.service.folder;
    if (lies_in(*file, folder))
      add(problems, Code::kSetupSecretInBackup, *file,
          {{"file", *file}, {"key", "tokens.pin"}, {"folder", folder}});
  }
}

bool differ(const auto& one, const auto& other) {
  return one && other && *one != *other;
}

// Whether the two may mean the same key: a URI that leaves something open is completed by the
// token.
bool may_mean(const hsm::Pkcs11Uri& rule, const hsm::Pkcs11Uri& asked) {
  return !differ(rule.token, asked.token) && !differ(rule.manufacturer, asked.manufacturer) &&
         !differ(rule.model, asked.model) && !differ(rule.serial, asked.serial) &&
         !differ(rule.object, asked.object) && !differ(rule.id, asked.id);
}

void check_key(const char* key, const std::string& uri, hsm::Purpose purpose,
               const TokendConfig& tokend, const std::string& path, Problems& problems) {
  if (uri.empty()) return;
  const auto asked = hsm::Pkcs11Uri::parse(uri);
  if (!asked) {
    problems.push_back({asked.error(), Weight::kStops});
    return;
  }
  const auto allows = [&](const hsm::KeyRule& rule) {
    const auto pattern = hsm::Pkcs11Uri::parse(rule.uri);
    return rule.purpose == purpose && pattern && may_mean(pattern.value(), asked.value());
  };
  if (std::none_of(tokend.keys.begin(), tokend.keys.end(), allows))
    add(problems, Code::kSetupKeyNotAllowed, key,
        {{"key", key}, {"file", path}, {"purpose", std::string(hsm::name(purpose))}});
}

}  // namespace

Problems check_key_holder(const TokendConfig& config, const std::string& path,
                          const Account& account) {
  Problems problems;
  check_path({path, path, Use::kFile}, account, problems);
  for (const auto& module : config.modules)
    check_path({"modules", module, Use::kFile}, account, problems);
  check_path({"service.folder", config.service.folder, Use::kOwnFolder}, account, problems);
  check_pins(config, account, problems);
  check_both_lists(config.service, problems);
  return problems;
}

Problems check_pair(const Config& config, const TokendConfig& tokend, const std::string& path) {
  Problems problems;
  if (config.agency.tokend.empty()) return problems;
  const auto& user = config.process.user;
  const auto asks = user.empty() ? std::optional(::geteuid()) : account_named(user);
  const auto& clients = tokend.service.clients;
  const auto is_it = [&](const std::string& name) { return account_named(name) == asks; };
  if (asks && !clients.empty() && std::none_of(clients.begin(), clients.end(), is_it))
    add(problems, Code::kSetupNotAClient, user,
        {{"user", user.empty() ? std::to_string(*asks) : user}, {"file", path}});
  check_key("agency.key", config.agency.key, hsm::Purpose::kDocument, tokend, path, problems);
  check_key("audit.checkpoint_key", config.audit.checkpoint_key, hsm::Purpose::kCheckpoint, tokend,
            path, problems);
  const auto& socket = tokend.service.socket;
  if (!socket.empty() && socket != config.agency.tokend)
    add(problems, Code::kSetupSocketDiffers, socket,
        {{"key", "agency.tokend"}, {"file", config.agency.tokend}, {"other", socket}});
  return problems;
}

}  // namespace antin::service::setup
