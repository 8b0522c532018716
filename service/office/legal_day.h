#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "certs/core/time.h"

namespace antin::office {

/// A time of day on the clock of Viet Nam.
struct TimeOfDay {
  int hour = 0, minute = 0, second = 0;

  /// At UTC+07:00.
  static TimeOfDay of(UtcTime at);
  /// "15:00" or "15:00:00", from 00:00 to 23:59:59.
  static std::optional<TimeOfDay> parse(std::string_view text);
  /// "15 giờ 00 phút"
  std::string in_words() const;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of it for a pointer
  friend constexpr auto operator<=>(const TimeOfDay&, const TimeOfDay&) = default;
};

/// A day as the law counts it: the civil day at UTC+07:00 (no daylight saving), on which deadlines,
/// numbers and books depend (vietnam.md C-10, S-19). There is no today(): a day comes from an
/// instant that somebody passes, or from text.
///
/// Years 1900 to 2999 are read; arithmetic is not bounded.
class LegalDay {
 public:
  /// The one place that turns an instant into a legal day.
  static LegalDay of(UtcTime at);
  /// nullopt for a day that does not exist.
  static std::optional<LegalDay> from(int year, unsigned month, unsigned day);
  /// "2026-06-01"
  static std::optional<LegalDay> parse(std::string_view iso);
  /// "01/06/2026", as people write it; "1/6/2026" too.
  static std::optional<LegalDay> parse_vietnam(std::string_view text);

  int year() const noexcept;
  unsigned month() const noexcept;
  unsigned day() const noexcept;
  std::chrono::weekday weekday() const noexcept { return std::chrono::weekday{days_}; }
  bool is_weekend() const noexcept;

  LegalDay plus_days(int count) const noexcept;
  LegalDay next() const noexcept { return plus_days(1); }
  /// Days from `other` to this one.
  int days_since(LegalDay other) const noexcept;
  /// The first second of the day, and a time on it.
  UtcTime begins() const noexcept { return at({}); }
  UtcTime at(TimeOfDay time) const noexcept;

  std::string iso() const;      ///< "2026-06-01"
  std::string vietnam() const;  ///< "01/06/2026"
  /// "ngày 01 tháng 06 năm 2026": how the attestation says it (C-11, dd tháng mm).
  std::string in_attestation() const;
  /// "ngày 01 tháng 6 năm 2026": how documents say it; a zero stands before days below 10 and
  /// before the months 1 and 2 (NĐ 30/2020 App. I; R-12).
  std::string in_document() const;

  // NOLINTNEXTLINE(modernize-use-nullptr): as above
  friend constexpr auto operator<=>(const LegalDay&, const LegalDay&) = default;

 private:
  explicit constexpr LegalDay(std::chrono::sys_days days) : days_(days) {}
  std::chrono::year_month_day civil() const noexcept { return days_; }
  std::chrono::sys_days days_;
};

}  // namespace antin::office
