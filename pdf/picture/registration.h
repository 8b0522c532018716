#pragma once

#include "pdf/picture/plane.h"

namespace antin::pdf::picture {

/// Where a pixel of the original lies in the copy: displaced by an affine field of at most a pixel
/// or two. Anything larger is no drawing noise but another page.
struct Shift {
  double x = 0, y = 0;                    ///< in the middle of the page
  double xx = 0, xy = 0, yx = 0, yy = 0;  ///< growth per pixel to the right and down
  double middle_x = 0, middle_y = 0;
  struct Vector {
    double x, y;
  };
  Vector at(double px, double py) const noexcept {
    const double u = px - middle_x;
    const double v = py - middle_y;
    return {x + xx * u + xy * v, y + yx * u + yy * v};
  }
  /// The same field in pixels of which `factor` make one.
  Shift scaled(std::uint32_t factor) const noexcept {
    return {x * factor, y * factor, xx, xy, yx, yy, middle_x * factor, middle_y * factor};
  }
  /// The longest displacement on a page of this size.
  double longest(std::uint32_t width, std::uint32_t height) const noexcept;
};

/// The field under which `copy` fits `original` best, from the cells written on in both. Zero when
/// there are too few, or when the best one is longer than `limit` pixels.
Shift find_shift(const Plane& copy, const Plane& original, const Cells<std::uint8_t>& copy_activity,
                 const Cells<std::uint8_t>& original_activity, std::uint32_t side, double limit);

}  // namespace antin::pdf::picture
