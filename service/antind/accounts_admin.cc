// Accounts as an administrator keeps them.

#include "service/antind/accounts_api.h"
#include "service/antind/api.h"

namespace antin::service {
namespace {

using OrderedJson = nlohmann::ordered_json;

Result<accounts::Grants> read_grants(const nlohmann::json& members) {
  accounts::Grants grants;
  ANTIN_TRY(grants.rights, texts_of(members, "rights"));
  ANTIN_TRY(grants.roles, texts_of(members, "roles"));
  ANTIN_TRY(grants.units, texts_of(members, "units"));
  return grants;
}

}  // namespace

OrderedJson AccountsApi::json_of(const accounts::Account& account) const {
  OrderedJson body = {{"account", account.name}, {"state", name(account.state)}};
  if (!account.person.empty()) body["person"] = person_of(account.person);
  body["rights"] = account.grants.rights;
  body["roles"] = account.grants.roles;
  body["units"] = units_of(account.grants.units);
  body["must_change_password"] = account.must_change_password;
  body["created"] = to_rfc3339(account.created);
  body["last_sign_in"] =
      account.last_sign_in ? OrderedJson(to_rfc3339(*account.last_sign_in)) : OrderedJson(nullptr);
  return body;
}

Result<Response> AccountsApi::list() {
  ANTIN_TRY(const auto all, accounts_.all());
  const auto rules = parts_.ring->settings().rules;
  auto found = OrderedJson::array();
  for (const auto& account : all) found.push_back(json_of(account));
  auto roles = OrderedJson::object();
  for (const auto& [role, rights] : rules.roles) roles[role] = rights;
  const OrderedJson body = {
      {"accounts", std::move(found)}, {"rights", rules.rights}, {"roles", std::move(roles)}};
  return json_response(200, body.dump());
}

Result<Response> AccountsApi::one(const std::string& name) {
  ANTIN_TRY(const auto account, accounts_.find(name));
  return json_response(200, json_of(account).dump());
}

Result<Response> AccountsApi::add(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto members,
            read_members(request, {"account", "person", "rights", "roles", "units"}));
  accounts::Accounts::Fresh fresh;
  ANTIN_TRY(fresh.name, text_of(members, "account"));
  ANTIN_TRY(fresh.person, text_of(members, "person"));
  ANTIN_TRY(fresh.grants, read_grants(members));
  if (!fresh.person.empty()) {
    const auto tables = office();
    if (!tables) return make_error(Code::kPersonUnknown, fresh.person, {{"nguoi", fresh.person}});
    ANTIN_TRY(const auto known, tables->person_name(fresh.person));
    static_cast<void>(known);
  }
  ANTIN_TRY(const auto password,
            accounts_.add(fresh, parts_.ring->settings().rules, caller.key_id));
  ANTIN_TRY(const auto made, accounts_.find(fresh.name));
  auto body = json_of(made);
  body["password"] = password;  // the only time that it is shown
  parts_.log->write(Log::Level::kInfo, "account_added",
                    {{"request_id", request.id}, {"account", fresh.name}, {"key", caller.key_id}});
  return json_response(201, body.dump());
}

Result<Response> AccountsApi::change(const std::string& name, const Request& request,
                                     const Caller& caller) {
  ANTIN_TRY(const auto members, read_members(request, {"action", "rights", "roles", "units"}));
  ANTIN_TRY(const auto action, text_of(members, "action"));
  if (action != "rights" && members.size() != 1) return wrong_parameter("rights");
  const auto rules = parts_.ring->settings().rules;
  std::string password;
  if (action == "lock") {
    ANTIN_CHECK(accounts_.lock(name, rules, caller.key_id));
  } else if (action == "unlock") {
    ANTIN_CHECK(accounts_.unlock(name, rules, caller.key_id));
  } else if (action == "end") {
    ANTIN_CHECK(accounts_.end(name, rules, caller.key_id));
  } else if (action == "rights") {
    ANTIN_TRY(const auto grants, read_grants(members));
    ANTIN_CHECK(accounts_.give(name, grants, rules, caller.key_id));
  } else if (action == "password") {
    ANTIN_TRY(password, accounts_.one_time_password(name, caller.key_id));
  } else {
    return wrong_parameter("action");
  }
  parts_.ring->changed();
  parts_.log->write(
      Log::Level::kInfo, "account_changed",
      {{"request_id", request.id}, {"account", name}, {"action", action}, {"key", caller.key_id}});
  ANTIN_TRY(const auto after, accounts_.find(name));
  auto body = json_of(after);
  if (!password.empty()) body["password"] = password;  // the only time that it is shown
  return json_response(200, body.dump());
}

}  // namespace antin::service
