#include "service/store/register_text.h"

#include <cstdint>

namespace antin::service {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCodeLetters = 16;  // 5 bits each

}  // namespace

std::string new_register_code(RandomSource& random) {
  constexpr std::size_t kOctets = 10;
  const auto octets = random.bytes(kOctets);
  std::string code;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const auto octet : octets) {
    held = (held << 8U) | octet;
    for (bits += 8; bits >= 5; bits -= 5) code += kAlphabet[(held >> (bits - 5U)) & 31U];
  }
  return code;
}

std::optional<std::string> read_register_code(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  std::string code;
  if (text.size() > kLongest) return std::nullopt;
  for (char c : text) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (kAlphabet.find(c) == std::string_view::npos) return std::nullopt;
    code += c;
    if (code.size() > kCodeLetters) return std::nullopt;
  }
  if (code.size() != kCodeLetters) return std::nullopt;
  return code;
}

}  // namespace antin::service
