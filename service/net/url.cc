#include "service/net/url.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace antin::service {
namespace {

constexpr std::size_t kLongest = 8'192;

Error bad_url(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, 200)) shown += c > 0x20 && c < 0x7F ? c : '?';
  return make_error(Code::kNetUrl, shown, {{"url", shown}});
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != prefix[i]) return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

bool name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
}

bool address_character(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) != 0 || c == ':' || c == '.';
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  const std::uint16_t usual = scheme == Scheme::kHttp ? 80 : 443;
  if (port != usual) text += ":" + std::to_string(port);
  return text;
}

Result<Url> parse_url(std::string_view text) {
  const auto whole = text;
  if (text.size() > kLongest ||
      std::any_of(text.begin(), text.end(), [](char c) { return c <= 0x20 || c >= 0x7F; }))
    return bad_url(whole);
  Url url{.scheme = Url::Scheme::kHttps, .host = {}, .port = 443, .target = {}};
  if (take_prefix(text, "http://")) {
    url.scheme = Url::Scheme::kHttp;
    url.port = 80;
  } else if (!take_prefix(text, "https://")) {
    return bad_url(whole);
  }
  const auto authority = text.substr(0, text.find_first_of("/?#"));
  auto target = text.substr(authority.size());
  target = target.substr(0, target.find('#'));
  url.target = target.empty() || target.front() != '/' ? "/" : "";
  url.target += target;

  // User information would let "https://known.example@other.example/" look like the former.
  if (authority.find('@') != std::string_view::npos) return bad_url(whole);
  auto host = authority;
  std::string_view port;
  bool has_port = false;
  bool well_formed = true;
  if (!host.empty() && host.front() == '[') {
    const auto close = host.find(']');
    if (close == std::string_view::npos) return bad_url(whole);
    const auto rest = host.substr(close + 1);
    host = host.substr(1, close - 1);
    has_port = !rest.empty();
    well_formed = !has_port || rest.front() == ':';
    port = has_port ? rest.substr(1) : rest;
    well_formed = well_formed && std::all_of(host.begin(), host.end(), address_character) &&
                  host.find(':') != std::string_view::npos;
  } else {
    const auto colon = host.find(':');
    has_port = colon != std::string_view::npos;
    if (has_port) {
      port = host.substr(colon + 1);
      host = host.substr(0, colon);
    }
    well_formed = std::all_of(host.begin(), host.end(), name_character);
  }
  if (!well_formed || host.empty() || host.size() > 253) return bad_url(whole);
  if (has_port) {
    const auto* end = port.data() + port.size();
    const auto [stopped, problem] = std::from_chars(port.data(), end, url.port);
    if (problem != std::errc{} || stopped != end || url.port == 0) return bad_url(whole);
  }
  for (const char c : host)
    url.host += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return url;
}

Result<Url> resolve_location(const Url& base, std::string_view location) {
  if (location.size() >= 1 && location.front() == '/' &&
      (location.size() == 1 || location[1] != '/')) {
    const auto* const scheme = base.scheme == Url::Scheme::kHttp ? "http://" : "https://";
    return parse_url(scheme + base.authority() + std::string(location));
  }
  return parse_url(location);
}

}  // namespace antin::service
