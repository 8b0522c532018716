#include "service/store/register_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace antin::service {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCodeLetters = 16;  // 5 bits each

std::string part_key(std::string_view part) {
  std::string key;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const char c = part[i];
    if (c == ' ' || c == '\t') continue;
    if (part.substr(i, 2) == "\xC4\x90") {  // Đ, the one capital beyond ASCII in such symbols
      key += "\xC4\x91";
      ++i;
    } else {
      key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  const auto zeros = std::min(key.find_first_not_of('0'), key.size());
  return key.substr(zeros == key.size() && zeros > 0 ? zeros - 1 : zeros);  // "00" is "0"
}

}  // namespace

std::string register_key(std::string_view text) {
  std::string key;
  for (bool first = true; !text.empty(); first = false) {
    const auto slash = std::min(text.find('/'), text.size());
    if (!first) key += '/';
    key += part_key(text.substr(0, slash));
    text.remove_prefix(std::min(slash + 1, text.size()));
  }
  return key;
}

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

bool is_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  std::array<int, 3> parts{};
  for (std::size_t i = 0, part = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7) {
      ++part;
    } else if (text[i] < '0' || text[i] > '9') {
      return false;
    } else {
      parts.at(part) = parts.at(part) * 10 + (text[i] - '0');
    }
  }
  using namespace std::chrono;
  const year_month_day day{year{parts[0]}, month{static_cast<unsigned>(parts[1])},
                           std::chrono::day{static_cast<unsigned>(parts[2])}};
  return day.ok() && parts[0] >= 1900 && parts[0] <= 2999;
}

std::string vietnam_day(const std::string& day) {
  if (day.size() != 10) return day;
  return day.substr(8, 2) + "/" + day.substr(5, 2) + "/" + day.substr(0, 4);
}

}  // namespace antin::service
