#include "service/office/legal_day.h"

#include <charconv>
#include <vector>

#include "service/office/numbering.h"
#include "service/text/numbers.h"

namespace antin::office {
namespace {

constexpr std::chrono::hours kVietnamOffset{7};

// Decimal digits only, `most` of them.
std::optional<unsigned> number(std::string_view digits, std::size_t most) {
  unsigned value = 0;
  if (digits.empty() || digits.size() > most) return std::nullopt;
  const auto* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return value;
}

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (auto at = text.find(separator); at != std::string_view::npos; at = text.find(separator)) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  parts.push_back(text);
  return parts;
}

}  // namespace

TimeOfDay TimeOfDay::of(UtcTime at) {
  const auto local = at.since_epoch() + kVietnamOffset;
  const std::chrono::hh_mm_ss clock{local - std::chrono::floor<std::chrono::days>(local)};
  return {static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count())};
}

std::optional<TimeOfDay> TimeOfDay::parse(std::string_view text) {
  const auto parts = parts_of(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  const auto hour = number(parts[0], 2);
  const auto minute = number(parts[1], 2);
  const auto second = parts.size() == 3 ? number(parts[2], 2) : 0U;
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  return TimeOfDay{static_cast<int>(*hour), static_cast<int>(*minute), static_cast<int>(*second)};
}

std::string TimeOfDay::in_words() const {
  return two_digits(static_cast<unsigned>(hour)) + " giờ " +
         two_digits(static_cast<unsigned>(minute)) + " phút";
}

LegalDay LegalDay::of(UtcTime at) {
  return LegalDay{std::chrono::sys_days{antin::vietnam_day(at)}};
}

std::optional<LegalDay> LegalDay::from(int year, unsigned month, unsigned day) {
  using namespace std::chrono;
  const year_month_day civil{std::chrono::year{year}, std::chrono::month{month},
                             std::chrono::day{day}};
  if (!civil.ok() || year < 1900 || year > 2999) return std::nullopt;
  return LegalDay{sys_days{civil}};
}

std::optional<LegalDay> LegalDay::parse(std::string_view iso) {
  if (!service::is_day(iso)) return std::nullopt;
  return from(static_cast<int>(number(iso.substr(0, 4), 4).value_or(0)),
              number(iso.substr(5, 2), 2).value_or(0), number(iso.substr(8, 2), 2).value_or(0));
}

std::optional<LegalDay> LegalDay::parse_vietnam(std::string_view text) {
  const auto parts = parts_of(text, '/');
  if (parts.size() != 3 || parts[2].size() != 4) return std::nullopt;
  const auto day = number(parts[0], 2);
  const auto month = number(parts[1], 2);
  const auto year = number(parts[2], 4);
  if (!day || !month || !year) return std::nullopt;
  return from(static_cast<int>(*year), *month, *day);
}

int LegalDay::year() const noexcept {
  return static_cast<int>(civil().year());
}
unsigned LegalDay::month() const noexcept {
  return static_cast<unsigned>(civil().month());
}
unsigned LegalDay::day() const noexcept {
  return static_cast<unsigned>(civil().day());
}

bool LegalDay::is_weekend() const noexcept {
  return weekday() == std::chrono::Saturday || weekday() == std::chrono::Sunday;
}

LegalDay LegalDay::plus_days(int count) const noexcept {
  return LegalDay{days_ + std::chrono::days{count}};
}

int LegalDay::days_since(LegalDay other) const noexcept {
  return static_cast<int>((days_ - other.days_).count());
}

UtcTime LegalDay::at(TimeOfDay time) const noexcept {
  return UtcTime{days_ + std::chrono::hours{time.hour} + std::chrono::minutes{time.minute} +
                 std::chrono::seconds{time.second} - kVietnamOffset};
}

std::string LegalDay::iso() const {
  return std::to_string(year()) + "-" + two_digits(month()) + "-" + two_digits(day());
}

std::string LegalDay::vietnam() const {
  return two_digits(day()) + "/" + two_digits(month()) + "/" + std::to_string(year());
}

std::string LegalDay::in_attestation() const {
  return "ngày " + two_digits(day()) + " tháng " + two_digits(month()) + " năm " +
         std::to_string(year());
}

std::string LegalDay::in_document() const {
  const auto named = month() <= 2 ? two_digits(month()) : std::to_string(month());
  return "ngày " + two_digits(day()) + " tháng " + named + " năm " + std::to_string(year());
}

}  // namespace antin::office
