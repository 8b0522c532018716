#include "pdf/picture/residual.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace antin::pdf::picture {
namespace {

/// Pages are worked through in pieces that stay in the processor's first cache. A frame around each
/// gives filters something to stand on.
constexpr int kPiece = 64;
constexpr int kFrame = 4;
constexpr int kWide = kPiece + 2 * kFrame;
using Patch = std::array<std::int16_t, std::size_t{kWide} * kWide>;

constexpr std::size_t index(int x, int y) {
  return static_cast<std::size_t>(y) * kWide + static_cast<std::size_t>(x);
}

int clamp_to(std::int64_t v, std::uint32_t size) {
  return static_cast<int>(std::clamp<std::int64_t>(v, 0, std::int64_t{size} - 1));
}

/// Pixels of the piece at (left, top) and its frame; the page's edge is continued outwards.
void cut(const Plane& plane, std::int64_t left, std::int64_t top, Patch& out) {
  const bool inside = left >= kFrame && top >= kFrame && left + kPiece + kFrame <= plane.width &&
                      top + kPiece + kFrame <= plane.height;
  for (int y = 0; y < kWide; ++y) {
    const auto* row =
        plane.row(static_cast<std::uint32_t>(clamp_to(top + y - kFrame, plane.height)));
    std::int16_t* to = out.data() + index(0, y);
    if (inside) {
      const auto* from = row + (left - kFrame);
      for (int x = 0; x < kWide; ++x) to[x] = from[x];
    } else {
      for (int x = 0; x < kWide; ++x) to[x] = row[clamp_to(left + x - kFrame, plane.width)];
    }
  }
}

/// Keys' cubic: as sharp as four samples allow, so that moving blurs little.
std::array<int, 4> cubic(double t) {
  const double a = -0.5;
  const auto near = [&](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [&](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  const std::array<double, 4> w{far(1 + t), near(t), near(1 - t), far(2 - t)};
  std::array<int, 4> fixed{};
  for (std::size_t i = 0; i < 4; ++i) fixed[i] = static_cast<int>(std::lround(w[i] * 256));
  fixed[t < 0.5 ? 1 : 2] += 256 - (fixed[0] + fixed[1] + fixed[2] + fixed[3]);
  return fixed;
}

/// Moves a patch by less than a pixel: out(x) = in(x + dx). The outermost pixels stay.
void move(Patch& patch, double dx, double dy) {
  const auto along = [&patch](double by, int stride) {
    const double whole = std::floor(by);
    const auto w = cubic(by - whole);
    const int base = static_cast<int>(whole) * stride;
    Patch moved = patch;
    constexpr int kMargin = 3;
    for (int y = kMargin; y < kWide - kMargin; ++y) {
      const std::int16_t* in = patch.data() + index(0, y) + base;
      std::int16_t* out = moved.data() + index(0, y);
      for (int x = kMargin; x < kWide - kMargin; ++x) {
        const int v = (w[0] * in[x - stride] + w[1] * in[x] + w[2] * in[x + stride] +
                       w[3] * in[x + 2 * stride] + 128) >>
                      8;
        out[x] = static_cast<std::int16_t>(std::clamp(v, 0, 255));
      }
    }
    patch = moved;
  };
  if (std::abs(dx) > 0.03) along(dx, 1);
  if (std::abs(dy) > 0.03) along(dy, kWide);
}

/// [w, 16 - 2w, w] / 16 along both axes.
void blur(const Patch& in, int w, Patch& out) {
  Patch half = in;
  for (int y = 0; y < kWide; ++y) {
    const std::int16_t* from = in.data() + index(0, y);
    std::int16_t* to = half.data() + index(0, y);
    for (int x = 1; x < kWide - 1; ++x) {
      to[x] = static_cast<std::int16_t>(
          (w * (from[x - 1] + from[x + 1]) + (16 - 2 * w) * from[x] + 8) >> 4);
    }
  }
  out = half;
  for (int y = 1; y < kWide - 1; ++y) {
    const std::int16_t* from = half.data() + index(0, y);
    std::int16_t* to = out.data() + index(0, y);
    for (int x = 0; x < kWide; ++x) {
      to[x] = static_cast<std::int16_t>(
          (w * (from[x - kWide] + from[x + kWide]) + (16 - 2 * w) * from[x] + 8) >> 4);
    }
  }
}

/// Sum of squared differences inside the frame.
std::int64_t distance(const Patch& one, const Patch& other) {
  std::int64_t sum = 0;
  for (int y = kFrame; y < kWide - kFrame; ++y) {
    const std::int16_t* a = one.data() + index(0, y);
    const std::int16_t* b = other.data() + index(0, y);
    std::int32_t row = 0;
    for (int x = kFrame; x < kWide - kFrame; ++x) {
      const std::int32_t d = a[x] - b[x];
      row += d * d;
    }
    sum += row;
  }
  return sum;
}

std::int64_t sharpness(const Patch& patch) {
  std::int64_t sum = 0;
  for (int y = kFrame; y < kWide - kFrame; ++y) {
    const std::int16_t* p = patch.data() + index(0, y);
    std::int32_t row = 0;
    for (int x = kFrame; x < kWide - kFrame; ++x) {
      const std::int32_t dx = p[x + 1] - p[x];
      const std::int32_t dy = p[x + kWide] - p[x];
      row += dx * dx + dy * dy;
    }
    sum += row;
  }
  return sum;
}

/// Blurs the sharper patch as long as that brings it nearer to the other: a resampled or
/// recompressed page is softer. Blur moves no ink, so it hides no mark.
void match_blur(Patch& one, Patch& other) {
  Patch& sharp = sharpness(one) > sharpness(other) ? one : other;
  const Patch& soft = &sharp == &one ? other : one;
  const Patch original = sharp;
  std::int64_t best = distance(sharp, soft);
  Patch tried;
  for (const int w : {1, 2, 3, 4}) {
    blur(original, w, tried);
    const auto now = distance(tried, soft);
    if (now >= best) return;
    best = now;
    sharp = tried;
  }
  const Patch twice = sharp;
  for (const int w : {2, 4}) {
    blur(twice, w, tried);
    const auto now = distance(tried, soft);
    if (now >= best) return;
    best = now;
    sharp = tried;
  }
}

/// How far `value` lies outside what `patch` shows within half a pixel around.
inline std::int16_t beyond(int value, const std::int16_t* at) {
  const int c = at[0];
  const int l = (c + at[-1]) >> 1;
  const int r = (c + at[1]) >> 1;
  const int u = (c + at[-kWide]) >> 1;
  const int d = (c + at[kWide]) >> 1;
  const int low = std::min({c, l, r, u, d});
  const int high = std::max({c, l, r, u, d});
  return static_cast<std::int16_t>(std::max(value - high, 0) + std::min(value - low, 0));
}

/// Positive where `copy` is lighter. Both ways: an added mark is beyond the paper, a removed one
/// is missed by the original.
void unexplained(const Patch& copy, const Patch& original, Patch& out) {
  out.fill(0);
  for (int y = 2; y < kWide - 2; ++y) {
    const std::int16_t* a = copy.data() + index(0, y);
    const std::int16_t* b = original.data() + index(0, y);
    std::int16_t* to = out.data() + index(0, y);
    for (int x = 2; x < kWide - 2; ++x) {
      const int there = beyond(a[x], b + x);
      const int back = -beyond(b[x], a + x);
      to[x] = static_cast<std::int16_t>(std::abs(there) >= std::abs(back) ? there : back);
    }
  }
}

bool nearly_equal(const Patch& one, const Patch& other) {
  constexpr int kNothing = 2;
  int most = 0;
  for (std::size_t i = 0; i < one.size(); ++i) most = std::max(most, std::abs(one[i] - other[i]));
  return most <= kNothing;
}

}  // namespace

Cells<std::uint8_t> residual(const Plane& copy, const Plane& original, const Shift& shift,
                             std::uint32_t side) {
  Cells<std::uint8_t> cells{cells_for(original.width, side), cells_for(original.height, side)};
  Patch a;
  Patch b;
  Patch rest;
  Patch smooth;
  for (std::uint32_t top = 0; top < original.height; top += kPiece) {
    for (std::uint32_t left = 0; left < original.width; left += kPiece) {
      const auto moved = shift.at(left + kPiece / 2.0, top + kPiece / 2.0);
      const double whole_x = std::round(moved.x);
      const double whole_y = std::round(moved.y);
      cut(original, left, top, b);
      cut(copy, left + static_cast<std::int64_t>(whole_x), top + static_cast<std::int64_t>(whole_y),
          a);
      if (nearly_equal(a, b)) continue;
      move(a, moved.x - whole_x, moved.y - whole_y);
      match_blur(a, b);
      unexplained(a, b, rest);
      blur(rest, 4, smooth);
      const int wide = static_cast<int>(std::min<std::uint32_t>(kPiece, original.width - left));
      const int high = static_cast<int>(std::min<std::uint32_t>(kPiece, original.height - top));
      for (int y = 0; y < high; ++y) {
        for (int x = 0; x < wide; ++x) {
          const int value = std::abs(smooth[index(x + kFrame, y + kFrame)]);
          auto& cell = cells.at((left + static_cast<std::uint32_t>(x)) / side,
                                (top + static_cast<std::uint32_t>(y)) / side);
          cell = std::max(cell, static_cast<std::uint8_t>(value));
        }
      }
    }
  }
  return cells;
}

}  // namespace antin::pdf::picture
