#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "service/net/url.h"

namespace antin::service {

/// True for addresses that the public internet routes to one host: not private, loopback,
/// link-local (where clouds keep their metadata), shared, documentation, multicast or reserved ones
/// (RFC 6890 and IANA's special-purpose registries). An IPv4 address inside an IPv6 one (mapped,
/// RFC 4291 §2.5.5.2; NAT64, RFC 6052) is judged as itself; other ways of carrying one are refused.
/// `address`: 4 or 16 octets, network order; anything else is not public.
bool is_public_address(ByteView address) noexcept;

/// Where a fetcher may connect to. The rule is asked about the address that is then connected to,
/// so that a name cannot change its meaning in between.
struct AddressRule {
  enum class Reach : std::uint8_t {
    kPublic,    ///< addresses that strangers name: public ones, ports 80 and 443
    kAnywhere,  ///< addresses of the operator's own configuration
  };
  Reach reach = Reach::kPublic;
  /// "host" or "host:port", a name or an address: allowed whatever it resolves to, at ports 80 and
  /// 443 or at the one given.
  std::vector<std::string> allow_hosts = {};

  bool permits(const Url& url, ByteView address) const;
};

/// Fails with kNetUrl.
Status check_allowed_host(const std::string& entry);

}  // namespace antin::service
