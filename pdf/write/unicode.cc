#include "pdf/write/unicode.h"

#include <array>
#include <utf8proc.h>

namespace antin::pdf {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

utf8proc_category_t category(char32_t code_point) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
}

}  // namespace

std::u32string code_points(std::string_view utf8) {
  std::u32string out;
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(utf8.data());
  auto left = static_cast<utf8proc_ssize_t>(utf8.size());
  while (left > 0) {
    utf8proc_int32_t code_point = -1;
    utf8proc_ssize_t used = utf8proc_iterate(at, left, &code_point);
    if (used < 1) {
      code_point = kReplacement;
      used = 1;
    }
    out += static_cast<char32_t>(code_point);
    at += used;
    left -= used;
  }
  return out;
}

std::string utf8_of(std::u32string_view text) {
  std::string out;
  for (const char32_t code_point : text) {
    std::array<utf8proc_uint8_t, 4> octets{};
    const auto count =
        utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), octets.data());
    for (utf8proc_ssize_t i = 0; i < count; ++i) {
      out += static_cast<char>(octets.at(static_cast<std::size_t>(i)));
    }
  }
  return out;
}

std::string to_nfc(std::string_view utf8) {
  std::vector<utf8proc_int32_t> text;
  for (const char32_t code_point : code_points(utf8)) {
    std::u32string parts;
    append_decomposed(code_point, parts);
    for (const char32_t part : parts) {
      // Canonical ordering: a mark moves before marks of a higher class.
      auto at = text.end();
      const int own = combining_class(part);
      constexpr int kMostMarks = 16;  // on one letter: keeps hostile input linear
      for (int i = 0; i < kMostMarks && own != 0 && at != text.begin() &&
                      combining_class(static_cast<char32_t>(*(at - 1))) > own;
           ++i) {
        --at;
      }
      text.insert(at, static_cast<utf8proc_int32_t>(part));
    }
  }
  const auto length =
      utf8proc_normalize_utf32(text.data(), static_cast<utf8proc_ssize_t>(text.size()),
                               static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  std::u32string composed;
  for (utf8proc_ssize_t i = 0; i < length; ++i) {
    composed += static_cast<char32_t>(text.at(static_cast<std::size_t>(i)));
  }
  return utf8_of(composed);
}

void append_decomposed(char32_t code_point, std::u32string& out) {
  std::array<utf8proc_int32_t, 32> parts{};
  int boundary = 0;
  const auto count = utf8proc_decompose_char(
      static_cast<utf8proc_int32_t>(code_point), parts.data(),
      static_cast<utf8proc_ssize_t>(parts.size()),
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE), &boundary);
  if (count < 1 || count > static_cast<utf8proc_ssize_t>(parts.size())) {
    out += code_point;
    return;
  }
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    out += static_cast<char32_t>(parts.at(static_cast<std::size_t>(i)));
  }
}

int combining_class(char32_t code_point) {
  return utf8proc_get_property(static_cast<utf8proc_int32_t>(code_point))->combining_class;
}

bool is_blank(char32_t code_point) {
  switch (category(code_point)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
      return true;
    default:
      return false;
  }
}

bool is_invisible_control(char32_t code_point) {
  const auto kind = category(code_point);
  return kind == UTF8PROC_CATEGORY_CC || kind == UTF8PROC_CATEGORY_CF ||
         kind == UTF8PROC_CATEGORY_CN || kind == UTF8PROC_CATEGORY_CS;
}

}  // namespace antin::pdf
