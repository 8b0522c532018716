#pragma once

#include <array>

#include "pdf/picture/plane.h"

namespace antin::pdf::picture {

/// How large a difference drawing noise may make, learned from the page itself: noise is alike all
/// over a page, a change is in few places. By activity, because noise lives where strokes are.
struct NoiseLimits {
  static constexpr std::size_t kClasses = 8;
  std::array<float, kClasses> limit{};
  float noise = 0;  ///< of the written cells
  float operator()(std::uint8_t activity) const noexcept { return limit[activity / 32U]; }
};

struct NoiseRule {
  float share;          ///< the rank (0…1) among the cells of a class that counts as its noise
  float times;          ///< a change is this many times stronger
  float least_blank;    ///< but never below this, where one page is blank
  float least_written;  ///< or this, where both are written on
  float most;           ///< and nothing above this is ever noise
};

/// From `every` so many-th cell.
NoiseLimits learn_limits(const Cells<float>& differences, const Cells<std::uint8_t>& activity,
                         const NoiseRule& rule, std::size_t every = 1);

}  // namespace antin::pdf::picture
