#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "certs/core/error.h"

namespace antin::service {

/// An absolute http or https address (RFC 3986, as far as RFC 9110 §4.2 lets it be fetched).
struct Url {
  enum class Scheme : std::uint8_t { kHttp, kHttps };
  Scheme scheme;
  std::string host;  ///< lower case; an IPv6 address without its brackets
  std::uint16_t port;
  std::string target;  ///< path and query, at least "/"; no fragment

  bool same_origin(const Url& other) const {
    return scheme == other.scheme && host == other.host && port == other.port;
  }
  /// What goes into the Host field: brackets and a port that is not the scheme's own.
  std::string authority() const;
};

/// Fails with kNetUrl: another scheme, user information, an empty or odd host, port 0, anything but
/// printable ASCII.
Result<Url> parse_url(std::string_view text);
/// A redirect's Location, absolute or starting with one '/', against the address that sent it.
Result<Url> resolve_location(const Url& base, std::string_view location);

}  // namespace antin::service
