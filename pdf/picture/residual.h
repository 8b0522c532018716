#pragma once

#include "pdf/picture/plane.h"
#include "pdf/picture/registration.h"

namespace antin::pdf::picture {

/// The strongest unexplained difference of lightness in each cell, in grey levels: what remains
/// after the copy was moved by `shift`, the sharper of both was blurred as much as the other is
/// (piece by piece), strokes were allowed to lie half a pixel aside, and single pixels were
/// averaged with their neighbours. Where that is much, each cell's surroundings are fitted to each
/// other by up to two pixels and a half, and the smaller answer counts.
Cells<std::uint8_t> residual(const Plane& copy, const Plane& original, const Shift& shift,
                             std::uint32_t side);

/// May strokes be fainter or stronger by up to two thirds? Only where a page was resampled.
enum class Fading { kNone, kAllowed };

/// A closer look at twice the resolution, at the cells of `wanted` alone: strokes may be a pixel
/// thicker or thinner, as renderers make them that snap lines to pixels. `shift` and `side` are in
/// pixels of these planes. Cells that nobody wants are 0.
Cells<std::uint8_t> residual_close_up(const Plane& copy, const Plane& original, const Shift& shift,
                                      std::uint32_t side, const Cells<std::uint8_t>& wanted,
                                      Fading fading);

}  // namespace antin::pdf::picture
