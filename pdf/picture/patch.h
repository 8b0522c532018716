#pragma once

#include <array>

#include "pdf/picture/plane.h"

namespace antin::pdf::picture {

/// Pages are worked through in pieces that stay in the processor's cache. A frame around each gives
/// filters and the search for a nearby stroke something to stand on.
constexpr int kPiece = 128;
constexpr int kFrame = 20;
constexpr int kWide = kPiece + 2 * kFrame;

/// One piece with its frame, in rows of kWide.
using Patch = std::array<std::int16_t, std::size_t{kWide} * kWide>;

constexpr std::size_t index(int x, int y) {
  return static_cast<std::size_t>(y) * kWide + static_cast<std::size_t>(x);
}

/// Pixels of the piece at (left, top) and its frame; the page's edge is continued outwards.
void cut(const Plane& plane, std::int64_t left, std::int64_t top, Patch& out);

/// Moves by less than two pixels: afterwards patch(x, y) is what patch(x + dx, y + dy) was. The
/// outermost three pixels stay.
void move(Patch& patch, double dx, double dy);

/// [w, 16 - 2w, w] / 16 along both axes.
void blur(const Patch& in, int w, Patch& out);

/// Blurs the patch with the steeper edges until they are as steep as the other's: a resampled or
/// recompressed page is softer. Judged by edges and not by how well the patches fit, because two
/// that are a pixel apart fit better the more they are blurred.
void match_blur(Patch& one, Patch& other);

}  // namespace antin::pdf::picture
