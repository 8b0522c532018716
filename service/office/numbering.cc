#include "service/office/numbering.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "service/text/numbers.h"
#include "service/text/unicode.h"

namespace antin::office {
namespace {

using service::search_key;

constexpr std::string_view kPlace = "{n}";
constexpr std::size_t kLongestFormat = 32;
constexpr std::size_t kLongestTyped = 128;
constexpr std::size_t kLongestPart = 100;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_blank_or_control(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet <= 0x20 || octet == 0x7F;
}

Error bad_format(std::string_view setting) {
  return make_error(Code::kNumberFormat, std::string{setting}, {{"value", std::string{setting}}});
}
Error unreadable(std::string_view typed) {
  std::string shown{typed.substr(0, kLongestTyped)};
  return make_error(Code::kNumberUnreadable, shown, {{"value", shown}});
}
Error bad_code(const char* key, std::string_view value) {
  return make_error(Code::kPaperCode, key,
                    {{"key", key}, {"value", std::string{value.substr(0, kLongestPart)}}});
}

// Letters without accents, case, blanks and signs: "/ĐT", "đt" and " DT" are one.
std::string letters_of(std::string_view text) {
  auto key = search_key(text);
  key.erase(std::remove(key.begin(), key.end(), ' '), key.end());
  return key;
}

Result<std::uint32_t> number_of(std::string_view digits, std::string_view typed) {
  std::uint32_t value = 0;
  const auto* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end || value == 0) return unreadable(typed);
  return value;
}

// The words that people put before a number; what is left is compared.
std::string_view without_words(std::string_view key) {
  for (const std::string_view word : {"sochungthuc", "quyenso", "quyen", "so"}) {
    if (key.starts_with(word)) return key.substr(word.size());
  }
  return key;
}

bool fits_in_a_code(std::string_view part) {
  return !part.empty() && part.size() <= kLongestPart && service::is_nfc(part) &&
         std::none_of(part.begin(), part.end(), is_blank_or_control);
}

}  // namespace

std::string two_digits(std::uint32_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

Result<NumberFormat> NumberFormat::parse(std::string_view setting) {
  const auto at = setting.find(kPlace);
  if (at == std::string_view::npos || setting.size() > kLongestFormat || !service::is_nfc(setting))
    return bad_format(setting);
  const auto before = setting.substr(0, at);
  const auto after = setting.substr(at + kPlace.size());
  for (const auto part : {before, after}) {
    if (std::any_of(part.begin(), part.end(), [](char c) {
          return is_digit(c) || is_blank_or_control(c) || c == '{' || c == '}';
        }))
      return bad_format(setting);
  }
  return NumberFormat{std::string{setting}, std::string{before}, std::string{after}};
}

std::string NumberFormat::text(std::uint32_t number) const {
  return before_ + two_digits(number) + after_;
}

Result<std::uint32_t> NumberFormat::number(std::string_view typed) const {
  if (typed.size() > kLongestTyped) return unreadable(typed);
  const auto first = std::find_if(typed.begin(), typed.end(), is_digit);
  const auto last = std::find_if_not(first, typed.end(), is_digit);
  if (first == last || std::any_of(last, typed.end(), is_digit)) return unreadable(typed);
  const auto begin = static_cast<std::size_t>(first - typed.begin());
  const auto length = static_cast<std::size_t>(last - first);
  const auto before = letters_of(typed.substr(0, begin));
  const auto after = letters_of(typed.substr(begin + length));
  const bool bare = after.empty() && without_words(before).empty();
  const bool whole = after == letters_of(after_) && (before == letters_of(before_) ||
                                                     without_words(before) == letters_of(before_));
  if (!bare && !whole) return unreadable(typed);
  return number_of(typed.substr(begin, length), typed);
}

std::string BookName::text() const {
  return two_digits(volume) + "/" + std::to_string(year);
}

std::string BookName::full() const {
  return symbol.empty() ? text() : text() + "-" + symbol;
}

Result<BookName> BookName::parse(std::string_view typed) {
  if (typed.size() > kLongestTyped) return unreadable(typed);
  const auto slash = typed.find('/');
  if (slash == std::string_view::npos) return unreadable(typed);
  const auto left = service::trimmed(typed.substr(0, slash));
  const auto digits = static_cast<std::size_t>(
      std::find_if_not(left.rbegin(), left.rend(), is_digit) - left.rbegin());
  if (!without_words(letters_of(left.substr(0, left.size() - digits))).empty())
    return unreadable(typed);
  BookName book;
  ANTIN_TRY(book.volume, number_of(left.substr(left.size() - digits), typed));

  const auto right = service::trimmed(typed.substr(slash + 1));
  const auto year_ends = std::find_if_not(right.begin(), right.end(), is_digit);
  const auto year_digits = static_cast<std::size_t>(year_ends - right.begin());
  if (year_digits != 4) return unreadable(typed);
  ANTIN_TRY(const auto year, number_of(right.substr(0, 4), typed));
  if (year < 1900 || year > 2999) return unreadable(typed);
  book.year = static_cast<int>(year);

  auto rest = service::trimmed(right.substr(4));
  if (rest.empty()) return book;
  bool dash = false;
  for (const std::string_view sign : {"-", "\xE2\x80\x93", "\xE2\x80\x94"}) {
    if (dash || !rest.starts_with(sign)) continue;
    rest = service::trimmed(rest.substr(sign.size()));
    dash = true;
  }
  if (!dash || !service::is_nfc(rest)) return unreadable(typed);
  for (const char c : rest) {
    if (!is_blank_or_control(c)) book.symbol += c;
  }
  if (book.symbol.empty() || book.symbol.find('+') != std::string::npos) return unreadable(typed);
  book.symbol = service::upper_case(book.symbol);
  return book;
}

std::string number_key(std::string_view text) {
  return service::register_key(text);
}

std::string document_number(std::uint32_t number, std::string_view symbol) {
  return two_digits(number) + "/" + std::string{symbol};
}

std::string document_number_line(std::uint32_t number, std::string_view symbol) {
  return "Số: " + document_number(number, symbol);
}

std::string ResultCode::text() const {
  return dossier + "-KQ(" + std::to_string(ordinal) + ")";
}

Result<ResultCode> ResultCode::make(std::string_view dossier, std::uint32_t ordinal) {
  if (!fits_in_a_code(dossier)) return bad_code("ma_ho_so", dossier);
  if (ordinal == 0) return bad_code("n", "0");
  // A result of a result: somebody pasted the wrong code.
  if (dossier.back() == ')' && dossier.rfind("-KQ(") != std::string_view::npos)
    return bad_code("ma_ho_so", dossier);
  return ResultCode{std::string{dossier}, ordinal};
}

Result<ResultCode> ResultCode::parse(std::string_view text) {
  constexpr std::string_view kMark = "-KQ(";
  const auto at = text.rfind(kMark);
  if (at == std::string_view::npos || !text.ends_with(')')) return bad_code("ma_ket_qua", text);
  const auto digits = text.substr(at + kMark.size(), text.size() - at - kMark.size() - 1);
  if (digits.empty() || digits.front() == '0' ||
      !std::all_of(digits.begin(), digits.end(), is_digit))
    return bad_code("ma_ket_qua", text);
  const auto ordinal = number_of(digits, text);
  if (!ordinal) return bad_code("ma_ket_qua", text);
  return make(text.substr(0, at), ordinal.value());
}

Result<std::string> PaperCode::text() const {
  std::string bare;
  for (const char c : symbol) {
    if (c != ' ') bare += c;
  }
  if (!fits_in_a_code(holder) || holder.find('.') != std::string::npos)
    return bad_code("SoDinhDanh", holder);
  if (!fits_in_a_code(paper)) return bad_code("MaGiayTo", paper);
  if (!fits_in_a_code(bare)) return bad_code("SoKyHieu", symbol);
  if (ordinal == 0 || ordinal > 99) return bad_code("NN", std::to_string(ordinal));
  return holder + "." + paper + "." + bare + "." + two_digits(ordinal);
}

}  // namespace antin::office
