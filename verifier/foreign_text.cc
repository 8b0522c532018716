#include "verifier/foreign_text.h"

#include <algorithm>
#include <array>

namespace antin::verifier {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kLastCodePoint = 0x10FFFF;

struct Range {
  char32_t first, last;
};

// General categories Cc, Cf, Zl, Zp of Unicode 15, and blanks that look like nothing.
constexpr std::array kUnseen = {
    Range{0x00, 0x1F},       Range{0x7F, 0x9F},       Range{0xAD, 0xAD},
    Range{0x34F, 0x34F},     Range{0x600, 0x605},     Range{0x61C, 0x61C},
    Range{0x6DD, 0x6DD},     Range{0x70F, 0x70F},     Range{0x890, 0x891},
    Range{0x8E2, 0x8E2},     Range{0x115F, 0x1160},   Range{0x17B4, 0x17B5},
    Range{0x180B, 0x180F},   Range{0x200B, 0x200F},   Range{0x2028, 0x202E},
    Range{0x2060, 0x206F},   Range{0x3164, 0x3164},   Range{0xFE00, 0xFE0F},
    Range{0xFEFF, 0xFEFF},   Range{0xFFA0, 0xFFA0},   Range{0xFFF0, 0xFFFB},
    Range{0x110BD, 0x110BD}, Range{0x13430, 0x1343F}, Range{0x1BCA0, 0x1BCA3},
    Range{0x1D173, 0x1D17A}, Range{0xE0000, 0xE0FFF}};

bool is_unseen(char32_t c) {
  return std::any_of(kUnseen.begin(), kUnseen.end(),
                     [c](const Range& range) { return range.first <= c && c <= range.last; });
}

bool is_blank(char32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || c == ' ' || c == 0xA0;
}

void append_name(std::string& out, char32_t c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string hex;
  for (; c != 0 || hex.size() < 4; c >>= 4U) hex.insert(hex.begin(), kDigits[c & 0xFU]);
  out += "‹U+" + hex + "›";
}

// Well-formed continuation octets for a lead octet: how many, and the bounds of the first.
struct Lead {
  std::size_t more;
  unsigned char least, most;
};

Lead lead_of(unsigned char octet) {
  constexpr unsigned char kLow = 0x80, kHigh = 0xBF;
  if (octet >= 0xC2 && octet <= 0xDF) return {1, kLow, kHigh};
  if (octet == 0xE0) return {2, 0xA0, kHigh};
  if (octet == 0xED) return {2, kLow, 0x9F};  // no surrogates
  if (octet >= 0xE1 && octet <= 0xEF) return {2, kLow, kHigh};
  if (octet == 0xF0) return {3, 0x90, kHigh};
  if (octet >= 0xF1 && octet <= 0xF3) return {3, kLow, kHigh};
  if (octet == 0xF4) return {3, kLow, 0x8F};
  return {0, 0, 0};
}

}  // namespace

char32_t next_code_point(std::string_view utf8, std::size_t& at) noexcept {
  const auto first = static_cast<unsigned char>(utf8[at++]);
  if (first < 0x80) return first;
  const Lead lead = lead_of(first);
  if (lead.more == 0 || utf8.size() - at < lead.more) return kReplacement;
  char32_t c = first & (0x3FU >> lead.more);
  for (std::size_t i = 0; i < lead.more; ++i) {
    const auto octet = static_cast<unsigned char>(utf8[at + i]);
    const bool good = i == 0 ? octet >= lead.least && octet <= lead.most : (octet & 0xC0U) == 0x80U;
    if (!good) return kReplacement;
    c = (c << 6U) | (octet & 0x3FU);
  }
  at += lead.more;
  return c;
}

void append_utf8(std::string& out, char32_t c) {
  if (c > kLastCodePoint || (c >= 0xD800 && c <= 0xDFFF)) c = kReplacement;
  const auto put = [&](char32_t octet) {
    out += static_cast<char>(static_cast<unsigned char>(octet));
  };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0U | (c >> 6U));
    put(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    put(0xE0U | (c >> 12U));
    put(0x80U | ((c >> 6U) & 0x3FU));
    put(0x80U | (c & 0x3FU));
  } else {
    put(0xF0U | (c >> 18U));
    put(0x80U | ((c >> 12U) & 0x3FU));
    put(0x80U | ((c >> 6U) & 0x3FU));
    put(0x80U | (c & 0x3FU));
  }
}

std::string visible(std::string_view foreign, std::size_t most) {
  std::string out;
  std::size_t written = 0, left_out = 0;
  for (std::size_t at = 0; at < foreign.size();) {
    const char32_t c = next_code_point(foreign, at);
    if (++written > most) {
      ++left_out;
    } else if (is_blank(c)) {
      out += ' ';
    } else if (is_unseen(c)) {
      append_name(out, c);
    } else {
      append_utf8(out, c);
    }
  }
  if (left_out != 0) out += "… (+" + std::to_string(left_out) + ")";
  return out;
}

std::string xml_characters(std::string_view foreign) {
  std::string out;
  out.reserve(foreign.size());
  for (std::size_t at = 0; at < foreign.size();) {
    const char32_t c = next_code_point(foreign, at);
    const bool allowed =
        c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xFFFE && c != 0xFFFF);
    append_utf8(out, allowed ? c : kReplacement);
  }
  return out;
}

}  // namespace antin::verifier
