#include "service/capture/look.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <string>

namespace antin::service::capture {

void Looker::begin(const Shape& shape) {
  shape_ = shape;
  const auto side = std::max<std::size_t>({shape.columns, shape.rows, 1});
  factor_ = (side + kSmallSide - 1) / kSmallSide;
  small_.width = (shape.columns + factor_ - 1) / factor_;
  small_.grey.reserve(small_.width * ((shape.rows + factor_ - 1) / factor_));
  sums_.assign(small_.width, 0);
  digest_.add(as_bytes("antin-raster/1 " + std::to_string(shape.columns) + " " +
                       std::to_string(shape.rows) + " " + std::to_string(shape.components) + "\n"));
}

void Looker::row(ByteView octets) {
  digest_.add(octets);
  const auto* from = octets.data();
  const std::size_t columns = shape_.columns;
  for (std::size_t x = 0, cell = 0; x < columns; ++cell) {
    const auto end = std::min(x + factor_, columns);
    std::uint32_t sum = 0;
    for (; x < end; ++x) {
      if (shape_.components == 1) {
        sum += *from++;
      } else {
        sum += (77U * from[0] + 150U * from[1] + 29U * from[2]) >> 8U;
        from += 3;
      }
    }
    sums_[cell] += sum;
  }
  if (++rows_in_ == factor_) close_cells();
}

void Looker::close_cells() {
  for (std::size_t cell = 0; cell < sums_.size(); ++cell) {
    const auto across = std::min(factor_, shape_.columns - cell * factor_);
    small_.grey.push_back(static_cast<std::uint8_t>(sums_[cell] / (across * rows_in_)));
    sums_[cell] = 0;
  }
  ++small_.height;
  rows_in_ = 0;
}

Look Looker::finish() {
  if (rows_in_ > 0) close_cells();
  return {digest_.finish(), std::move(small_)};
}

SmallPicture upright(const SmallPicture& stored, std::uint8_t orientation) {
  if (orientation <= 1 || orientation > 8) return stored;
  SmallPicture page;
  const bool sideways = pdf::is_sideways(orientation);
  page.width = sideways ? stored.height : stored.width;
  page.height = sideways ? stored.width : stored.height;
  page.grey.reserve(stored.grey.size());
  // TIFF 6.0: where row 0 and column 0 are seen.
  const bool flip_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool flip_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (std::size_t y = 0; y < page.height; ++y) {
    for (std::size_t x = 0; x < page.width; ++x) {
      const auto across = sideways ? y : x;
      const auto down = sideways ? x : y;
      page.grey.push_back(stored.at(flip_x ? stored.width - 1 - across : across,
                                    flip_y ? stored.height - 1 - down : down));
    }
  }
  return page;
}

namespace {

/// The brightness that most of the page has: paper.
int paper_of(const SmallPicture& page) {
  std::array<std::size_t, 256> counts{};
  for (const auto value : page.grey) ++counts.at(value);
  // Smoothed, because paper is a hump and not a peak.
  std::size_t best = 0;
  int paper = 255;
  for (std::size_t v = 2; v + 2 < counts.size(); ++v) {
    const auto around =
        counts.at(v - 2) + counts.at(v - 1) + counts.at(v) + counts.at(v + 1) + counts.at(v + 2);
    if (around > best) {
      best = around;
      paper = static_cast<int>(v);
    }
  }
  return paper;
}

struct Inner {
  std::size_t left, top, right, bottom;
};
Inner inner_of(const SmallPicture& page) {
  const auto x = page.width / 25, y = page.height / 25;
  return {x, y, page.width - x, page.height - y};
}

struct Mark {
  float x, y;
};
std::vector<Mark> marks_of(const SmallPicture& page, int contrast) {
  const int paper = paper_of(page);
  const auto inner = inner_of(page);
  std::vector<Mark> marks;
  for (auto y = inner.top; y < inner.bottom; ++y) {
    for (auto x = inner.left; x < inner.right; ++x) {
      if (std::abs(page.at(x, y) - paper) >= contrast)
        marks.push_back({static_cast<float>(x), static_cast<float>(y)});
    }
  }
  return marks;
}

/// How sharply marks gather in rows when the page is turned back by `slope`: lines of text stand
/// out when they are level (projection profile).
double sharpness(const std::vector<Mark>& marks, double slope, std::size_t height,
                 std::vector<std::uint32_t>& rows) {
  const auto margin = static_cast<float>(height) / 5;
  rows.assign(height + height * 2 / 5 + 2, 0);
  const auto s = static_cast<float>(slope);
  for (const auto& mark : marks) {
    const float row = mark.y - s * mark.x + margin;
    if (row >= 0 && row < static_cast<float>(rows.size())) ++rows[static_cast<std::size_t>(row)];
  }
  double sum = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const double step = static_cast<double>(rows[i]) - static_cast<double>(rows[i - 1]);
    sum += step * step;
  }
  return sum;
}

constexpr double kRadian = std::numbers::pi / 180;

}  // namespace

bool is_blank(const SmallPicture& page) {
  // A mark that people see differs by this from the paper around it, what shines through the
  // sheet by less.
  constexpr int kSeen = 40;
  // A page number alone is some 30 cells of a thousand by seven hundred.
  constexpr double kDust = 25e-6;
  const auto marks = marks_of(page, kSeen).size();
  return static_cast<double>(marks) <= kDust * static_cast<double>(page.grey.size());
}

namespace {

struct Lines {
  double degrees = 0;
  double clearness = 0;  ///< how much the best direction stands out among all
};

std::optional<Lines> lines_of(const SmallPicture& page) {
  constexpr int kInk = 50;
  constexpr std::size_t kFewest = 1'500, kMost = 60'000;
  constexpr double kWidest = 5, kCoarse = 0.5, kFine = 0.1;
  auto marks = marks_of(page, kInk);
  if (marks.size() < kFewest || page.height < 200) return std::nullopt;
  if (marks.size() > page.grey.size() / 3) return std::nullopt;  // a photograph
  if (marks.size() > kMost) {
    const auto every = marks.size() / kMost + 1;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < marks.size(); i += every) marks[kept++] = marks[i];
    marks.resize(kept);
  }
  std::vector<std::uint32_t> rows;
  double best = 0, degrees = 0, level = 0;
  std::vector<double> others;
  const auto look = [&](double at) {
    const auto found = sharpness(marks, std::tan(at * kRadian), page.height, rows);
    if (std::abs(at) < kFine / 2) level = found;
    others.push_back(found);
    if (found > best) {
      best = found;
      degrees = at;
    }
  };
  for (double at = -kWidest; at <= kWidest + kFine; at += kCoarse) look(at);
  const double around = degrees;
  std::nth_element(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(others.size() / 2),
                   others.end());
  const double usual = others[others.size() / 2];
  for (double at = around - kCoarse; at <= around + kCoarse; at += kFine) look(at);
  // No direction stands out: no lines of text.
  constexpr double kStandsOut = 1.3;
  if (best < kStandsOut * usual) return std::nullopt;
  return Lines{best < 1.05 * level ? 0 : degrees, best / std::max(usual, 1.0)};
}

}  // namespace

std::optional<double> skew_of(const SmallPicture& page) {
  const auto level = lines_of(page);
  // Tables and pages lying on their side have their lines upright; 5 turns the page over its
  // diagonal, which turns the sense of rotation too.
  const auto upright_lines = lines_of(upright(page, 5));
  if (upright_lines && (!level || upright_lines->clearness > level->clearness))
    return -upright_lines->degrees;
  if (!level) return std::nullopt;
  return level->degrees;
}

std::uint64_t fingerprint_of(const SmallPicture& page) {
  constexpr std::size_t kSide = 64, kWaves = 8, kFirst = 4;
  if (page.width == 0 || page.height == 0) return 0;
  std::array<std::array<double, kSide>, kSide> means{};
  for (std::size_t v = 0; v < kSide; ++v) {
    const auto top = v * page.height / kSide;
    const auto bottom = std::max(top + 1, (v + 1) * page.height / kSide);
    for (std::size_t u = 0; u < kSide; ++u) {
      const auto left = u * page.width / kSide;
      const auto right = std::max(left + 1, (u + 1) * page.width / kSide);
      double sum = 0;
      for (auto y = top; y < bottom; ++y) {
        for (auto x = left; x < right; ++x) sum += page.at(x, y);
      }
      means.at(v).at(u) = sum / static_cast<double>((bottom - top) * (right - left));
    }
  }
  const auto wave = [](std::size_t k, std::size_t n) {
    return std::cos(std::numbers::pi / kSide * (static_cast<double>(n) + 0.5) *
                    static_cast<double>(k));
  };
  std::array<std::array<double, kWaves>, kSide> across{};
  for (std::size_t v = 0; v < kSide; ++v) {
    for (std::size_t k = 0; k < kWaves; ++k) {
      for (std::size_t u = 0; u < kSide; ++u)
        across.at(v).at(k) += means.at(v).at(u) * wave(k + kFirst, u);
    }
  }
  std::uint64_t bits = 0;
  for (std::size_t j = 0; j < kWaves; ++j) {
    for (std::size_t k = 0; k < kWaves; ++k) {
      double strength = 0;
      for (std::size_t v = 0; v < kSide; ++v) strength += across.at(v).at(k) * wave(j + kFirst, v);
      bits = bits << 1U | (strength > 0 ? 1U : 0U);
    }
  }
  return bits;
}

int distance(std::uint64_t a, std::uint64_t b) noexcept {
  return std::popcount(a ^ b);
}

}  // namespace antin::service::capture
