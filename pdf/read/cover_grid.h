#pragma once

// Only pdf/read includes this.

#include <functional>

#include "pdf/read/drawing.h"

namespace antin::pdf {

/// A part of a page as small squares.
struct Grid {
  Rect area;
  double step = 1;
  std::size_t columns = 0, rows = 0;

  /// `finest`: length of a square's side, when the area is small enough for it.
  static Grid over(const Rect& area, double finest);
  std::size_t cells() const noexcept { return columns * rows; }
  std::optional<std::size_t> cell_at(Point point) const noexcept;
};

/// Marks (with 1) every square that an area touches. Never fewer than that; when the budget ends,
/// the box around it.
void rasterise(const Grid& grid, const std::vector<std::vector<Point>>& contours, bool even_odd,
               const Rect& clip, DrawingBudget& budget, std::vector<std::uint8_t>& mask);

/// Calls visit(cell, how opaque 0 to 255) for the squares that an image touches. `plane`: what of
/// the image counts, nothing for all of it.
void rasterise_image(const Grid& grid, const DrawnImage& image, const struct PixelPlane* plane,
                     DrawingBudget& budget,
                     const std::function<void(std::size_t, std::uint8_t)>& visit);

/// The box around a glyph's ink as a contour.
std::vector<std::vector<Point>> ink_contour(const DrawnGlyph& glyph);

/// How much of what lies under some appearances is still to be seen.
class CoverGrid {
 public:
  explicit CoverGrid(const Grid& grid);
  void paint(const Drawing& drawing, const Rect& within, DrawingBudget& budget);
  /// Everything in `within` is hidden.
  void paint_all(const Rect& within, DrawingBudget& budget);

  const Grid& grid() const noexcept { return grid_; }
  /// 255: clear, 0: hidden. With letters counted as opaque boxes (text on text makes neither
  /// readable), and with letters counted as nothing.
  std::uint8_t strict(std::size_t cell) const { return strict_[cell]; }
  std::uint8_t solid(std::size_t cell) const { return solid_[cell]; }

 private:
  void apply(double alpha, bool letters);
  Grid grid_;
  std::vector<std::uint8_t> strict_, solid_, mask_;
};

}  // namespace antin::pdf
