#pragma once

// Only pdf/read includes this.

#include "pdf/read/drawing.h"

namespace antin::pdf {

/// One number per pixel, row by row from the top.
struct PixelPlane {
  std::size_t width = 0, height = 0;
  std::vector<std::uint8_t> values;
  /// The largest value of the pixels that touch the part [left, right] x [top, bottom] of the unit
  /// square whose origin is the top left corner.
  std::uint8_t largest(const Rect& part, std::size_t& steps) const;
};

/// How opaque the pixels of an image XObject are (0 to 255), out of /SMask, a stencil /Mask or
/// /ImageMask (8.9.6, 11.6.5.2); nullopt: wholly opaque, or the mask cannot be read.
std::optional<PixelPlane> opacity_of(const QPDFObjectHandle& image, DrawingBudget& budget);

/// 255 where an image differs from blank paper, 0 where it does not; nullopt when its pixels cannot
/// be read: then all of it counts.
std::optional<PixelPlane> ink_of(const QPDFObjectHandle& image, DrawingBudget& budget);

}  // namespace antin::pdf
