#pragma once

// Only pdf/read includes this.

#include <cstring>
#include <functional>

#include "pdf/read/drawing.h"

namespace antin::pdf {

/// Some squares of a grid; all ends inclusive.
struct CellBox {
  std::size_t first_column = 0, last_column = 0, first_row = 0, last_row = 0;
};

/// A part of a page as small squares.
struct Grid {
  Rect area;
  double step = 1;
  std::size_t columns = 0, rows = 0;

  /// `finest`: length of a square's side, when the area is small enough for it.
  static Grid over(const Rect& area, double finest);
  std::size_t cells() const noexcept { return columns * rows; }
  std::optional<std::size_t> cell_at(Point point) const noexcept;
  /// The squares that `box` touches; nullopt when none.
  std::optional<CellBox> cells_in(const Rect& box) const;
  Rect area_of(const CellBox& box) const noexcept;
};

/// Marks (with 1) every square that an area touches. Never fewer than that; when the budget ends,
/// the box around it.
void rasterise(const Grid& grid, const std::vector<std::vector<Point>>& contours, bool even_odd,
               const Rect& clip, DrawingBudget& budget, std::vector<std::uint8_t>& mask);

/// Calls visit(index of every marked square), in order.
template <class Visit>
void for_each_marked(const std::vector<std::uint8_t>& mask, const Visit& visit) {
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const auto* found = std::memchr(&mask[i], 1, mask.size() - i);
    if (found == nullptr) return;
    i = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - mask.data());
    visit(i);
  }
}

/// What an image shows in neighbouring squares of one row, from `first` on: 0 nothing, 255 opaque.
using VisitRow = std::function<void(std::size_t first, const std::vector<std::uint8_t>& values)>;

/// The squares that an image touches, row by row. `plane`: what of the image counts, nothing for
/// all of it.
void rasterise_image(const Grid& grid, const DrawnImage& image, const struct PixelPlane* plane,
                     DrawingBudget& budget, const VisitRow& visit);

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
  /// Around all squares that anything was painted on; nullopt: nothing was.
  std::optional<CellBox> touched_cells() const;
  /// Whether anything was painted on one of these squares.
  bool touches(const CellBox& box) const;
  /// 255: clear, 0: hidden. With letters counted as opaque boxes (text on text makes neither
  /// readable), and with letters counted as nothing.
  std::uint8_t strict(std::size_t cell) const { return strict_[cell]; }
  std::uint8_t solid(std::size_t cell) const {
    return solid_.empty() ? strict_[cell] : solid_[cell];
  }

 private:
  void mark(const std::vector<std::vector<Point>>& contours, bool even_odd, const Rect& clip,
            DrawingBudget& budget);
  void apply(double alpha, bool letters);
  Grid grid_;
  std::vector<std::uint8_t> strict_;
  std::vector<std::uint8_t> solid_;  ///< empty as long as no letters were painted: the same
  std::vector<std::uint8_t> mask_;   ///< empty as long as no contours were
  std::vector<std::uint8_t> clear_;  ///< a row on which nothing was painted
};

}  // namespace antin::pdf
