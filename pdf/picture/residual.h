#pragma once

#include "pdf/picture/plane.h"
#include "pdf/picture/registration.h"

namespace antin::pdf::picture {

/// The strongest unexplained difference of lightness in each cell, in grey levels: what remains
/// after the copy was moved by `shift`, the sharper of both was blurred as much as the other is
/// (piece by piece), strokes were allowed to lie half a pixel aside, and single pixels were
/// averaged with their neighbours.
Cells<std::uint8_t> residual(const Plane& copy, const Plane& original, const Shift& shift,
                             std::uint32_t side);

}  // namespace antin::pdf::picture
