#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>

#include "service/http/http_server.h"

namespace antin::service {

std::string new_uuid7(const Clock& clock, RandomSource& random) {
  Bytes octets = random.bytes(16);
  // 48 bits of milliseconds, then 12 bits that count (RFC 9562 6.2, method 1): later ones sort
  // behind earlier ones of this process even when the wall clock stands still or is put back.
  static std::atomic<std::uint64_t> last{0};
  const auto now =
      static_cast<std::uint64_t>(clock.utc_now().since_epoch().time_since_epoch().count() * 1000)
      << 12U;
  auto before = last.load();
  std::uint64_t stamp = 0;
  do {
    stamp = std::max(now, before + 1);
  } while (!last.compare_exchange_weak(before, stamp));
  for (unsigned i = 0; i < 6; ++i)
    octets[i] = static_cast<std::uint8_t>((stamp >> (52U - 8U * i)) & 0xFFU);
  octets[6] = static_cast<std::uint8_t>(0x70U | ((stamp >> 8U) & 0x0FU));
  octets[7] = static_cast<std::uint8_t>(stamp & 0xFFU);
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
  // NOLINTNEXTLINE(cert-err33-c): 40 suffice
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays[weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

}  // namespace antin::service
