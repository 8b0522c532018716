#include "service/net/address_rule.h"

#include <algorithm>
#include <array>

namespace antin::service {
namespace {

struct Range4 {
  std::uint32_t base;
  unsigned bits;
};
constexpr std::array kSpecial4 = {
    Range4{0x00000000, 8},   // "this network", RFC 791
    Range4{0x0A000000, 8},   // private, RFC 1918
    Range4{0x64400000, 10},  // shared, RFC 6598
    Range4{0x7F000000, 8},   // loopback
    Range4{0xA9FE0000, 16},  // link-local, RFC 3927
    Range4{0xAC100000, 12},  // private
    Range4{0xC0000000, 24},  // IETF protocols, RFC 6890
    Range4{0xC0000200, 24},  // documentation, RFC 5737
    Range4{0xC0586300, 24},  // 6to4 relays, RFC 7526
    Range4{0xC0A80000, 16},  // private
    Range4{0xC6120000, 15},  // benchmarks, RFC 2544
    Range4{0xC6336400, 24},  // documentation
    Range4{0xCB007100, 24},  // documentation
    Range4{0xE0000000, 4},   // multicast
    Range4{0xF0000000, 4},   // reserved, broadcast
};

bool is_public4(ByteView a) noexcept {
  const std::uint32_t address = (std::uint32_t{a[0]} << 24U) | (std::uint32_t{a[1]} << 16U) |
                                (std::uint32_t{a[2]} << 8U) | a[3];
  return std::none_of(kSpecial4.begin(), kSpecial4.end(), [&](const Range4& range) {
    return (address ^ range.base) >> (32U - range.bits) == 0;
  });
}

bool starts_with(ByteView a, std::initializer_list<std::uint8_t> prefix) noexcept {
  return std::equal(prefix.begin(), prefix.end(), a.begin());
}

bool is_public6(ByteView a) noexcept {
  const auto inner = a.subspan(12);
  if (starts_with(a, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF})) return is_public4(inner);
  if (starts_with(a, {0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0})) return is_public4(inner);
  if ((a[0] & 0xE0U) != 0x20U) return false;       // 2000::/3 is all that is routed today
  if (starts_with(a, {0x20, 0x02})) return false;  // 6to4
  if (starts_with(a, {0x20, 0x01}) && a[2] < 2) return false;     // Teredo, ORCHID, …
  if (starts_with(a, {0x20, 0x01, 0x0D, 0xB8})) return false;     // documentation
  return !(starts_with(a, {0x3F, 0xFF}) && (a[2] & 0xF0U) == 0);  // documentation
}

bool has_port(std::string_view entry) {
  const auto bracket = entry.rfind(']');
  const auto colon = entry.rfind(':');
  return colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
}

bool usual_port(std::uint16_t port) {
  return port == 80 || port == 443;
}

}  // namespace

bool is_public_address(ByteView address) noexcept {
  if (address.size() == 4) return is_public4(address);
  return address.size() == 16 && is_public6(address);
}

bool AddressRule::permits(const Url& url, ByteView address) const {
  if (reach == Reach::kAnywhere) return true;
  for (const auto& entry : allow_hosts) {
    const auto listed = parse_url("http://" + entry);
    if (!listed || listed.value().host != url.host) continue;
    if (has_port(entry) ? listed.value().port == url.port : usual_port(url.port)) return true;
  }
  return usual_port(url.port) && is_public_address(address);
}

Status check_allowed_host(const std::string& entry) {
  ANTIN_TRY(const auto url, parse_url("http://" + entry));
  if (url.target != "/" || entry.find('/') != std::string::npos ||
      entry.find_first_of("?#") != std::string::npos)
    return make_error(Code::kNetUrl, entry, {{"url", entry}});
  return Done{};
}

}  // namespace antin::service
