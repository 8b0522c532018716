#include "pdf/read/cover_grid.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pdf/read/drawing_image.h"

namespace antin::pdf {
namespace {

constexpr double kMostCells = 3'000'000;

struct Span {
  std::size_t first = 0, last = 0;  ///< inclusive
};

/// Squares of one row or column that [low, high] touches; nullopt when outside.
std::optional<Span> touched(double low, double high, double origin, double step,
                            std::size_t count) {
  const double first = std::floor((low - origin) / step), last = std::floor((high - origin) / step);
  const auto most = static_cast<double>(count);
  if (!(last >= 0) || !(first < most)) return std::nullopt;
  return Span{static_cast<std::size_t>(std::max(first, 0.0)),
              static_cast<std::size_t>(std::min(last, most - 1))};
}

/// An edge of a contour, upwards.
struct Edge {
  Point low, high;
  int turn;  ///< 1: it is drawn upwards
};

/// Those of all contours, by their lower ends, and the box around them.
struct Edges {
  std::vector<Edge> all;
  Rect box;
};

Edges edges_of(const std::vector<std::vector<Point>>& contours) {
  Edges edges;
  std::size_t points = 0;
  for (const auto& contour : contours) points += contour.size();
  edges.all.reserve(points);
  for (const auto& contour : contours) {
    for (std::size_t i = 0; i < contour.size(); ++i) {
      const auto a = contour[i], b = contour[i + 1 == contour.size() ? 0 : i + 1];
      const Rect here{a.x, a.y, a.x, a.y};
      edges.box = edges.all.empty() ? here : united(edges.box, here);
      edges.all.push_back(a.y <= b.y ? Edge{a, b, 1} : Edge{b, a, -1});
    }
  }
  std::sort(edges.all.begin(), edges.all.end(),
            [](const Edge& a, const Edge& b) { return a.low.y < b.low.y; });
  return edges;
}

class Rasteriser {
 public:
  Rasteriser(const Grid& grid, const Rect& clip, std::vector<std::uint8_t>& mask)
      : grid_(grid), clip_(intersection(grid.area, clip)), mask_(mask) {}

  bool nothing() const { return !(clip_.width() >= 0) || !(clip_.height() >= 0); }

  void span(std::size_t row, double left, double right) {
    left = std::max(left, clip_.left);
    right = std::min(right, clip_.right);
    if (!(left <= right)) return;
    const auto columns = touched(left, right, grid_.area.left, grid_.step, grid_.columns);
    if (!columns) return;
    auto* line = &mask_[row * grid_.columns];
    std::fill(line + columns->first, line + columns->last + 1, std::uint8_t{1});
  }

  std::optional<Span> rows_of(double bottom, double top) const {
    bottom = std::max(bottom, clip_.bottom);
    top = std::min(top, clip_.top);
    if (!(bottom <= top)) return std::nullopt;
    return touched(bottom, top, grid_.area.bottom, grid_.step, grid_.rows);
  }

  /// An edge marks what it touches: a sliver between two sample lines is not lost.
  void edge(Point a, Point b) {
    if (a.y > b.y) std::swap(a, b);
    const auto rows = rows_of(a.y, b.y);
    if (!rows) return;
    for (auto row = rows->first; row <= rows->last; ++row) {
      const double low = std::max(a.y, bottom_of(row)), high = std::min(b.y, bottom_of(row + 1));
      const auto at = [&](double y) {
        return b.y == a.y ? a.x : a.x + (b.x - a.x) * std::clamp((y - a.y) / (b.y - a.y), 0.0, 1.0);
      };
      const double x = at(low), z = b.y == a.y ? b.x : at(high);
      span(row, std::min(x, z), std::max(x, z));
    }
  }

  double bottom_of(std::size_t row) const {
    return grid_.area.bottom + static_cast<double>(row) * grid_.step;
  }

 private:
  const Grid& grid_;
  Rect clip_;
  std::vector<std::uint8_t>& mask_;
};

}  // namespace

Grid Grid::over(const Rect& area, double finest) {
  Grid grid;
  grid.area = area;
  const double squares = area.width() * area.height() / (finest * finest);
  grid.step = squares > kMostCells ? finest * std::sqrt(squares / kMostCells) : finest;
  const double longest = std::max(area.width(), area.height());
  grid.step = std::max(grid.step, longest / kMostCells);
  grid.columns = static_cast<std::size_t>(std::ceil(area.width() / grid.step)) + 1;
  grid.rows = static_cast<std::size_t>(std::ceil(area.height() / grid.step)) + 1;
  return grid;
}

std::optional<CellBox> Grid::cells_in(const Rect& box) const {
  const auto across = touched(box.left, box.right, area.left, step, columns);
  const auto up = touched(box.bottom, box.top, area.bottom, step, rows);
  if (!across || !up) return std::nullopt;
  return CellBox{across->first, across->last, up->first, up->last};
}

Rect Grid::area_of(const CellBox& box) const noexcept {
  return {area.left + static_cast<double>(box.first_column) * step,
          area.bottom + static_cast<double>(box.first_row) * step,
          area.left + static_cast<double>(box.last_column + 1) * step,
          area.bottom + static_cast<double>(box.last_row + 1) * step};
}

std::optional<std::size_t> Grid::cell_at(Point point) const noexcept {
  const double x = (point.x - area.left) / step, y = (point.y - area.bottom) / step;
  if (!(x >= 0) || !(y >= 0) || x >= static_cast<double>(columns) || y >= static_cast<double>(rows))
    return std::nullopt;
  return static_cast<std::size_t>(y) * columns + static_cast<std::size_t>(x);
}

namespace {

/// Marks what lies inside, on two sample lines of each row. Edges come and go as the lines rise.
void fill_inside(Rasteriser& raster, const Span& rows, double step, const std::vector<Edge>& edges,
                 bool even_odd) {
  std::vector<const Edge*> active;
  std::vector<std::pair<double, int>> crossings;
  auto next = edges.begin();
  for (auto row = rows.first; row <= rows.last; ++row) {
    for (const double part : {0.25, 0.75}) {
      const double y = raster.bottom_of(row) + part * step;
      for (; next != edges.end() && next->low.y <= y; ++next) active.push_back(&*next);
      std::erase_if(active, [y](const Edge* edge) { return edge->high.y <= y; });
      crossings.clear();
      for (const auto* edge : active) {
        const double t = (y - edge->low.y) / (edge->high.y - edge->low.y);
        crossings.emplace_back(edge->low.x + (edge->high.x - edge->low.x) * t, edge->turn);
      }
      std::sort(crossings.begin(), crossings.end());
      int winding = 0;
      for (std::size_t i = 0; i + 1 < crossings.size(); ++i) {
        winding += even_odd ? 1 : crossings[i].second;
        const bool inside = even_odd ? winding % 2 != 0 : winding != 0;
        if (inside) raster.span(row, crossings[i].first, crossings[i + 1].first);
      }
    }
  }
}

}  // namespace

void rasterise(const Grid& grid, const std::vector<std::vector<Point>>& contours, bool even_odd,
               const Rect& clip, DrawingBudget& budget, std::vector<std::uint8_t>& mask) {
  Rasteriser raster{grid, clip, mask};
  if (raster.nothing() || contours.empty()) return;
  const auto edges = edges_of(contours);
  if (edges.all.empty()) return;
  const auto rows = raster.rows_of(edges.box.bottom, edges.box.top);
  if (!rows) return;
  const auto height = rows->last - rows->first + 1;
  // Each edge costs as much as it is high, each row as much as it is wide.
  double rise = 0;
  for (const auto& edge : edges.all) {
    rise += std::min((edge.high.y - edge.low.y) / grid.step, static_cast<double>(height)) + 2;
  }
  const auto cost = height * (grid.columns / 8 + 1) + static_cast<std::size_t>(3 * rise);
  if (!spend(budget.cells, cost)) {
    for (auto row = rows->first; row <= rows->last; ++row)
      raster.span(row, edges.box.left, edges.box.right);
    return;
  }
  for (const auto& edge : edges.all) raster.edge(edge.low, edge.high);
  fill_inside(raster, *rows, grid.step, edges.all, even_odd);
}

namespace {

/// One row of squares of an upright image: every column's pixels stand in the same place in each
/// row, and the pixels of a row serve all its columns.
class UprightRows {
 public:
  UprightRows(const PixelPlane& plane, const std::vector<PixelPlane::Range>& across)
      : plane_(plane), most_(2 * plane.width, 0) {
    const auto first = across.front().first, last = across.back().last;
    left_ = std::min(first, last);
    right_ = std::max(first, last) + 1;
    columns_.reserve(across.size());
    for (const auto& range : across) {
      // Two pairs hold up to four pixels.
      if (range.last - range.first > 3) wide_.emplace_back(columns_.size(), range);
      const bool one = range.first == range.last;
      columns_.push_back({one ? range.first : plane.width + range.first,
                          one ? range.first : plane.width + range.last - 1});
    }
  }

  /// False when `steps` do not reach.
  bool read(const PixelPlane::Range& down, std::size_t& steps, std::vector<std::uint8_t>& row) {
    if (read_ && read_->first == down.first && read_->last == down.last) return true;
    if (!spend(steps, (down.last - down.first + 1) * (right_ - left_) + row.size())) return false;
    read_ = down;
    auto* const most = most_.data();
    auto* const pairs = most + plane_.width;
    const auto* line = &plane_.values[down.first * plane_.width];
    std::copy(line + left_, line + right_, most + left_);
    for (auto y = down.first + 1; y <= down.last; ++y) {
      line = &plane_.values[y * plane_.width];
      for (auto x = left_; x < right_; ++x) most[x] = std::max(most[x], line[x]);
    }
    for (auto x = left_; x + 1 < right_; ++x) pairs[x] = std::max(most[x], most[x + 1]);
    std::transform(columns_.begin(), columns_.end(), row.begin(), [most](const Two& column) {
      return std::max(most[column.first], most[column.second]);
    });
    for (const auto& [column, range] : wide_)
      row[column] = *std::max_element(most + range.first, most + range.last + 1);
    return true;
  }

 private:
  /// Where in `most_` the values stand whose larger one a column shows.
  struct Two {
    std::size_t first, second;
  };
  const PixelPlane& plane_;
  std::vector<std::uint8_t> most_;  ///< of the rows together: of each pixel, then of each pair
  std::size_t left_ = 0, right_ = 0;
  std::vector<Two> columns_;
  std::vector<std::pair<std::size_t, PixelPlane::Range>> wide_;
  std::optional<PixelPlane::Range> read_;  ///< what `row` holds
};

}  // namespace

void rasterise_image(const Grid& grid, const DrawnImage& image, const PixelPlane* plane,
                     DrawingBudget& budget, const VisitRow& visit) {
  const auto box = image.place.map(Rect{0, 0, 1, 1});
  const auto seen = intersection(intersection(box, image.clip), grid.area);
  if (!(seen.width() >= 0) || !(seen.height() >= 0)) return;
  const auto rows = touched(seen.bottom, seen.top, grid.area.bottom, grid.step, grid.rows);
  const auto columns = touched(seen.left, seen.right, grid.area.left, grid.step, grid.columns);
  if (!rows || !columns) return;
  const auto width = columns->last - columns->first + 1;
  bool afford = spend(budget.cells, (rows->last - rows->first + 1) * width);
  const auto back = image.place.inverse();
  const auto part_of = [&](std::size_t row, std::size_t column) {
    const double x = grid.area.left + static_cast<double>(column) * grid.step;
    const double y = grid.area.bottom + static_cast<double>(row) * grid.step;
    return back->map(Rect{x, y, x + grid.step, y + grid.step});
  };
  std::vector<std::uint8_t> values(width, 255);
  // The first row of samples is at the top of the unit square (8.9.5.1).
  const auto down_of = [&](const Rect& part) {
    return PixelPlane::touched(1 - part.top, 1 - part.bottom, plane->height);
  };
  std::optional<UprightRows> upright;
  if (afford && back && back->b == 0 && back->c == 0 && plane != nullptr) {
    std::vector<PixelPlane::Range> across;
    across.reserve(width);
    for (auto column = columns->first; column <= columns->last; ++column) {
      const auto part = part_of(rows->first, column);
      across.push_back(PixelPlane::touched(part.left, part.right, plane->width));
    }
    upright.emplace(*plane, across);
  }
  for (auto row = rows->first; row <= rows->last; ++row) {
    if (upright) {
      afford = afford && upright->read(down_of(part_of(row, columns->first)), budget.cells, values);
    } else if (afford && back && !(back->b == 0 && back->c == 0)) {
      for (auto column = columns->first; column <= columns->last; ++column) {
        const auto part = part_of(row, column);
        const bool outside = part.right < 0 || part.left > 1 || part.top < 0 || part.bottom > 1;
        values[column - columns->first] =
            outside ? std::uint8_t{0}
            : plane == nullptr
                ? std::uint8_t{255}
                : plane->largest(PixelPlane::touched(part.left, part.right, plane->width),
                                 down_of(part), budget.cells);
      }
    }
    if (!afford) std::fill(values.begin(), values.end(), std::uint8_t{255});
    visit(row * grid.columns + columns->first, values);
  }
}

std::vector<std::vector<Point>> ink_contour(const DrawnGlyph& glyph) {
  const auto& f = glyph.frame;
  const auto& ink = glyph.ink;
  return {{f.map(Point{ink.left, ink.bottom}), f.map(Point{ink.right, ink.bottom}),
           f.map(Point{ink.right, ink.top}), f.map(Point{ink.left, ink.top})}};
}

CoverGrid::CoverGrid(const Grid& grid)
    : grid_(grid), strict_(grid.cells(), 255), clear_(grid.columns, 255) {}

void CoverGrid::mark(const std::vector<std::vector<Point>>& contours, bool even_odd,
                     const Rect& clip, DrawingBudget& budget) {
  if (mask_.empty()) mask_.assign(grid_.cells(), 0);
  rasterise(grid_, contours, even_odd, clip, budget, mask_);
}

void CoverGrid::apply(double alpha, bool letters) {
  const double through = 1 - alpha;
  if (letters && solid_.empty()) solid_ = strict_;
  for_each_marked(mask_, [&](std::size_t i) {
    mask_[i] = 0;
    strict_[i] = static_cast<std::uint8_t>(strict_[i] * through);
    if (!letters && !solid_.empty()) solid_[i] = static_cast<std::uint8_t>(solid_[i] * through);
  });
}

namespace {

/// How many values from `i` on, which is one, are zero; or as many of them as are told at once.
std::size_t zeros_at(const std::vector<std::uint8_t>& values, std::size_t i) {
  std::uint64_t eight = 1;
  if (values.size() - i >= sizeof eight) std::memcpy(&eight, &values[i], sizeof eight);
  return eight == 0 ? sizeof eight : 1;
}

}  // namespace

void CoverGrid::paint(const Drawing& drawing, const Rect& within, DrawingBudget& budget) {
  if (!drawing.complete || !drawing.understood) return paint_all(within, budget);
  for (const auto& shape : drawing.shapes) {
    // A veil is laid on by itself, several make a cover; opaque marks can be laid on together.
    const bool veil = shape.alpha < 1 && spend(budget.cells, grid_.cells());
    if (veil) apply(1, false);
    mark(shape.contours, shape.even_odd, intersection(shape.clip, within), budget);
    if (veil) apply(shape.alpha, false);
  }
  apply(1, false);
  for (const auto& glyph : drawing.glyphs) {
    mark(ink_contour(glyph), false, intersection(glyph.clip, within), budget);
  }
  if (!drawing.glyphs.empty()) apply(1, true);
  for (const auto& image : drawing.images) {
    const auto plane = opacity_of(image, budget);
    auto clipped = image;
    clipped.clip = intersection(image.clip, within);
    std::array<double, 256> through{};
    for (std::size_t value = 0; value < through.size(); ++value)
      through[value] = 1 - image.alpha * static_cast<double>(value) / 255;
    rasterise_image(grid_, clipped, plane.get(), budget,
                    [&](std::size_t first, const std::vector<std::uint8_t>& values) {
                      for (std::size_t i = 0; i < values.size(); ++i) {
                        if (values[i] == 0) {
                          i += zeros_at(values, i) - 1;
                          continue;
                        }
                        auto& strict = strict_[first + i];
                        strict = static_cast<std::uint8_t>(strict * through[values[i]]);
                        if (solid_.empty()) continue;
                        auto& solid = solid_[first + i];
                        solid = static_cast<std::uint8_t>(solid * through[values[i]]);
                      }
                    });
  }
}

std::optional<CellBox> CoverGrid::touched_cells() const {
  std::optional<CellBox> box;
  for (std::size_t row = 0; row < grid_.rows; ++row) {
    const auto* line = &strict_[row * grid_.columns];
    if (std::memcmp(line, clear_.data(), clear_.size()) == 0) continue;
    if (!box) box = CellBox{grid_.columns, 0, row, row};
    box->last_row = row;
    const auto is_touched = [](std::uint8_t value) { return value != 255; };
    if (std::memcmp(line, clear_.data(), box->first_column) != 0) {
      const auto* first = std::find_if(line, line + box->first_column, is_touched);
      box->first_column = static_cast<std::size_t>(first - line);
    }
    const auto next = box->last_column + 1;
    if (std::memcmp(line + next, clear_.data(), grid_.columns - next) == 0) continue;
    auto column = grid_.columns - 1;
    while (!is_touched(line[column])) --column;
    box->last_column = column;
  }
  return box;
}

bool CoverGrid::touches(const CellBox& box) const {
  for (auto row = box.first_row; row <= box.last_row; ++row) {
    const auto* line = &strict_[row * grid_.columns + box.first_column];
    if (std::memcmp(line, clear_.data(), box.last_column - box.first_column + 1) != 0) return true;
  }
  return false;
}

void CoverGrid::paint_all(const Rect& within, DrawingBudget& budget) {
  mark({{{within.left, within.bottom},
         {within.right, within.bottom},
         {within.right, within.top},
         {within.left, within.top}}},
       false, within, budget);
  apply(1, false);
}

}  // namespace antin::pdf
