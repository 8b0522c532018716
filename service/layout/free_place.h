#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pdf/picture/raster.h"

namespace antin::service::layout {

/// A rectangle on a page as the reader sees it, millimetres from the left top corner.
struct Area {
  double x_mm = 0, y_mm = 0, width_mm = 0, height_mm = 0;
};

/// What is drawn at, C-12.
constexpr unsigned kPictureDpi = 150;

/// Where a page is free: every pixel of a free place has a luminance of 245 or more (C-12).
class FreePlaces {
 public:
  explicit FreePlaces(const pdf::picture::Raster& page);

  /// As if something were drawn there.
  void occupy(const Area& area);
  /// A place for a lời chứng: as low as it fits and then up to right below what the page shows,
  /// on the right; away from the page's edges and from its content where that can be had.
  std::optional<Area> below_content(double width_mm, double height_mm) const;
  /// The place nearest to the left top corner, within `reach_mm` of it both ways.
  std::optional<Area> left_top(double width_mm, double height_mm, double reach_mm) const;

 private:
  struct Box {
    long x = 0, y = 0, width = 0, height = 0;
  };
  long pixels(double millimetres) const;
  Area area(const Box& box, double width_mm, double height_mm) const;
  bool is_free(const Box& box) const;
  std::optional<Box> lowest(const Box& wanted, long margin, long clearance, long step) const;
  Box moved_up(Box box, long margin, long clearance) const;

  long width_, height_;
  double per_mm_;
  std::vector<std::uint32_t> sums_;  ///< of content above and left of each pixel
  std::vector<Area> occupied_;
};

}  // namespace antin::service::layout
