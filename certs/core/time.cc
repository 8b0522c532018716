#include "certs/core/time.h"

#include <array>
#include <cstdio>

namespace antin {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr hours kVietnamOffset{7};

struct Civil {
  int year, month, day, hour, minute, second;
};

Civil civil(sys_seconds at) {
  const auto day = std::chrono::floor<days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{at - day};
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count())};
}

std::optional<sys_seconds> instant(const Civil& c) {
  const std::chrono::year_month_day date{std::chrono::year{c.year},
                                         std::chrono::month{static_cast<unsigned>(c.month)},
                                         std::chrono::day{static_cast<unsigned>(c.day)}};
  // 60 is a leap second: legal in RFC 3339, folded into the second before it.
  if (!date.ok() || c.year < 1 || c.hour > 23 || c.minute > 59 || c.second > 60)
    return std::nullopt;
  return sys_days{date} + hours{c.hour} + minutes{c.minute} +
         seconds{c.second == 60 ? 59 : c.second};
}

// Reads exactly `digits` decimal digits and drops them from `text`.
std::optional<int> take(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_char(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

template <class... Values>
std::string print(const char* format, Values... values) {
  std::array<char, 64> line{};
  std::snprintf(line.data(), line.size(), format, values...);  // NOLINT(cert-err33-c): 64 suffice
  return line.data();
}

}  // namespace

std::string to_rfc3339(UtcTime at) {
  const auto c = civil(at.since_epoch());
  return print("%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute,
               c.second);
}

std::optional<UtcTime> from_rfc3339(std::string_view text) {
  const auto year = take(text, 4);
  if (!year || !take_char(text, '-')) return std::nullopt;
  const auto month = take(text, 2);
  if (!month || !take_char(text, '-')) return std::nullopt;
  const auto day = take(text, 2);
  if (!day || !(take_char(text, 'T') || take_char(text, 't') || take_char(text, ' ')))
    return std::nullopt;
  const auto hour = take(text, 2);
  if (!hour || !take_char(text, ':')) return std::nullopt;
  const auto minute = take(text, 2);
  if (!minute || !take_char(text, ':')) return std::nullopt;
  const auto second = take(text, 2);
  if (!second) return std::nullopt;
  if (take_char(text, '.')) {
    if (!take(text, 1)) return std::nullopt;
    while (take(text, 1)) {
    }
  }
  auto at = instant({*year, *month, *day, *hour, *minute, *second});
  if (!at) return std::nullopt;
  if (!take_char(text, 'Z') && !take_char(text, 'z')) {
    const bool east = take_char(text, '+');
    if (!east && !take_char(text, '-')) return std::nullopt;
    const auto off_hour = take(text, 2);
    if (!off_hour || !take_char(text, ':')) return std::nullopt;
    const auto off_minute = take(text, 2);
    if (!off_minute || *off_hour > 23 || *off_minute > 59) return std::nullopt;
    const auto offset = hours{*off_hour} + minutes{*off_minute};
    at = east ? *at - offset : *at + offset;
  }
  if (!text.empty()) return std::nullopt;
  return UtcTime{*at};
}

std::string to_pdf_date(UtcTime at) {
  const auto c = civil(at.since_epoch() + kVietnamOffset);
  return print("D:%04d%02d%02d%02d%02d%02d+07'00'", c.year, c.month, c.day, c.hour, c.minute,
               c.second);
}

std::optional<UtcTime> from_pdf_date(std::string_view text) {
  if (text.substr(0, 2) == "D:") text.remove_prefix(2);
  const auto year = take(text, 4);
  if (!year) return std::nullopt;
  Civil c{*year, 1, 1, 0, 0, 0};
  for (int* part : {&c.month, &c.day, &c.hour, &c.minute, &c.second}) {
    const auto value = take(text, 2);
    if (!value) break;
    *part = *value;
  }
  auto at = instant(c);
  if (!at) return std::nullopt;
  if (text.empty() || take_char(text, 'Z')) return UtcTime{*at};
  const bool east = take_char(text, '+');
  if (!east && !take_char(text, '-')) return std::nullopt;
  const auto off_hour = take(text, 2);
  if (!off_hour || *off_hour > 23) return std::nullopt;
  take_char(text, '\'');
  const auto off_minute = take(text, 2).value_or(0);
  if (off_minute > 59) return std::nullopt;
  const auto offset = hours{*off_hour} + minutes{off_minute};
  return UtcTime{east ? *at - offset : *at + offset};
}

std::string to_vietnam_text(UtcTime at) {
  const auto c = civil(at.since_epoch() + kVietnamOffset);
  return print("%02d/%02d/%04d %02d:%02d:%02d", c.day, c.month, c.year, c.hour, c.minute, c.second);
}

std::string to_vietnam_day_text(UtcTime at) {
  const auto c = civil(at.since_epoch() + kVietnamOffset);
  return print("%02d/%02d/%04d", c.day, c.month, c.year);
}

std::chrono::year_month_day vietnam_day(UtcTime at) {
  return std::chrono::floor<days>(at.since_epoch() + kVietnamOffset);
}

}  // namespace antin
