#include "service/antind/front.h"

#include <algorithm>

#include "service/http/http_parser.h"

namespace antin::service {
namespace {

// Boundaries and part heads around a document of the largest size; the handler holds the finer
// limit.
constexpr std::size_t kFormOverhead = 65'536;

// What no answer of ours needs: a report or a problem is never run, framed or read by other pages.
constexpr std::string_view kAnswerPolicy =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view without_port(std::string_view authority) {
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  const bool port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return port ? authority.substr(0, colon) : authority;
}

}  // namespace

// Nothing inline, no markup made from text, nothing from elsewhere but the signing program on this
// computer (docs/PROTOCOL.agent.md); documents and pictures are shown from memory.
const std::string_view kStaffPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self' https://localhost:* https://127.0.0.1:* http://127.0.0.1:* "
    "ws://127.0.0.1:*; media-src 'self' blob:; frame-src 'self' blob:; object-src 'none'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri /api/v1/csp-reports";
const std::string_view kCheckPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'; report-uri /api/v1/csp-reports";

HttpSettings front_settings(const Config& config) {
  auto settings = config.http.settings;
  settings.limits.body_octets += kFormOverhead;
  settings.limits.budget = std::make_shared<BodyBudget>(config.http.max_bodies_octets);
  settings.every_answer = {
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Cross-Origin-Embedder-Policy", "require-corp"},
      {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
      {"X-Frame-Options", "DENY"},
      {"Content-Security-Policy", std::string(kAnswerPolicy)},
      {"Cache-Control", "no-store"}};
  // RFC 6797 §7.2: never over plain HTTP; the proxy's clients do speak TLS.
  const HeaderField hsts{"Strict-Transport-Security", "max-age=31536000"};
  if (config.http.behind_tls_proxy)
    settings.every_answer.push_back(hsts);
  else
    settings.every_tls_answer.push_back(hsts);
  return settings;
}

KeyRing::Roles roles_of(const Config& config) {
  KeyRing::Roles roles;
  for (const auto& [role, words] : config.roles) {
    for (const auto& word : words) {
      if (const auto scopes = read_scopes(word)) roles[role].insert(scopes->begin(), scopes->end());
    }
  }
  return roles;
}

bool is_our_host(const RequestHead& head, const std::vector<std::string>& hosts) {
  if (hosts.empty() || head.count("host") == 0) return true;
  const auto host = lower(head.value("host"));
  const auto is_it = [&](const std::string& ours) {
    return ours == host || (without_port(ours) == ours && ours == without_port(host));
  };
  return std::any_of(hosts.begin(), hosts.end(), is_it);
}

}  // namespace antin::service
