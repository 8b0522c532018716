#include "pdf/picture/patch.h"

#include <algorithm>
#include <cmath>

namespace antin::pdf::picture {
namespace {

int clamp_to(std::int64_t v, std::uint32_t size) {
  return static_cast<int>(std::clamp<std::int64_t>(v, 0, std::int64_t{size} - 1));
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

/// Mean squared step between neighbouring pixels, each step weighted with itself: how steep edges
/// are, however many there are and wherever they lie. 0 when nothing is written here.
double steepness(const Patch& patch) {
  constexpr int kStep = 12 * 12;
  double squares = 0;
  double fourths = 0;
  for (int y = 1; y < kWide - 1; ++y) {
    const std::int16_t* p = patch.data() + index(0, y);
    std::int32_t row = 0;
    float high = 0;
    for (int x = 1; x < kWide - 1; ++x) {
      const std::int32_t dx = p[x + 1] - p[x];
      const std::int32_t dy = p[x + kWide] - p[x];
      std::int32_t square = dx * dx + dy * dy;
      square = square < kStep ? 0 : square;
      row += square;
      high += static_cast<float>(square) * static_cast<float>(square);
    }
    squares += row;
    fourths += static_cast<double>(high);
  }
  return squares == 0 ? 0 : fourths / squares;
}

}  // namespace

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

void match_blur(Patch& one, Patch& other) {
  const double first = steepness(one);
  const double second = steepness(other);
  const double wanted = std::min(first, second);
  if (wanted == 0) return;
  Patch& sharp = first > second ? one : other;
  const Patch original = sharp;
  Patch tried;
  for (const int w : {1, 2, 3, 4}) {
    blur(original, w, tried);
    if (steepness(tried) < wanted) return;
    sharp = tried;
  }
  const Patch once = sharp;
  for (const int w : {2, 4}) {
    blur(once, w, tried);
    if (steepness(tried) < wanted) return;
    sharp = tried;
  }
}

}  // namespace antin::pdf::picture
