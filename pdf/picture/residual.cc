#include "pdf/picture/residual.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "pdf/picture/patch.h"

namespace antin::pdf::picture {
namespace {

/// Where strokes may lie, measured in this scale's pixels.
enum class Reach { kHalf, kWhole };

/// How a cell's surroundings are fitted.
struct Look {
  int across, down;          ///< half of the window: some letters of one line
  int alone;                 ///< half of a second one: the cell and little else; 0: none
  std::array<int, 4> steps;  ///< in half pixels; each tries the eight neighbours of the best
  Reach reach;
  int averages;  ///< how often single pixels are averaged with their neighbours
};
constexpr Look kCoarse{20, 12, 0, {2, 2, 1, 0}, Reach::kHalf, 1};
constexpr Look kCloseUp{36, 24, 14, {4, 4, 2, 0}, Reach::kWhole, 2};

/// How far `value` lies outside what is shown around `at`.
template <Reach reach>
inline int beyond(int value, const std::int16_t* at) {
  const int c = at[0];
  const auto seen = [c](int neighbour) {
    return reach == Reach::kHalf ? (c + neighbour) >> 1 : neighbour;
  };
  const int l = seen(at[-1]);
  const int r = seen(at[1]);
  const int u = seen(at[-kWide]);
  const int d = seen(at[kWide]);
  const int low = std::min(std::min(std::min(c, l), std::min(r, u)), d);
  const int high = std::max(std::max(std::max(c, l), std::max(r, u)), d);
  return std::max(value - high, 0) + std::min(value - low, 0);
}

/// Positive where `copy` is lighter. Both ways: an added mark is beyond the paper, a removed one
/// is missed by the original.
template <Reach reach>
inline std::int16_t unexplained(const std::int16_t* copy, const std::int16_t* original) {
  const int there = beyond<reach>(*copy, original);
  const int back = -beyond<reach>(*original, copy);
  return static_cast<std::int16_t>(std::abs(there) >= std::abs(back) ? there : back);
}

bool nearly_equal(const Patch& one, const Patch& other) {
  constexpr int kNothing = 2;
  int most = 0;
  for (std::size_t i = 0; i < one.size(); ++i) most = std::max(most, std::abs(one[i] - other[i]));
  return most <= kNothing;
}

/// Differences around one cell, averaged with their neighbours.
class Spot {
 public:
  static constexpr int kMostSide = 32;

  int& at(int x, int y) { return values_[place(x, y)]; }

  /// The strongest of the cell itself.
  int strongest(int side, int averages) {
    for (int margin = averages; margin > 0; --margin) average(side, margin - 1);
    int most = 0;
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) most = std::max(most, std::abs(values_[place(x, y)]));
    }
    return most;
  }

 private:
  static constexpr int kMargin = 2;
  static constexpr int kSize = kMostSide + 2 * kMargin;
  static constexpr std::size_t place(int x, int y) {
    return std::size_t{static_cast<std::uint32_t>(y + kMargin)} * kSize +
           static_cast<std::uint32_t>(x + kMargin);
  }
  void average(int side, int margin) {
    const auto before = values_;
    for (int y = -margin; y < side + margin; ++y) {
      for (int x = -margin; x < side + margin; ++x) {
        const int* p = before.data() + place(x, y);
        const int sum = p[-kSize - 1] + p[-kSize + 1] + p[kSize - 1] + p[kSize + 1] +
                        2 * (p[-kSize] + p[kSize] + p[-1] + p[1]) + 4 * p[0];
        values_[place(x, y)] = sum / 16;
      }
    }
  }
  std::array<int, std::size_t{kSize} * kSize> values_{};
};

/// A piece of both pages, made alike as far as blur goes.
class Piece {
 public:
  Piece(const Plane& copy, const Plane& original, std::uint32_t left, std::uint32_t top,
        const Shift& shift) {
    const auto moved = shift.at(left + kPiece / 2.0, top + kPiece / 2.0);
    const double whole_x = std::round(moved.x);
    const double whole_y = std::round(moved.y);
    cut(original, left, top, original_);
    cut(copy, left + static_cast<std::int64_t>(whole_x), top + static_cast<std::int64_t>(whole_y),
        copy_[0]);
    equal_ = nearly_equal(copy_[0], original_);
    if (equal_) return;
    move(copy_[0], moved.x - whole_x, moved.y - whole_y);
    match_blur(copy_[0], original_);
  }

  bool equal() const noexcept { return equal_; }

  /// Differences of the whole piece where it lies, for strongest().
  void compare() {
    for (int y = 2; y < kWide - 2; ++y) {
      const std::int16_t* a = copy_[0].data() + index(0, y);
      const std::int16_t* b = original_.data() + index(0, y);
      std::int16_t* to = rest_.data() + index(0, y);
      for (int x = 2; x < kWide - 2; ++x) to[x] = unexplained<Reach::kHalf>(a + x, b + x);
    }
    blur(rest_, 4, smooth_);
  }

  /// The strongest difference of the cell at (x, y), inside the frame.
  int strongest(int x, int y, int side) const {
    int most = 0;
    for (int v = y; v < y + side; ++v) {
      for (int u = x; u < x + side; ++u) {
        most = std::max(most, std::abs(static_cast<int>(smooth_[index(u, v)])));
      }
    }
    return most;
  }

  /// The same after the surroundings were fitted to each other: renderers put a line of text on
  /// whole pixels, and a trace of rounding in a file can make that the next pixel.
  int strongest_when_fitted(int x, int y, int side, const Look& look, Fading fading) {
    prepare();
    const Window wide = window(x, y, side, look.across, look.down);
    const int together = strongest_at(fit(wide, look), x, y, side, look, kAsDrawn);
    if (look.alone == 0) return together;
    // A table's rule between two lines of text moves on its own.
    const Window narrow = window(x, y, side, look.alone, look.alone);
    const Half best = fit_anywhere(narrow);
    int least = std::min(together, strongest_at(best, x, y, side, look, kAsDrawn));
    if (fading == Fading::kAllowed) {
      least = std::min(least, strongest_at(best, x, y, side, look, fade(narrow, best)));
    }
    return least;
  }

 private:
  struct Window {
    int left, top, right, bottom;
  };
  /// A displacement in half pixels.
  struct Half {
    int x = 0, y = 0;
    std::size_t patch() const noexcept {
      return (static_cast<std::uint32_t>(x) & 1U) + 2U * (static_cast<std::uint32_t>(y) & 1U);
    }
    std::ptrdiff_t offset() const noexcept {
      return std::ptrdiff_t{(y - (y & 1)) / 2} * kWide + (x - (x & 1)) / 2;
    }
  };
  /// The copy's ink below `paper` counts `ink` / 64 times.
  struct Fade {
    int paper, ink;
    std::int16_t operator()(std::int16_t value) const noexcept {
      return static_cast<std::int16_t>(paper - (((paper - value) * ink) >> 6));
    }
  };
  static constexpr Fade kAsDrawn{255, 64};

  static Window window(int x, int y, int side, int across, int down) {
    // As far as a fitted window and the filters around it may reach.
    constexpr int kEdge = 8;
    return {std::max(x + side / 2 - across, kEdge), std::max(y + side / 2 - down, kEdge),
            std::min(x + side / 2 + across, kWide - kEdge),
            std::min(y + side / 2 + down, kWide - kEdge)};
  }

  /// How much fainter or stronger the same strokes are in the copy: resampling thins a fine rule,
  /// but leaves some of it.
  Fade fade(const Window& where, const Half& by) const {
    const std::int16_t* copy = copy_[by.patch()].data() + by.offset();
    int paper = 0;
    std::int64_t copy_sum = 0;
    std::int64_t original_sum = 0;
    std::int64_t pixels = 0;
    for (int y = where.top; y < where.bottom; ++y) {
      for (int x = where.left; x < where.right; ++x, ++pixels) {
        const auto at = index(x, y);
        paper = std::max(paper, static_cast<int>(std::min(copy[at], original_[at])));
        copy_sum += copy[at];
        original_sum += original_[at];
      }
    }
    const std::int64_t copy_ink = std::max<std::int64_t>(paper * pixels - copy_sum, 1);
    const std::int64_t original_ink = std::max<std::int64_t>(paper * pixels - original_sum, 1);
    return {paper,
            static_cast<int>(std::clamp<std::int64_t>(64 * original_ink / copy_ink, 38, 108))};
  }

  int strongest_at(const Half& best, int x, int y, int side, const Look& look,
                   const Fade& faded) const {
    const std::int16_t* copy = copy_[best.patch()].data() + best.offset();
    const std::int16_t* original = original_.data();
    Patch recoloured;
    if (faded.ink != kAsDrawn.ink) {
      for (int v = y - 4; v < y + side + 4; ++v) {
        for (int u = x - 4; u < x + side + 4; ++u) {
          recoloured[index(u, v)] = faded(copy[index(u, v)]);
        }
      }
      copy = recoloured.data();
    }
    Spot spot;
    for (int v = -look.averages; v < side + look.averages; ++v) {
      for (int u = -look.averages; u < side + look.averages; ++u) {
        const auto at = index(x + u, y + v);
        spot.at(u, v) = look.reach == Reach::kHalf
                            ? unexplained<Reach::kHalf>(copy + at, original + at)
                            : unexplained<Reach::kWhole>(copy + at, original + at);
      }
    }
    return spot.strongest(side, look.averages);
  }

  /// The copy displaced by half a pixel in x, in y, in both.
  void prepare() {
    if (prepared_) return;
    prepared_ = true;
    for (const std::size_t i : {1U, 2U, 3U}) {
      copy_[i] = copy_[0];
      move(copy_[i], (i & 1U) != 0 ? 0.5 : 0, (i & 2U) != 0 ? 0.5 : 0);
    }
  }

  std::int64_t misfit(const Window& window, const Half& by, int every_row) const {
    const std::int16_t* copy = copy_[by.patch()].data() + by.offset();
    std::int64_t sum = 0;
    for (int y = window.top; y < window.bottom; y += every_row) {
      const std::int16_t* a = copy + index(0, y);
      const std::int16_t* b = original_.data() + index(0, y);
      std::int32_t row = 0;
      for (int x = window.left; x < window.right; ++x) {
        const std::int32_t d = a[x] - b[x];
        row += d * d;
      }
      sum += row;
    }
    return sum;
  }

  Half fit(const Window& window, const Look& look) const {
    const int every_row = look.reach == Reach::kHalf ? 1 : 2;
    Half best;
    std::int64_t least = misfit(window, best, every_row);
    for (const int step : look.steps) {
      if (step == 0) break;
      const Half middle = best;
      for (int y = -step; y <= step; y += step) {
        for (int x = -step; x <= step; x += step) {
          if (x == 0 && y == 0) continue;
          const Half tried{middle.x + x, middle.y + y};
          const auto now = misfit(window, tried, every_row);
          if (now < least) {
            least = now;
            best = tried;
          }
        }
      }
    }
    return best;
  }

  /// The best of all whole displacements up to four pixels: thin rules lead no search anywhere.
  Half fit_anywhere(const Window& where) const {
    constexpr int kFar = 8;
    Half best;
    std::int64_t least = misfit(where, best, 1);
    for (int y = -kFar; y <= kFar; y += 2) {
      for (int x = -kFar; x <= kFar; x += 2) {
        const auto now = misfit(where, {x, y}, 1);
        if (now < least) {
          least = now;
          best = {x, y};
        }
      }
    }
    return best;
  }

  Patch original_;
  std::array<Patch, 4> copy_;
  Patch rest_{};
  Patch smooth_{};
  bool equal_ = false;
  bool prepared_ = false;
};

/// Calls back with each piece of a page, and with each of its cells: their place in the page and in
/// the piece.
template <class Begin, class Cell>
void walk(const Cells<std::uint8_t>& cells, std::uint32_t side, Begin begin, Cell each) {
  const std::uint32_t across = kPiece / side;
  for (std::uint32_t row = 0; row < cells.rows; row += across) {
    for (std::uint32_t column = 0; column < cells.columns; column += across) {
      const std::uint32_t right = std::min(column + across, cells.columns);
      const std::uint32_t bottom = std::min(row + across, cells.rows);
      if (!begin(column, row, right, bottom)) continue;
      for (std::uint32_t y = row; y < bottom; ++y) {
        for (std::uint32_t x = column; x < right; ++x) {
          each(x, y, static_cast<int>((x - column) * side) + kFrame,
               static_cast<int>((y - row) * side) + kFrame);
        }
      }
    }
  }
}

std::uint8_t level(int difference) {
  return static_cast<std::uint8_t>(std::min(difference, 255));
}

}  // namespace

Cells<std::uint8_t> residual(const Plane& copy, const Plane& original, const Shift& shift,
                             std::uint32_t side) {
  // Below this nothing is gained by fitting.
  constexpr int kWorthFitting = 10;
  const int cell = static_cast<int>(side);
  Cells<std::uint8_t> cells{cells_for(original.width, side), cells_for(original.height, side)};
  std::optional<Piece> piece;
  walk(
      cells, side,
      [&](std::uint32_t column, std::uint32_t row, std::uint32_t, std::uint32_t) {
        piece.emplace(copy, original, column * side, row * side, shift);
        if (!piece->equal()) piece->compare();
        return !piece->equal();
      },
      [&](std::uint32_t column, std::uint32_t row, int x, int y) {
        int most = piece->strongest(x, y, cell);
        if (most > kWorthFitting) {
          most = std::min(most, piece->strongest_when_fitted(x, y, cell, kCoarse, Fading::kNone));
        }
        cells.at(column, row) = level(most);
      });
  return cells;
}

Cells<std::uint8_t> residual_close_up(const Plane& copy, const Plane& original, const Shift& shift,
                                      std::uint32_t side, const Cells<std::uint8_t>& wanted,
                                      Fading fading) {
  const int cell = static_cast<int>(side);
  Cells<std::uint8_t> cells{wanted.columns, wanted.rows};
  std::optional<Piece> piece;
  walk(
      cells, side,
      [&](std::uint32_t column, std::uint32_t row, std::uint32_t right, std::uint32_t bottom) {
        bool any = false;
        for (std::uint32_t y = row; y < bottom && !any; ++y) {
          for (std::uint32_t x = column; x < right && !any; ++x) any = wanted.at(x, y) != 0;
        }
        if (any) piece.emplace(copy, original, column * side, row * side, shift);
        return any && !piece->equal();
      },
      [&](std::uint32_t column, std::uint32_t row, int x, int y) {
        if (wanted.at(column, row) == 0) return;
        cells.at(column, row) = level(piece->strongest_when_fitted(x, y, cell, kCloseUp, fading));
      });
  return cells;
}

}  // namespace antin::pdf::picture
