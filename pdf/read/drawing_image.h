#pragma once

// Only pdf/read includes this.

#include "pdf/read/drawing.h"

namespace antin::pdf {

/// One number per pixel, row by row from the top.
struct PixelPlane {
  std::size_t width = 0, height = 0;
  std::vector<std::uint8_t> values;
  struct Range {
    std::size_t first = 0, last = 0;  ///< inclusive
  };
  /// The pixels of a row or column of `count` that touch [low, high] of the unit interval.
  static Range touched(double low, double high, std::size_t count) noexcept;
  /// The largest value among these; 255 when `steps` does not reach.
  std::uint8_t largest(const Range& columns, const Range& rows, std::size_t& steps) const;
};

/// The planes of one drawn image that were computed.
struct KeptPlanes {
  using Plane = std::shared_ptr<const PixelPlane>;
  std::optional<Plane> opacity, ink;
};

/// How opaque the pixels of an image are (0 to 255), out of /SMask, a stencil /Mask or /ImageMask
/// (8.9.6, 11.6.5.2); nullptr: wholly opaque, or the mask cannot be read.
std::shared_ptr<const PixelPlane> opacity_of(const DrawnImage& image, DrawingBudget& budget);

/// 255 where an image differs from blank paper, 0 where it does not; a signature's picture shows
/// where it is not transparent. nullptr when its pixels cannot be read: then all of it counts.
std::shared_ptr<const PixelPlane> seen_pixels(const DrawnImage& image, bool of_signature,
                                              DrawingBudget& budget);

}  // namespace antin::pdf
