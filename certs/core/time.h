#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace antin {

/// A second in UTC, as X.509, OCSP and RFC 3161 mean it (no leap seconds, no
/// fraction, no zone). There is no default constructor and no now(): an
/// instant comes from a parsed object, from a test, or from Clock.
class UtcTime {
 public:
  explicit constexpr UtcTime(std::chrono::sys_seconds at) : at_(at) {}
  constexpr std::chrono::sys_seconds since_epoch() const noexcept { return at_; }
  // clang-tidy 14 takes the 0 of a defaulted comparison for a pointer.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend constexpr auto operator<=>(const UtcTime&, const UtcTime&) = default;

 private:
  std::chrono::sys_seconds at_;
};

/// "2026-11-21T02:05:07Z", RFC 3339 in UTC: what JSON holds.
std::string to_rfc3339(UtcTime at);
/// RFC 3339 with Z or a numeric offset; a fraction of a second is cut off. Years 1 to 9999.
std::optional<UtcTime> from_rfc3339(std::string_view text);

/// "D:20261121090507+07'00'": ISO 32000-2 7.9.4 at Viet Nam's fixed offset (no daylight saving).
std::string to_pdf_date(UtcTime at);
/// ISO 32000-2 7.9.4, lenient in what producers leave out (month, day, time, apostrophes, "D:");
/// without an offset the time is taken as UTC.
std::optional<UtcTime> from_pdf_date(std::string_view text);

/// "21/11/2026 09:05:07" at UTC+07:00: what people read.
std::string to_vietnam_text(UtcTime at);
/// "21/11/2026": the day of to_vietnam_text().
std::string to_vietnam_day_text(UtcTime at);
/// Civil date at UTC+07:00, which decides the legal day and year (vietnam.md C-10).
std::chrono::year_month_day vietnam_day(UtcTime at);

/// Wall time and monotonic time, kept apart: the first may jump and decides
/// validity; the second never goes back and decides timeouts.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime utc_now() const = 0;
  virtual std::chrono::steady_clock::time_point ticks() const = 0;
};

}  // namespace antin
