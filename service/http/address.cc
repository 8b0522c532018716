#include "service/http/address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace antin::service {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// 4 or 16 octets; empty for what is no address.
Bytes octets_of(std::string_view text) {
  const std::string whole(text.substr(0, INET6_ADDRSTRLEN));
  if (whole.size() != text.size() || whole.find('\0') != std::string::npos) return {};
  Bytes octets(16);
  if (::inet_pton(AF_INET, whole.c_str(), octets.data()) == 1) {
    octets.resize(4);
    return octets;
  }
  if (::inet_pton(AF_INET6, whole.c_str(), octets.data()) != 1) return {};
  if (std::equal(kMapped.begin(), kMapped.end(), octets.begin()))
    octets.erase(octets.begin(), octets.begin() + kMapped.size());
  return octets;
}

bool bit(const Bytes& octets, unsigned at) {
  return ((static_cast<unsigned>(octets[at / 8]) >> (7U - at % 8U)) & 1U) != 0;
}

}  // namespace

bool is_address(std::string_view text) {
  return !octets_of(text).empty();
}

bool is_loopback(std::string_view text) {
  const auto octets = octets_of(text);
  if (octets.size() == 4) return octets[0] == 127;
  return octets.size() == 16 && octets[15] == 1 &&
         std::all_of(octets.begin(), octets.end() - 1, [](auto octet) { return octet == 0; });
}

std::string address_group(std::string_view text) {
  auto octets = octets_of(text);
  if (octets.empty()) return std::string(text);
  if (octets.size() == 16) octets.resize(8);
  return to_hex(octets);
}

std::optional<AddressRange> AddressRange::read(std::string_view text) {
  AddressRange range;
  const auto slash = text.find('/');
  range.base_ = octets_of(text.substr(0, slash));
  if (range.base_.empty()) return std::nullopt;
  const auto most = static_cast<unsigned>(range.base_.size() * 8);
  range.bits_ = most;
  if (slash != std::string_view::npos) {
    const auto prefix = text.substr(slash + 1);
    const auto read = std::from_chars(prefix.data(), prefix.data() + prefix.size(), range.bits_);
    if (read.ec != std::errc() || read.ptr != prefix.data() + prefix.size() || range.bits_ > most ||
        (prefix.size() > 1 && prefix.front() == '0'))
      return std::nullopt;
  }
  for (unsigned at = range.bits_; at < most; ++at) {
    if (bit(range.base_, at)) return std::nullopt;
  }
  return range;
}

bool AddressRange::contains(std::string_view address) const {
  const auto octets = octets_of(address);
  if (octets.size() != base_.size()) return false;
  for (unsigned at = 0; at < bits_; ++at) {
    if (bit(octets, at) != bit(base_, at)) return false;
  }
  return true;
}

}  // namespace antin::service
