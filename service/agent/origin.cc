#include "service/agent/origin.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace antin::service::agent {
namespace {

constexpr std::size_t kMostOrigin = 261;  // "https://", a name of 247 octets, ":65535"

// "1" to "65535", no leading zero; nullopt otherwise.
std::optional<std::uint16_t> port_in(std::string_view text) {
  std::uint16_t port = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, port);
  if (text.empty() || text.front() == '0' || problem != std::errc{} || stopped != end)
    return std::nullopt;
  return port;
}

bool is_name(std::string_view host) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !host.empty() && host.front() != '.' && host.front() != '-' && host.back() != '.' &&
         host.find("..") == std::string_view::npos && std::all_of(host.begin(), host.end(), fits);
}

bool is_bracketed(std::string_view host) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.';
  };
  if (host.size() < 4 || host.front() != '[' || host.back() != ']') return false;
  const auto inside = host.substr(1, host.size() - 2);
  return std::all_of(inside.begin(), inside.end(), fits);
}

}  // namespace

std::optional<Origin> Origin::read(std::string_view text, Loopback loopback) {
  constexpr std::string_view kTls = "https://";
  constexpr std::string_view kTrial = "http://127.0.0.1:";
  if (text.size() > kMostOrigin) return std::nullopt;
  if (text.starts_with(kTrial)) {
    if (loopback == Loopback::kRefused || !port_in(text.substr(kTrial.size()))) return std::nullopt;
    return Origin(text);
  }
  if (!text.starts_with(kTls)) return std::nullopt;
  auto host = text.substr(kTls.size());
  const auto colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    const auto port = port_in(host.substr(colon + 1));
    // A browser leaves the default port out: with it there would be two names for one page.
    if (!port || *port == 443) return std::nullopt;
    host = host.substr(0, colon);
  }
  if (!is_name(host) && !is_bracketed(host)) return std::nullopt;
  return Origin(text);
}

bool is_own_host(std::string_view host, std::uint16_t port) {
  constexpr std::array<std::string_view, 3> kOwn = {"127.0.0.1", "localhost", "[::1]"};
  const auto tail = ":" + std::to_string(port);
  return std::any_of(kOwn.begin(), kOwn.end(),
                     [&](std::string_view own) { return host == std::string(own) + tail; });
}

}  // namespace antin::service::agent
