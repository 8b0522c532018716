#pragma once

#include <algorithm>

#include "pdf/picture/raster.h"

namespace antin::pdf::picture {

/// Lightness of a page, one octet per pixel.
struct Plane {
  std::uint32_t width = 0, height = 0;
  Bytes values;
  std::uint8_t at(std::uint32_t x, std::uint32_t y) const noexcept {
    return values[std::size_t{y} * width + x];
  }
  const std::uint8_t* row(std::uint32_t y) const noexcept {
    return values.data() + std::size_t{y} * width;
  }
};

/// Every `factor` × `factor` pixels averaged to one; what is left over at the right and lower edge
/// falls away.
Raster reduced(const Raster& raster, std::uint32_t factor);

/// Luma of ITU-R BT.601, which JPEG and the grey conversions of PDF programs use, of the upper left
/// part of a raster.
Plane lightness(const Raster& raster, std::uint32_t width, std::uint32_t height);

/// One number per square cell of a page.
template <class T>
struct Cells {
  std::uint32_t columns = 0, rows = 0;
  std::vector<T> values;
  Cells() = default;
  Cells(std::uint32_t wide, std::uint32_t high)
      : columns(wide), rows(high), values(std::size_t{wide} * high) {}
  T& at(std::uint32_t x, std::uint32_t y) noexcept { return values[std::size_t{y} * columns + x]; }
  const T& at(std::uint32_t x, std::uint32_t y) const noexcept {
    return values[std::size_t{y} * columns + x];
  }
};

/// Calls each(x, y, around) for every cell; around(f) calls f(u, v) for it and its neighbours.
template <class T, class Each>
void each_with_neighbours(const Cells<T>& cells, Each each) {
  for (std::uint32_t y = 0; y < cells.rows; ++y) {
    for (std::uint32_t x = 0; x < cells.columns; ++x) {
      each(x, y, [&](auto&& f) {
        for (std::uint32_t v = y == 0 ? 0 : y - 1; v <= std::min(y + 1, cells.rows - 1); ++v) {
          for (std::uint32_t u = x == 0 ? 0 : x - 1; u <= std::min(x + 1, cells.columns - 1); ++u) {
            f(u, v);
          }
        }
      });
    }
  }
}

/// How many cells of `side` pixels cover `pixels`.
constexpr std::uint32_t cells_for(std::uint32_t pixels, std::uint32_t side) {
  return (pixels + side - 1) / side;
}

/// Difference between the lightest and the darkest pixel of each cell and its eight neighbours:
/// noise of drawing and recompression lives where this is large.
Cells<std::uint8_t> activity(const Plane& plane, std::uint32_t side);

/// The largest of each cell and its eight neighbours.
Cells<std::uint8_t> spread(const Cells<std::uint8_t>& cells);

/// The smaller of both, cell by cell.
Cells<std::uint8_t> lesser(Cells<std::uint8_t> one, const Cells<std::uint8_t>& other);

/// Mean red, green, blue of each cell.
struct MeanColour {
  float red = 0, green = 0, blue = 0;
  float light() const noexcept { return 0.299F * red + 0.587F * green + 0.114F * blue; }
};
Cells<MeanColour> mean_colours(const Raster& raster, std::uint32_t width, std::uint32_t height,
                               std::uint32_t side);

}  // namespace antin::pdf::picture
