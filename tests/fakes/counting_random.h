#pragma once

#include <cstdint>
#include <mutex>

#include "certs/core/random.h"

namespace antin::fakes {

/// 0, 1, 2, … so that what a test makes is the same in every run. Never repeats within 2^32 calls.
class CountingRandom final : public RandomSource {
 public:
  Bytes bytes(std::size_t count) override {
    const std::lock_guard lock(mutex_);
    Bytes out(count);
    for (auto& octet : out) {
      state_ = state_ * 1'103'515'245U + 12'345U;
      octet = static_cast<std::uint8_t>(state_ >> 16U);
    }
    return out;
  }

 private:
  std::mutex mutex_;
  std::uint32_t state_ = 0;
};

}  // namespace antin::fakes
