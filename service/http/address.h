#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "certs/core/bytes.h"

namespace antin::service {

/// A numeric IPv4 or IPv6 address and nothing else; no zone.
bool is_address(std::string_view text);
/// 127.0.0.0/8, ::1, and the former written as IPv6.
bool is_loopback(std::string_view text);
/// What counts as one client: an IPv4 address, or the /64 of an IPv6 one, because whoever has one
/// of those has 2^64. An IPv4 address inside an IPv6 one (RFC 4291 §2.5.5.2) is itself. What is no
/// address is its own group.
std::string address_group(std::string_view text);

/// "192.0.2.7", "10.20.0.0/16", "2001:db8::/32".
class AddressRange {
 public:
  /// nullopt also when bits behind the prefix are set: that is a mistake more often than not.
  static std::optional<AddressRange> read(std::string_view text);
  bool contains(std::string_view address) const;

 private:
  Bytes base_;  ///< 4 or 16 octets
  unsigned bits_ = 0;
};

}  // namespace antin::service
