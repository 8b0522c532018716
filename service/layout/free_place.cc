#include "service/layout/free_place.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace antin::service::layout {
namespace {

constexpr double kMillimetresPerInch = 25.4;
constexpr unsigned kLuminance = 245;

// Tried one after the other: a place with air around it, then one that is just free.
struct Attempt {
  double margin_mm, clearance_mm;
  long step;
};
constexpr std::array<Attempt, 3> kAttempts = {{{10, 3, 4}, {5, 1, 2}, {0, 0, 1}}};

}  // namespace

FreePlaces::FreePlaces(const pdf::picture::Raster& page)
    : width_(static_cast<long>(page.width)),
      height_(static_cast<long>(page.height)),
      per_mm_(page.dpi / kMillimetresPerInch) {
  const std::size_t across = std::size_t{page.width} + 1;
  sums_.assign(across * (std::size_t{page.height} + 1), 0);
  const std::uint8_t* at = page.rgb.data();
  for (std::size_t y = 1; y <= page.height; ++y) {
    std::uint32_t in_row = 0;
    for (std::size_t x = 1; x <= page.width; ++x, at += 3) {
      // Rec. 601, in thousandths.
      const unsigned luminance = 299U * at[0] + 587U * at[1] + 114U * at[2];
      if (luminance < kLuminance * 1'000U) ++in_row;
      sums_[y * across + x] = sums_[(y - 1) * across + x] + in_row;
    }
  }
}

void FreePlaces::occupy(const Area& area) {
  occupied_.push_back(area);
}

long FreePlaces::pixels(double millimetres) const {
  return std::lround(millimetres * per_mm_);
}

Area FreePlaces::area(const Box& box, double width_mm, double height_mm) const {
  return {static_cast<double>(box.x) / per_mm_, static_cast<double>(box.y) / per_mm_, width_mm,
          height_mm};
}

bool FreePlaces::is_free(const Box& box) const {
  const long right = std::min(box.x + box.width, width_);
  const long bottom = std::min(box.y + box.height, height_);
  const long left = std::max(box.x, 0L), top = std::max(box.y, 0L);
  const auto sum = [&](long x, long y) {
    return sums_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_ + 1) +
                 static_cast<std::size_t>(x)];
  };
  if (sum(right, bottom) + sum(left, top) != sum(left, bottom) + sum(right, top)) return false;
  return std::none_of(occupied_.begin(), occupied_.end(), [&](const Area& area) {
    return pixels(area.x_mm) < right && pixels(area.x_mm + area.width_mm) > left &&
           pixels(area.y_mm) < bottom && pixels(area.y_mm + area.height_mm) > top;
  });
}

std::optional<FreePlaces::Box> FreePlaces::lowest(const Box& wanted, long margin, long clearance,
                                                  long step) const {
  for (long y = height_ - margin - wanted.height; y >= margin; y -= step) {
    for (long x = width_ - margin - wanted.width; x >= margin; x -= step) {
      const Box air{x - clearance, y - clearance, wanted.width + 2 * clearance,
                    wanted.height + 2 * clearance};
      if (is_free(air)) return Box{x, y, wanted.width, wanted.height};
    }
  }
  return std::nullopt;
}

// Only through rows that are empty from edge to edge: beside other text nothing is nearer to it.
FreePlaces::Box FreePlaces::moved_up(Box box, long margin, long clearance) const {
  const auto row_free = [&](long y) { return is_free({0, y, width_, 1}); };
  for (long y = box.y; y < box.y + box.height; ++y) {
    if (!row_free(y)) return box;
  }
  long top = box.y;
  while (top > margin && row_free(top - 1)) --top;
  // Right under the content, or where the page begins.
  box.y = std::min(box.y, top == margin ? margin : top + clearance);
  return box;
}

std::optional<Area> FreePlaces::below_content(double width_mm, double height_mm) const {
  const Box wanted{0, 0, static_cast<long>(std::ceil(width_mm * per_mm_)),
                   static_cast<long>(std::ceil(height_mm * per_mm_))};
  for (const auto& attempt : kAttempts) {
    const long margin = pixels(attempt.margin_mm), clearance = pixels(attempt.clearance_mm);
    if (const auto box = lowest(wanted, margin, clearance, attempt.step))
      return area(moved_up(*box, margin, clearance), width_mm, height_mm);
  }
  return std::nullopt;
}

std::optional<Area> FreePlaces::left_top(double width_mm, double height_mm, double reach_mm) const {
  const long width = static_cast<long>(std::ceil(width_mm * per_mm_));
  const long height = static_cast<long>(std::ceil(height_mm * per_mm_));
  const long first = pixels(kAttempts[1].margin_mm), reach = pixels(reach_mm);
  // Along ever larger diagonals: the first that is free is the nearest.
  for (long distance = 2 * first; distance <= 2 * reach; distance += 2) {
    for (long x = std::max(first, distance - reach); x <= std::min(reach, distance - first); ++x) {
      const Box box{x, distance - x, width, height};
      if (box.x + width > width_ || box.y + height > height_ || !is_free(box)) continue;
      return area(box, width_mm, height_mm);
    }
  }
  return std::nullopt;
}

}  // namespace antin::service::layout
