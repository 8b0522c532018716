#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "pdf/picture/compare_pages.h"

namespace antin::pdf::picture {

struct Ink {
  int red, green, blue;
};
constexpr Ink kBlack{0, 0, 0}, kRed{212, 26, 31}, kFaint{205, 205, 205};

/// A small page at 300 dpi that is painted on with exact coverage, as a renderer would.
class Paper {
 public:
  explicit Paper(std::uint32_t width = 1240, std::uint32_t height = 640, std::uint8_t white = 255)
      : raster_{width, height, 300, Bytes(std::size_t{width} * height * 3, white)} {}

  /// Corners in pixels and parts of them.
  Paper& bar(double left, double top, double right, double bottom, Ink ink = kBlack) {
    const auto covered = [](double from, double to, double at) {
      return std::clamp(std::min(to, at + 1) - std::max(from, at), 0.0, 1.0);
    };
    for (double y = std::floor(top); y < bottom; ++y) {
      for (double x = std::floor(left); x < right; ++x) {
        mix(x, y, ink, covered(left, right, x) * covered(top, bottom, y));
      }
    }
    return *this;
  }

  /// Digits of seven strokes, ten points high, and dots.
  Paper& write(std::string_view words, double x, double y, Ink ink = kBlack) {
    // Strokes: above, middle, below, left above, left below, right above, right below.
    constexpr std::array<std::string_view, 10> kStrokes{"1011111", "0000011", "1110110", "1110011",
                                                        "0101011", "1111001", "1111101", "1000011",
                                                        "1111111", "1111011"};
    constexpr double kWide = 17, kHigh = 28, kThick = 3.3, kHalf = kHigh / 2;
    for (const char c : words) {
      if (c == '.') bar(x + 4, y + kHigh - 4, x + 8, y + kHigh, ink);
      if (c >= '0' && c <= '9') {
        const auto strokes = kStrokes[static_cast<std::size_t>(c - '0')];
        const auto has = [&](std::size_t i) { return strokes[i] == '1'; };
        if (has(0)) bar(x, y, x + kWide, y + kThick, ink);
        if (has(1)) bar(x, y + kHalf - kThick / 2, x + kWide, y + kHalf + kThick / 2, ink);
        if (has(2)) bar(x, y + kHigh - kThick, x + kWide, y + kHigh, ink);
        if (has(3)) bar(x, y, x + kThick, y + kHalf, ink);
        if (has(4)) bar(x, y + kHalf, x + kThick, y + kHigh, ink);
        if (has(5)) bar(x + kWide - kThick, y, x + kWide, y + kHalf, ink);
        if (has(6)) bar(x + kWide - kThick, y + kHalf, x + kWide, y + kHigh, ink);
      }
      x += c == '.' ? 13 : 25;
    }
    return *this;
  }

  /// A ring with a filled middle.
  Paper& seal(double x, double y, Ink ink = kRed) {
    constexpr double kRadius = 90, kRing = 6, kMiddle = 30;
    for (double v = -kRadius - 2; v < kRadius + 2; ++v) {
      for (double u = -kRadius - 2; u < kRadius + 2; ++u) {
        const double r = std::hypot(u, v);
        const double ring = std::clamp(kRing / 2 + 0.5 - std::abs(r - kRadius + kRing), 0.0, 1.0);
        mix(std::floor(x) + u, std::floor(y) + v, ink,
            std::max(ring, std::clamp(kMiddle - r, 0.0, 1.0)));
      }
    }
    return *this;
  }

  /// Noise that the generator repeats exactly: up to `most` levels either way on every pixel.
  Paper& grain(int most, std::uint32_t seed) {
    for (std::size_t i = 0; i < raster_.rgb.size(); i += 3) {
      seed = seed * 1664525U + 1013904223U;
      const int by =
          static_cast<int>((seed >> 16U) % static_cast<std::uint32_t>(2 * most + 1)) - most;
      for (std::size_t k = i; k < i + 3; ++k) {
        raster_.rgb[k] = static_cast<std::uint8_t>(std::clamp(raster_.rgb[k] + by, 0, 255));
      }
    }
    return *this;
  }

  /// Every pixel averaged with its neighbours to both sides and above and below.
  Paper& soften() {
    const Bytes before = raster_.rgb;
    const std::size_t row = std::size_t{raster_.width} * 3;
    for (std::size_t i = row + 3; i + row + 3 < before.size(); ++i) {
      raster_.rgb[i] = static_cast<std::uint8_t>(
          (2 * before[i] + before[i - 3] + before[i + 3] + before[i - row] + before[i + row]) / 6);
    }
    return *this;
  }

  Paper& grey() {
    for (std::size_t i = 0; i < raster_.rgb.size(); i += 3) {
      const int light =
          (299 * raster_.rgb[i] + 587 * raster_.rgb[i + 1] + 114 * raster_.rgb[i + 2]) / 1000;
      std::fill_n(raster_.rgb.begin() + static_cast<std::ptrdiff_t>(i), 3,
                  static_cast<std::uint8_t>(light));
    }
    return *this;
  }

  Raster& raster() { return raster_; }
  operator const Raster&() const { return raster_; }  // NOLINT(google-explicit-constructor)

 private:
  void mix(double x, double y, Ink ink, double part) {
    if (part <= 0 || x < 0 || y < 0 || x >= raster_.width || y >= raster_.height) return;
    const std::size_t at =
        (static_cast<std::size_t>(y) * raster_.width + static_cast<std::size_t>(x)) * 3;
    const std::array<int, 3> colour{ink.red, ink.green, ink.blue};
    for (std::size_t i = 0; i < 3; ++i) {
      raster_.rgb[at + i] = static_cast<std::uint8_t>(
          std::lround((1 - part) * raster_.rgb[at + i] + part * colour[i]));
    }
  }

  Raster raster_;
};

/// What most tests compare: lines of digits, a rule, a seal, a faint line. `dx` and `dy` displace
/// the writing.
struct Page {
  double dx = 0, dy = 0;
  std::string_view third = "20.11 4609.02 38 12.05.2021 079168";
  double rule = 2;
  double seal_x = 1000;
  Ink seal = kRed;
  bool faint = true;

  Paper paint() const {
    Paper paper;
    paper.write("72.2025 15 19.06 1847 03.09.2026 41", 60 + dx, 60 + dy)
        .write("3.750.000 1264.5 215 38 86.4 2009 17", 60 + dx, 130 + dy)
        .write(third, 60 + dx, 200 + dy)
        .write("614 26 90 0081937 31.12.2056 7 3 55", 60 + dx, 270 + dy)
        .write("5062 77 18 94.4 2026 1109 8830 6 612", 60 + dx, 340 + dy)
        .bar(60, 420, 900, 420 + rule);
    if (faint) paper.write("1847.2026", 60 + dx, 560 + dy, kFaint);
    if (seal_x > 0) paper.seal(seal_x, 520, seal);
    return paper;
  }
};

}  // namespace antin::pdf::picture
