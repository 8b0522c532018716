#include <array>
#include <cstdio>

#include "service/antind/http_server.h"

namespace antin::service {

std::string new_uuid7(const Clock& clock, RandomSource& random) {
  Bytes octets = random.bytes(16);
  // 48 bits of milliseconds; our wall clock counts seconds, the random part orders within one.
  const auto stamp =
      static_cast<std::uint64_t>(clock.utc_now().since_epoch().time_since_epoch().count() * 1000);
  for (unsigned i = 0; i < 6; ++i)
    octets[i] = static_cast<std::uint8_t>((stamp >> (8U * (5 - i))) & 0xFFU);
  octets[6] = static_cast<std::uint8_t>(0x70U | (octets[6] & 0x0FU));
  octets[8] = static_cast<std::uint8_t>(0x80U | (octets[8] & 0x3FU));
  auto text = to_hex(octets);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, "-");
  return text;
}

std::string to_http_date(UtcTime at) {
  using namespace std::chrono;
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<days>(at.since_epoch());
  const year_month_day date(day);
  const hh_mm_ss clock(at.since_epoch() - day);
  std::array<char, 40> text{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays[weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

}  // namespace antin::service
