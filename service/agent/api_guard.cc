// Who may ask the agent for what: this computer by its own name, this user's programs, pages that
// the person has let in, with the token that the agent gave them (S-14).

#include <algorithm>

#include "service/agent/api.h"

namespace antin::service::agent {
namespace {

constexpr std::string_view kRoot = "/antin-agent/1/";
constexpr std::string_view kSessionField = "x-antin-agent-session";
constexpr std::size_t kMostBody = 16'384;
constexpr int kNoContent = 204;

Error refused(const std::string& page) {
  return make_error(Code::kAgentOriginRefused, "Origin", {{"trang", page}});
}

// For a sentence: what somebody wrote there is not repeated whole.
std::string shown(std::string_view origin) {
  constexpr std::size_t kMost = 80;
  std::string text(origin.substr(0, kMost));
  std::erase_if(text, [](char c) { return c < 0x21 || c > 0x7E; });
  return text.empty() ? "?" : text;
}

bool fits(std::string_view pattern, std::string_view path, std::string& id) {
  const auto at = pattern.find("{id}");
  if (at == std::string_view::npos) return pattern == path;
  const auto before = pattern.substr(0, at);
  const auto behind = pattern.substr(at + 4);
  if (path.size() <= before.size() + behind.size() || !path.starts_with(before) ||
      !path.ends_with(behind))
    return false;
  const auto middle = path.substr(before.size(), path.size() - before.size() - behind.size());
  constexpr std::size_t kMostId = 64;
  if (middle.size() > kMostId ||
      middle.find_first_not_of("0123456789abcdef") != std::string_view::npos)
    return false;
  id = middle;
  return true;
}

}  // namespace

const std::vector<AgentApi::Row>& AgentApi::rows() {
  using For = Row::For;
  static const std::vector<Row> all = {
      {Route::kHello, Method::kGet, "hello", For::kAnybody},
      {Route::kSession, Method::kPost, "session", For::kPaired},
      {Route::kPair, Method::kPost, "pair", For::kPages},
      {Route::kForget, Method::kPost, "forget", For::kInSession},
      {Route::kCertificates, Method::kGet, "certificates", For::kInSession},
      {Route::kSign, Method::kPost, "sign", For::kInSession},
      {Route::kLogin, Method::kPost, "login", For::kInSession},
      // Its identifier is 128 random bits, told to one page and good for that one alone: it must
      // serve before a page is paired.
      {Route::kJob, Method::kGet, "jobs/{id}", For::kPages},
      {Route::kCancel, Method::kPost, "jobs/{id}/cancel", For::kPages},
  };
  return all;
}

// The origin that the browser says the page has; absent, repeated, "null" or anything that is no
// page of an office is none.
std::optional<Origin> AgentApi::origin_of(const RequestHead& head) const {
  if (head.count("origin") != 1) return std::nullopt;
  return Origin::read(head.value("origin"), parts_.config->loopback);
}

Result<AgentApi::Asked> AgentApi::judge(const RequestHead& head, const Peer& peer) {
  if (head.count("host") != 1 || !is_own_host(head.value("host"), port_))
    return make_error(Code::kAgentHostRefused, shown(head.value("host")));
  if (!parts_.own_users(peer, port_)) return refused("another user");
  Asked asked;
  asked.origin = origin_of(head);
  if (head.count("origin") > 0 && !asked.origin) return refused(shown(head.value("origin")));
  if (!head.path.starts_with(kRoot) || !head.query.empty())
    return make_error(Code::kHttpNotFound, "path");
  const auto path = std::string_view(head.path).substr(kRoot.size());
  bool known = false;
  for (const auto& row : rows()) {
    if (!fits(row.path, path, asked.id)) continue;
    known = true;
    if (row.method == head.method) asked.row = &row;
  }
  if (!known) return make_error(Code::kHttpNotFound, "path");
  if (asked.row == nullptr) return make_error(Code::kHttpMethodNotAllowed, "method");
  using For = Row::For;
  if (asked.row->who == For::kAnybody) return asked;
  if (!asked.origin) return refused("?");
  if (asked.row->who == For::kPages) return asked;
  if (!parts_.pairings->holds(*asked.origin))
    return make_error(Code::kAgentNotPaired, "pairing", {{"trang", asked.origin->text()}});
  if (asked.row->who == For::kPaired) return asked;
  if (head.count(kSessionField) != 1 ||
      !sessions_.holds(std::string(head.value(kSessionField)), *asked.origin))
    return make_error(Code::kAgentSessionUnknown, "session");
  return asked;
}

std::variant<RequestHandler::Admission, Response> AgentApi::admit(const RequestHead& head,
                                                                  const Peer& peer,
                                                                  const std::string& /*id*/) {
  if (head.method == Method::kOptions) {
    if (head.count("host") != 1 || !is_own_host(head.value("host"), port_))
      return problem(make_error(Code::kAgentHostRefused, "Host"), std::nullopt);
    return preflight(head);
  }
  const auto origin = origin_of(head);
  const auto asked = judge(head, peer);
  if (!asked) return problem(asked.error(), origin);
  if (head.method == Method::kGet) return Admission{0};
  // A form of another page cannot say this, nor what stands in a session's field.
  if (head.value("content-type") != "application/json")
    return problem(make_error(Code::kHttpMediaType, "Content-Type"), origin);
  return Admission{kMostBody};
}

// Fetch, "CORS-preflight fetch"; Private Network Access asks in the same way.
Response AgentApi::preflight(const RequestHead& head) {
  const auto origin = origin_of(head);
  if (!origin) return problem(refused(shown(head.value("origin"))), std::nullopt);
  Response response;
  response.status = kNoContent;
  response.fields = {{"Access-Control-Allow-Methods", "GET, POST"},
                     {"Access-Control-Allow-Headers", "content-type, x-antin-agent-session"},
                     {"Access-Control-Max-Age", "600"}};
  if (head.value("access-control-request-private-network") == "true")
    response.fields.push_back({"Access-Control-Allow-Private-Network", "true"});
  return with_fields(std::move(response), origin);
}

Response AgentApi::with_fields(Response response, const std::optional<Origin>& origin) const {
  response.fields.push_back({"Cache-Control", "no-store"});
  response.fields.push_back({"X-Content-Type-Options", "nosniff"});
  response.fields.push_back(
      {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"});
  response.fields.push_back({"Vary", "Origin"});
  // Whoever cannot be let in at all is told nothing that its scripts can read.
  if (origin && (parts_.config->pairing || parts_.pairings->holds(*origin)))
    response.fields.push_back({"Access-Control-Allow-Origin", origin->text()});
  return response;
}

Response AgentApi::problem(const Error& error, const std::optional<Origin>& origin) const {
  parts_.log->write(Log::Level::kWarning, "refused", {{"error", to_log_line(error)}});
  const auto& row = info(error.code);
  const int status = row.http_status != 0 ? row.http_status : 500;
  auto body = describe(error);
  body["status"] = status;
  auto response =
      Response::text(status, "application/problem+json",
                     body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  for (const auto& [key, value] : error.params) {
    if (key == "seconds" && error.code == Code::kAgentTooMany)
      response.fields.push_back({"Retry-After", value});
  }
  return with_fields(std::move(response), origin);
}

Response AgentApi::refusal(const Error& error, const std::string& /*id*/) {
  return problem(error, std::nullopt);
}

// Nothing of what a page asks for is a person's; its addresses hold identifiers all the same.
void AgentApi::answered(const Answered& answered) {
  if (answered.status < 500) return;
  parts_.log->write(Log::Level::kError, "answered", {{"status", std::to_string(answered.status)}});
}

}  // namespace antin::service::agent
