#include "service/antind/session_guard.h"

#include <algorithm>

#include "service/http/http_parser.h"

namespace antin::service {
namespace {

constexpr std::size_t kTokenOctets = 32;
constexpr const char* kAttributes = "; Path=/; Secure; HttpOnly; SameSite=Strict";

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<Bytes> shown_session(const RequestHead& head) {
  if (head.count("cookie") != 1) return std::nullopt;
  auto rest = head.value("cookie");
  std::optional<Bytes> found;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    const auto pair = without_blanks(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != kSessionCookie) continue;
    const auto value = pair.substr(equals + 1);
    Bytes token;
    // Two of one name are somebody's who could only add one.
    if (found || lower(value) != value || !from_hex(value, token) || token.size() != kTokenOctets)
      return std::nullopt;
    found = std::move(token);
  }
  return found;
}

HeaderField session_cookie(ByteView token) {
  return {"Set-Cookie", std::string(kSessionCookie) + '=' + to_hex(token) + kAttributes};
}

HeaderField no_session_cookie() {
  return {"Set-Cookie", std::string(kSessionCookie) + "=; Max-Age=0" + kAttributes};
}

Site site_of(const RequestHead& head, const std::string& origin) {
  const auto sites = head.count("sec-fetch-site"), origins = head.count("origin");
  if (sites + origins == 0) return Site::kUnsaid;
  if (sites > 1 || origins > 1) return Site::kForeign;
  if (sites == 1) {
    const auto site = head.value("sec-fetch-site");
    // "none": typed or bookmarked, by nobody's page; then nothing can be meant to be changed.
    if (site != "same-origin" && !(site == "none" && only_reads(head))) return Site::kForeign;
  }
  if (origins == 1 && (origin.empty() || lower(head.value("origin")) != origin))
    return Site::kForeign;
  return Site::kOurs;
}

std::string origin_of(const RequestHead& head, Scheme scheme) {
  if (head.count("host") != 1 || head.value("host").empty()) return {};
  auto host = lower(head.value("host"));
  // Browsers leave the usual port out of Origin; a client may write it in Host.
  const std::string_view usual = scheme == Scheme::kHttps ? ":443" : ":80";
  if (host.ends_with(usual)) host.resize(host.size() - usual.size());
  return (scheme == Scheme::kHttps ? "https://" : "http://") + host;
}

bool only_reads(const RequestHead& head) noexcept {
  return head.method == Method::kGet || head.method == Method::kHead;
}

}  // namespace antin::service
