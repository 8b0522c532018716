#include "service/cli/fingerprint.h"

namespace antin::service {
namespace {

constexpr std::size_t kOctets = 32;

std::optional<std::uint8_t> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

std::optional<Bytes> read_fingerprint(std::string_view text) {
  Bytes octets;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == ':' || c == ' ' || c == '-') continue;
    const auto value = digit(c);
    if (!value) return std::nullopt;
    if (digits++ % 2 == 0) {
      octets.push_back(static_cast<std::uint8_t>(*value << 4U));
    } else {
      octets.back() = static_cast<std::uint8_t>(octets.back() | *value);
    }
  }
  if (digits != 2 * kOctets) return std::nullopt;
  return octets;
}

std::string show_fingerprint(const Bytes& sha256) {
  const auto hex = to_hex(sha256);
  std::string text;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    if (i != 0 && i % 2 == 0) text += ':';
    const char c = hex[i];
    text += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return text;
}

}  // namespace antin::service
