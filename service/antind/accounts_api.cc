#include "service/antind/accounts_api.h"

#include <algorithm>

#include "service/antind/account_rules.h"
#include "service/antind/api.h"
#include "service/antind/office_rules.h"
#include "service/antind/session_guard.h"

namespace antin::service {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::string network_of(const Request& request) {
  return address_group(request.peer.address);
}

// What whoever works for all units chooses from. A table of the whole country is none to choose
// from.
std::set<std::string> all_codes(const CurrentOffice* office) {
  constexpr std::size_t kMostToChoose = 300;
  const auto tables = office == nullptr ? nullptr : office->now();
  std::set<std::string> codes;
  if (!tables || !tables->shown) return codes;
  const auto& all = tables->shown->people().units().all();
  if (all.size() > kMostToChoose) return codes;
  for (const auto& unit : all) codes.insert(unit.code);
  return codes;
}

bool is_admin(const Caller& caller) {
  return caller.scopes.count(Scope::kAdmin) != 0;
}

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

}  // namespace

Result<nlohmann::json> read_members(const Request& request,
                                    std::initializer_list<std::string_view> known) {
  if (lower(media_type(request.head)) != "application/json")
    return make_error(Code::kHttpMediaType, "Content-Type");
  auto members = nlohmann::json::parse(as_text(request.body.octets().view()), nullptr,
                                       /*allow_exceptions=*/false);
  if (!members.is_object()) return wrong_parameter("body");
  for (const auto& [key, value] : members.items()) {
    static_cast<void>(value);
    if (std::find(known.begin(), known.end(), key) == known.end()) return wrong_parameter(key);
  }
  return members;
}

Result<std::string> text_of(const nlohmann::json& members, const char* name) {
  const auto found = members.find(name);
  if (found == members.end()) return std::string();
  if (!found->is_string()) return wrong_parameter(name);
  return found->get<std::string>();
}

Result<std::set<std::string>> texts_of(const nlohmann::json& members, const char* name) {
  std::set<std::string> texts;
  const auto found = members.find(name);
  if (found == members.end()) return texts;
  if (!found->is_array()) return wrong_parameter(name);
  for (const auto& one : *found) {
    if (!one.is_string()) return wrong_parameter(name);
    texts.insert(one.get<std::string>());
  }
  return texts;
}

AccountsApi::AccountsApi(Parts parts)
    : parts_(std::move(parts)),
      accounts_({.store = parts_.store,
                 .clock = parts_.clock,
                 .random = parts_.random,
                 .sink = account_log(*parts_.clock, *parts_.random)}),
      sign_in_({.store = parts_.store,
                .clock = parts_.clock,
                .random = parts_.random,
                .sink = account_log(*parts_.clock, *parts_.random),
                .new_id = [clock = parts_.clock, random = parts_.random] {
                  return new_uuid7(*clock, *random);
                }}) {
  sign_in_.when_failed([this] {
    parts_.soon([this] {
      if (const auto kept = sign_in_.write_failures(); !kept)
        parts_.log->write(Log::Level::kWarning, "sign_in_failures_not_kept",
                          {{"error", to_log_line(kept.error())}});
    });
  });
}

bool AccountsApi::answers(Operation operation) noexcept {
  return operation >= Operation::kBeginSession && operation <= Operation::kChangeAccount;
}

Result<Response> AccountsApi::handle(const RouteRow& row, const Request& request,
                                     const Caller& caller, const std::string& resource) {
  switch (row.operation) {
    case Operation::kBeginSession:
      return begin(request);
    case Operation::kSession:
      return session(request);
    case Operation::kEndSession:
      return end(caller);
    case Operation::kChangePassword:
      return change_password(request, caller);
    case Operation::kSessions:
      return sessions(caller);
    case Operation::kRevokeSession:
      return revoke(resource, request, caller);
    case Operation::kAccounts:
      return list();
    case Operation::kAddAccount:
      return add(request, caller);
    case Operation::kAccount:
      return one(resource);
    default:
      return change(resource, request, caller);
  }
}

accounts::SignIn::Place AccountsApi::place_of(const Request& request) {
  return {.address = request.peer.address,
          .network = network_of(request),
          .replaces = shown_session(request.head).value_or(Bytes{})};
}

std::shared_ptr<const OfficeRules> AccountsApi::office() const {
  return parts_.tables == nullptr ? nullptr : parts_.tables->now()->office;
}

OrderedJson AccountsApi::person_of(const std::string& id) const {
  const auto tables = office();
  const auto known = tables ? tables->person_name(id) : Result<std::string>(std::string(id));
  return {{"id", id}, {"name", known ? known.value() : id}};
}

OrderedJson AccountsApi::units_of(const std::set<std::string>& codes) const {
  const auto tables = office();
  auto list = OrderedJson::array();
  for (const auto& code : codes) {
    const auto known = tables ? tables->unit_name(code, parts_.clock->utc_now())
                              : Result<std::string>(std::string(code));
    list.push_back({{"code", code}, {"name", known ? known.value() : code}});
  }
  return list;
}

OrderedJson AccountsApi::json_of(const Seat& seat, ByteView token) const {
  const auto& [live, rights, idle_until] = seat;
  OrderedJson body = {{"account", live.account.name}};
  if (!live.account.person.empty()) body["person"] = person_of(live.account.person);
  body["rights"] = OrderedJson::array();
  for (const auto right : rights) body["rights"].push_back(name(right));
  body["units"] = units_of(live.account.grants.units);
  if (live.account.grants.units.empty()) body["office_units"] = units_of(all_codes(parts_.tables));
  body["csrf"] = accounts::csrf_of(token);
  body["expires"] = to_rfc3339(live.session.expires);
  body["idle_until"] = to_rfc3339(idle_until);
  body["method"] = live.session.method;
  // Who came with a certificate has shown more than a password: the one for one use can wait.
  body["must_change_password"] =
      live.account.must_change_password && live.session.method == "password";
  return body;
}

Result<Response> AccountsApi::signed_in(const accounts::Begun& begun, const Request& request) {
  ANTIN_TRY(const auto account, accounts_.find(begun.session.account));
  parts_.ring->begun({.digest = accounts::token_digest(begun.token),
                      .session = begun.session,
                      .account = account});
  ANTIN_TRY(const auto seat, parts_.ring->find(begun.token));
  // Locked in this very moment.
  if (!seat) return make_error(Code::kSessionOver, begun.session.id);
  parts_.log->write(Log::Level::kInfo, "signed_in",
                    {{"request_id", request.id},
                     {"account", begun.session.account},
                     {"method", begun.session.method}});
  auto response = json_response(200, json_of(*seat, begun.token).dump());
  response.fields.push_back(session_cookie(begun.token));
  return response;
}

Result<Response> AccountsApi::begin(const Request& request) {
  ANTIN_TRY(const auto members, read_members(request, {"account", "password"}));
  ANTIN_TRY(const auto account, text_of(members, "account"));
  ANTIN_TRY(const auto password, text_of(members, "password"));
  ANTIN_TRY(const auto begun, sign_in_.by_password(account, password, place_of(request)));
  return signed_in(begun, request);
}

Result<Response> AccountsApi::session(const Request& request) {
  const auto token = shown_session(request.head);
  if (!token) return make_error(Code::kSessionOver, "no cookie");
  ANTIN_TRY(const auto seat, parts_.ring->find(*token));
  if (!seat) return make_error(Code::kSessionOver, "over");
  return json_response(200, json_of(*seat, *token).dump());
}

Result<std::vector<accounts::Live>> AccountsApi::live() {
  std::vector<accounts::Live> found;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, accounts::Sessions(database).live(parts_.clock->utc_now()));
    return Done{};
  }));
  return found;
}

// `secret_id` of a caller with an account is the session.
Result<accounts::Live> AccountsApi::own(const Caller& caller) {
  ANTIN_TRY(auto all, live());
  const auto found = std::find_if(all.begin(), all.end(), [&](const accounts::Live& one) {
    return one.session.id == caller.secret_id;
  });
  if (caller.account.empty() || found == all.end())
    return make_error(Code::kSessionOver, caller.secret_id);
  return std::move(*found);
}

Result<Response> AccountsApi::end(const Caller& caller) {
  ANTIN_TRY(const auto mine, own(caller));
  ANTIN_CHECK(sign_in_.end(mine.session, caller.key_id));
  parts_.ring->changed();
  auto response = no_content();
  response.fields.push_back(no_session_cookie());
  return response;
}

Result<Response> AccountsApi::change_password(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto members, read_members(request, {"old", "new"}));
  ANTIN_TRY(const auto before, text_of(members, "old"));
  ANTIN_TRY(const auto after, text_of(members, "new"));
  ANTIN_TRY(const auto mine, own(caller));
  ANTIN_TRY(const auto begun, sign_in_.change_password({.session = mine.session,
                                                        .old_password = before,
                                                        .new_password = after,
                                                        .network = network_of(request)}));
  return signed_in(begun, request);
}

Result<Response> AccountsApi::sessions(const Caller& caller) {
  if (caller.account.empty() && !is_admin(caller))
    return make_error(Code::kSessionOver, "a key without admin");
  ANTIN_TRY(const auto all, live());
  const auto idle = parts_.ring->settings().idle;
  const auto now = parts_.clock->utc_now();
  auto list = OrderedJson::array();
  for (const auto& one : all) {
    const auto& session = one.session;
    const bool mine = session.account == caller.account;
    if (!mine && !is_admin(caller)) continue;
    if (now.since_epoch() - session.last_used.since_epoch() >= idle) continue;
    list.push_back({{"id", session.id},
                    {"account", session.account},
                    {"method", session.method},
                    {"address", session.address},
                    {"begun", to_rfc3339(session.begun)},
                    {"last_used", to_rfc3339(session.last_used)},
                    {"expires", to_rfc3339(session.expires)},
                    {"this", session.id == caller.secret_id}});
  }
  return json_response(200, OrderedJson{{"sessions", std::move(list)}}.dump());
}

Result<Response> AccountsApi::revoke(const std::string& id, const Request& request,
                                     const Caller& caller) {
  if (caller.account.empty() && !is_admin(caller))
    return make_error(Code::kSessionOver, "a key without admin");
  ANTIN_TRY(const auto all, live());
  const auto found = std::find_if(all.begin(), all.end(), [&](const accounts::Live& one) {
    return one.session.id == id && (is_admin(caller) || one.session.account == caller.account);
  });
  if (found == all.end()) return make_error(Code::kSessionUnknown, id);
  ANTIN_CHECK(sign_in_.end(found->session, caller.key_id));
  parts_.ring->changed();
  parts_.log->write(
      Log::Level::kInfo, "session_ended",
      {{"request_id", request.id}, {"account", found->session.account}, {"key", caller.key_id}});
  return no_content();
}

}  // namespace antin::service
