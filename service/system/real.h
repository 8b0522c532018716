#pragma once

#include "certs/core/random.h"
#include "certs/core/time.h"

namespace antin::service {

/// The computer's clocks: the only place that reads them.
class SystemClock final : public Clock {
 public:
  UtcTime utc_now() const override;
  std::chrono::steady_clock::time_point ticks() const override;
};

/// getrandom(2). Ends the process when the kernel has no randomness to give.
class SystemRandom final : public RandomSource {
 public:
  Bytes bytes(std::size_t count) override;
};

}  // namespace antin::service
