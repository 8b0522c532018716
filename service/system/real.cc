#include "service/system/real.h"

#include <cerrno>
#include <cstdlib>
#include <sys/random.h>

namespace antin::service {

UtcTime SystemClock::utc_now() const {
  return UtcTime{std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
}

std::chrono::steady_clock::time_point SystemClock::ticks() const {
  return std::chrono::steady_clock::now();
}

Bytes SystemRandom::bytes(std::size_t count) {
  Bytes octets(count);
  for (std::size_t done = 0; done < count;) {
    const auto got = ::getrandom(octets.data() + done, count - done, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) std::abort();
    done += static_cast<std::size_t>(got);
  }
  return octets;
}

}  // namespace antin::service
