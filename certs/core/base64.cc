#include "certs/core/base64.h"

#include <array>

namespace antin {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xff;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = kNone;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values.at(static_cast<std::uint8_t>(kAlphabet[i])) = static_cast<std::uint8_t>(i);
  return values;
}
constexpr auto kValues = make_values();

char letter(std::uint32_t group, unsigned shift) {
  return kAlphabet[(group >> shift) & 0x3fU];
}

}  // namespace

std::string to_base64(ByteView octets) {
  std::string out;
  out.reserve((octets.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    const auto left = octets.size() - i;
    std::uint32_t group = static_cast<std::uint32_t>(octets[i]) << 16U;
    if (left > 1) group |= static_cast<std::uint32_t>(octets[i + 1]) << 8U;
    if (left > 2) group |= octets[i + 2];
    out += letter(group, 18);
    out += letter(group, 12);
    out += left > 1 ? letter(group, 6) : '=';
    out += left > 2 ? letter(group, 0) : '=';
  }
  return out;
}

bool from_base64(std::string_view text, Bytes& out) {
  out.clear();
  if (text.size() % 4 != 0) return false;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const auto letters = text.substr(0, text.size() - padding);
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : letters) {
    const auto value = kValues.at(static_cast<std::uint8_t>(c));
    if (value == kNone) return false;
    bits = (bits << 6U | value) & 0xffffU;
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out.push_back(static_cast<std::uint8_t>(bits >> have & 0xffU));
  }
  // What the last letter holds beyond the octets must be zero, or two texts would mean the same.
  return (bits & ((1U << have) - 1U)) == 0;
}

}  // namespace antin
