#include "service/text/unicode.h"

#include <algorithm>
#include <array>
#include <utf8proc.h>
#include <vector>

namespace antin::service {
namespace {

// Code points of well-formed UTF-8 after `options`; nothing at the first octet that is not.
bool decompose(std::string_view utf8, int options, std::vector<utf8proc_int32_t>& points) {
  const auto* octets = reinterpret_cast<const utf8proc_uint8_t*>(utf8.data());
  const auto size = static_cast<utf8proc_ssize_t>(utf8.size());
  const auto wanted = static_cast<utf8proc_option_t>(options);
  const auto count = utf8proc_decompose(octets, size, nullptr, 0, wanted);
  if (count < 0) return false;
  points.resize(static_cast<std::size_t>(count) + 1);
  if (utf8proc_decompose(octets, size, points.data(), count, wanted) != count) return false;
  points.resize(static_cast<std::size_t>(count));
  return true;
}

void append(std::string& out, utf8proc_int32_t point) {
  std::array<utf8proc_uint8_t, 4> octets{};
  const auto length = utf8proc_encode_char(point, octets.data());
  for (std::size_t i = 0; i < static_cast<std::size_t>(length); ++i)
    out += static_cast<char>(octets.at(i));
}

bool is_word(utf8proc_int32_t point) {
  const auto category = utf8proc_category(point);
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

}  // namespace

std::string to_nfc(std::string_view utf8) {
  constexpr auto kForm = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
  std::vector<utf8proc_int32_t> points;
  if (!decompose(utf8, kForm, points)) return {};
  const auto count =
      utf8proc_normalize_utf32(points.data(), static_cast<utf8proc_ssize_t>(points.size()),
                               static_cast<utf8proc_option_t>(kForm));
  std::string out;
  if (count < 0) return out;
  out.reserve(utf8.size());
  points.resize(static_cast<std::size_t>(count));
  for (const auto point : points) append(out, point);
  return out;
}

bool is_nfc(std::string_view utf8) {
  return to_nfc(utf8) == utf8;
}

std::string search_key(std::string_view utf8) {
  constexpr auto kFolded = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                           UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
  constexpr utf8proc_int32_t kLetterD = 0x111;  // đ has no decomposition
  std::vector<utf8proc_int32_t> points;
  std::string key;
  if (!decompose(utf8, kFolded, points)) return key;
  key.reserve(utf8.size());
  bool blank = false;
  for (const auto point : points) {
    if (!is_word(point)) {
      blank = true;
      continue;
    }
    if (blank && !key.empty()) key += ' ';
    blank = false;
    append(key, point == kLetterD ? 'd' : point);
  }
  return key;
}

std::string upper_case(std::string_view utf8) {
  std::vector<utf8proc_int32_t> points;
  if (!decompose(utf8, UTF8PROC_STABLE, points)) return std::string{utf8};
  std::string out;
  out.reserve(utf8.size());
  for (const auto point : points) append(out, utf8proc_toupper(point));
  return out;
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace antin::service
