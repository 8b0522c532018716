// What pages are answered. Who may ask at all is decided in api_guard.cc.

#include "service/agent/api.h"

#include <algorithm>

#include "certs/ossl/digest.h"

namespace antin::service::agent {
namespace {

using Json = nlohmann::json;
using Ordered = nlohmann::ordered_json;

constexpr std::size_t kPairings = 3;
constexpr std::chrono::seconds kPairingSpan{60};
constexpr std::size_t kPinRequests = 3;  // S-14
constexpr std::chrono::seconds kPinSpan{10};
constexpr std::size_t kDigestDigits = 64, kTicketDigits = 64, kNonceDigits = 112, kIdDigits = 36;
constexpr int kOk = 200, kCreated = 201, kAccepted = 202;

Error wrong(const char* what) {
  return make_error(Code::kAgentRequest, what, {{"muc", what}});
}

Response json(int status, const Ordered& body) {
  return Response::text(status, "application/json",
                        body.dump(-1, ' ', false, Ordered::error_handler_t::replace));
}

// Lower-case hexadecimal digits, as many as these; of a UUID with its hyphens.
Result<std::string> digits(const Json& members, const char* name, std::size_t count) {
  const auto found = members.find(name);
  if (found == members.end() || !found->is_string()) return wrong(name);
  auto text = found->get<std::string>();
  const auto* const allowed = count == kIdDigits ? "0123456789abcdef-" : "0123456789abcdef";
  if (text.size() != count || text.find_first_not_of(allowed) != std::string::npos)
    return wrong(name);
  return text;
}

Status only(const Json& members, std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : members.items()) {
    if (std::find(names.begin(), names.end(), std::string_view(name)) == names.end())
      return make_error(Code::kAgentRequest, "unknown member", {{"muc", "?"}});
  }
  return Done{};
}

Response begun(const Job& job) {
  auto told = job.told();
  told["self"] = "/antin-agent/1/jobs/" + job.id();
  return json(kAccepted, told);
}

}  // namespace

AgentApi::AgentApi(Parts parts)
    : parts_(std::move(parts)),
      sessions_(*parts_.means.clock, *parts_.random),
      pairing_rate_(kPairings, kPairingSpan),
      pin_requests_(kPinRequests, kPinSpan),
      desk_(*parts_.random),
      looker_(*parts_.means.ring, *parts_.means.clock) {}

void AgentApi::stop() {
  desk_.stop();
  looker_.stop();
}

void AgentApi::handle(Request request, Responder responder) {
  const auto origin = origin_of(request.head);
  const auto asked = judge(request.head, request.peer);
  if (!asked) {
    responder.answer(problem(asked.error(), origin));
    return;
  }
  if (asked.value().row->route == Route::kCertificates) {
    const bool waits = looker_.ask([this, responder, origin](const Ordered& seen) {
      responder.answer(with_fields(json(kOk, seen), origin));
    });
    if (!waits) responder.answer(problem(make_error(Code::kHttpBusy, "devices"), origin));
    return;
  }
  auto members = Json::object();
  if (asked.value().row->method == Method::kPost && request.body.size() > 0) {
    const auto& octets = request.body.octets();
    members = Json::parse(octets.view().begin(), octets.view().end(), nullptr, false);
  }
  const auto said =
      members.is_object() ? answer(asked.value(), members) : Result<Response>(wrong("JSON"));
  responder.answer(said ? with_fields(said.value(), origin) : problem(said.error(), origin));
}

Result<Response> AgentApi::answer(const Asked& asked, const Json& members) {
  const auto route = asked.row->route;
  if (route == Route::kHello) return hello(asked.origin);
  if (!asked.origin) return make_error(Code::kAgentOriginRefused, "none", {{"trang", "?"}});
  const auto& origin = *asked.origin;
  if (route != Route::kSign && route != Route::kLogin) ANTIN_CHECK(only(members, {}));
  switch (route) {
    case Route::kSession:
      return json(kCreated, {{"session", sessions_.open(origin)},
                             {"idle_seconds", std::chrono::seconds(Sessions::kIdle).count()}});
    case Route::kPair:
      return begin_pairing(origin);
    case Route::kForget:
      return forget(origin);
    case Route::kSign:
      return begin_signing(origin, members);
    case Route::kLogin:
      return begin_login(origin, members);
    case Route::kJob: {
      ANTIN_TRY(const auto job, desk_.find(asked.id, origin));
      return json(kOk, job->told());
    }
    case Route::kCancel: {
      ANTIN_TRY(const auto job, desk_.find(asked.id, origin));
      job->cancel();
      return json(kAccepted, job->told());
    }
    default:
      return make_error(Code::kInternal, "no route of the agent");
  }
}

// As little as a page needs that is not let in yet.
Response AgentApi::hello(const std::optional<Origin>& origin) const {
  Ordered body{{"agent", "antin-agent"}, {"protocol", 1}};
  if (origin) {
    body["paired"] = parts_.pairings->holds(*origin);
    body["pairing"] = parts_.config->pairing ? "ask" : "off";
  }
  return json(kOk, body);
}

Result<Response> AgentApi::begin_pairing(const Origin& origin) {
  if (!parts_.config->pairing)
    return make_error(Code::kAgentOriginRefused, "pairing is off", {{"trang", origin.text()}});
  if (const auto wait = pairing_rate_.take(parts_.means.clock->ticks()))
    return make_error(Code::kAgentTooMany, "pairing", {{"seconds", std::to_string(wait->count())}});
  const auto code = pairing_code(*parts_.random);
  ANTIN_TRY(const auto job, desk_.begin(origin, {}, [this, code](Job& mine) {
    return pair(parts_.means, mine, *parts_.pairings, code);
  }));
  job->set("code", code);
  parts_.log->write(Log::Level::kInfo, "pairing_asked", {{"origin", origin.text()}});
  return begun(*job);
}

Result<Response> AgentApi::forget(const Origin& origin) {
  ANTIN_TRY(const auto was_there, parts_.pairings->forget(origin));
  sessions_.end_all(origin);
  parts_.log->write(Log::Level::kInfo, "pairing_forgotten", {{"origin", origin.text()}});
  return json(kOk, {{"forgotten", was_there}, {"paired", parts_.pairings->holds(origin)}});
}

Status AgentApi::within_pin_rate() {
  if (const auto wait = pin_requests_.take(parts_.means.clock->ticks()))
    return make_error(Code::kAgentTooMany, "PIN", {{"seconds", std::to_string(wait->count())}});
  return Done{};
}

Result<Response> AgentApi::begin_signing(const Origin& origin, const Json& members) {
  ANTIN_CHECK(only(members, {"service", "session", "ticket", "certificate_sha256"}));
  const auto service = members.find("service");
  if (service == members.end() || !service->is_string()) return wrong("service");
  // A page signs what its own service prepared, and nothing of anybody else.
  if (*service != origin.text())
    return make_error(Code::kAgentOtherService, "service", {{"trang", origin.text()}});
  ANTIN_TRY(const auto session, digits(members, "session", kIdDigits));
  ANTIN_TRY(const auto ticket, digits(members, "ticket", kTicketDigits));
  ANTIN_TRY(const auto certificate, digits(members, "certificate_sha256", kDigestDigits));
  ANTIN_CHECK(within_pin_rate());
  const auto particulars = to_hex(ossl::sha256(as_bytes(ticket + certificate)));
  auto work = [this, origin, session, ticket, certificate](Job& job) {
    const auto reached = parts_.service(origin, session, ticket);
    const auto outcome = SignWork(parts_.means, job, *reached, certificate).run();
    if (!outcome)
      parts_.log->write(Log::Level::kWarning, "signing_failed",
                        {{"session", session}, {"error", to_log_line(outcome.error())}});
    return outcome;
  };
  ANTIN_TRY(const auto job, desk_.begin(origin, {session, particulars}, std::move(work)));
  parts_.log->write(Log::Level::kInfo, "signing",
                    {{"origin", origin.text()}, {"session", session}, {"job", job->id()}});
  return begun(*job);
}

Result<Response> AgentApi::begin_login(const Origin& origin, const Json& members) {
  ANTIN_CHECK(only(members, {"nonce", "certificate_sha256"}));
  ANTIN_TRY(const auto nonce, digits(members, "nonce", kNonceDigits));
  ANTIN_TRY(const auto certificate, digits(members, "certificate_sha256", kDigestDigits));
  ANTIN_CHECK(within_pin_rate());
  ANTIN_TRY(const auto job, desk_.begin(origin, {}, [this, nonce, certificate](Job& mine) {
    return log_in_with_certificate(parts_.means, mine, nonce, certificate);
  }));
  parts_.log->write(Log::Level::kInfo, "login", {{"origin", origin.text()}, {"job", job->id()}});
  return begun(*job);
}

}  // namespace antin::service::agent
