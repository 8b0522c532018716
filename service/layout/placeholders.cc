#include "service/layout/placeholders.h"

#include <algorithm>
#include <array>

#include "pdf/write/unicode.h"

namespace antin::service::layout {
namespace {

constexpr std::size_t kLongestCell = 2'000;  // characters

bool two_digits(std::string_view text, std::size_t at, unsigned most) {
  if (at + 2 > text.size()) return false;
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (!digit(at) || !digit(at + 1)) return false;
  return static_cast<unsigned>((text[at] - '0') * 10 + (text[at + 1] - '0')) <= most;
}

constexpr std::size_t kDayLength = 10;  // "2026-11-21"

bool is_instant(std::string_view text) {
  return text.size() == kDayLength + 6 && read_day(text.substr(0, kDayLength)) &&
         text[kDayLength] == 'T' && two_digits(text, kDayLength + 1, 23) &&
         text[kDayLength + 3] == ':' && two_digits(text, kDayLength + 4, 59);
}

// Precomposed, and nothing in it that reorders, hides or breaks lines where none are wanted.
bool is_clean(const std::string& value, bool lines) {
  if (pdf::to_nfc(value) != value) return false;
  for (const char32_t c : pdf::code_points(value)) {
    constexpr char32_t kReplacement = 0xFFFD;
    if (c == U'\n' && lines) continue;
    if (pdf::is_invisible_control(c) || c == kReplacement) return false;
  }
  return true;
}

Error wrong_form(const std::string& name, const char* form) {
  return make_error(Code::kLayoutValueFormat, name, {{"ten", name}, {"dang", form}});
}

Status check_text(const std::string& name, const std::string& value, std::size_t most, bool lines) {
  // Octets first: nobody normalises megabytes.
  constexpr std::size_t kMostOctets = 4;
  const auto too_long = [&] {
    return make_error(Code::kLayoutValueTooLong, name,
                      {{"ten", name}, {"toi_da", std::to_string(most)}});
  };
  if (value.size() > most * kMostOctets) return too_long();
  if (!is_clean(value, lines)) return make_error(Code::kLayoutValueNotNfc, name, {{"ten", name}});
  if (pdf::code_points(value).size() > most) return too_long();
  return Done{};
}

}  // namespace

Result<std::string> replaced(std::string_view text,
                             const std::function<Result<std::string>(const Placeholder&)>& value) {
  const auto stray = [&] {
    return make_error(Code::kLayoutTemplate, std::string{text},
                      {{"key", std::string{text}}, {"reason", "{ }"}});
  };
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto open = text.find_first_of("{}", at);
    out += text.substr(at, open - at);
    if (open == std::string_view::npos) return out;
    const auto close = text.find_first_of("{}", open + 1);
    if (text[open] == '}' || close == std::string_view::npos || text[close] == '{') return stray();
    const auto name = text.substr(open + 1, close - open - 1);
    const auto dot = name.find('.');
    const Placeholder placeholder{name.substr(0, dot), dot == std::string_view::npos
                                                           ? std::string_view{}
                                                           : name.substr(dot + 1)};
    ANTIN_TRY(const std::string found, value(placeholder));
    out += found;
    at = close + 1;
  }
  return out;
}

bool is_signing_time(std::string_view name) {
  return name == "date" || name == "clock" || name == "iso_time";
}

bool has_part(Wanted::Form form, std::string_view part) {
  constexpr std::array<std::string_view, 6> kParts = {"dd", "mm", "thang", "yyyy", "gio", "phut"};
  if (part.empty()) return true;
  const auto known =
      static_cast<std::size_t>(std::find(kParts.begin(), kParts.end(), part) - kParts.begin());
  constexpr std::size_t kOfDay = 4;
  if (form == Wanted::Form::kDay) return known < kOfDay;
  return form == Wanted::Form::kInstant && known < kParts.size();
}

std::string part_of(const Wanted& wanted, const std::string& value, std::string_view part) {
  const bool dated = wanted.form == Wanted::Form::kDay || wanted.form == Wanted::Form::kInstant;
  if (!dated || value.empty()) return value;
  const std::string year = value.substr(0, 4), month = value.substr(5, 2), day = value.substr(8, 2);
  if (part == "dd") return day;
  if (part == "mm") return month;
  // NĐ 30/2020, Phụ lục I II.4: a zero before January and February only.
  if (part == "thang") return month[0] == '0' && month[1] > '2' ? month.substr(1) : month;
  if (part == "yyyy") return year;
  if (part == "gio") return value.substr(11, 2);
  if (part == "phut") return value.substr(14, 2);
  const std::string written = day + "/" + month + "/" + year;
  if (wanted.form == Wanted::Form::kDay) return written;
  return value.substr(11, 2) + " giờ " + value.substr(14, 2) + " phút, ngày " + written;
}

Status check_value(const Layout& layout, const Wanted& wanted, const std::string& value) {
  if (value.empty()) {
    if (wanted.need == Wanted::Need::kMayBeEmpty) return Done{};
    return make_error(Code::kLayoutValueMissing, wanted.name,
                      {{"mau", layout.title}, {"ten", wanted.name}});
  }
  ANTIN_CHECK(check_text(wanted.name, value, wanted.most, wanted.form == Wanted::Form::kLines));
  if (wanted.form == Wanted::Form::kDay && !read_day(value))
    return wrong_form(wanted.name, "yyyy-mm-dd");
  if (wanted.form == Wanted::Form::kInstant && !is_instant(value))
    return wrong_form(wanted.name, "yyyy-mm-ddThh:mm");
  return Done{};
}

Status check_cell(const std::string& value) {
  return check_text("rows", value, kLongestCell, true);
}

}  // namespace antin::service::layout
