#include "pdf/read/page_images.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "pdf/read/drawing.h"
#include "pdf/read/drawing_font.h"
#include "pdf/read/each_page.h"
#include "pdf/read/form.h"
#include "pdf/read/inherited.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

constexpr std::size_t kCells = 32;  // along each side of the page
constexpr double kNone = -1;
// A scan is a picture and a few operators. Forms that draw forms that draw forms must not cost more
// than a long page of text does; the picture itself is drawn elsewhere, under a deadline.
constexpr OperatorLimits kLimits{20'000, 200'000};

// Pixels per inch along the coarser side; 0 when nothing is known about the image.
double resolution_of(const DrawnImage& drawn, double user_unit) {
  auto width = key_of(drawn.image, "/Width");
  auto height = key_of(drawn.image, "/Height");
  if (!width.isInteger() || !height.isInteger()) return 0;
  const double inches_x = std::hypot(drawn.place.a, drawn.place.b) * user_unit / 72;
  const double inches_y = std::hypot(drawn.place.c, drawn.place.d) * user_unit / 72;
  if (inches_x <= 0 || inches_y <= 0) return 0;
  return std::min(static_cast<double>(width.getIntValue()) / inches_x,
                  static_cast<double>(height.getIntValue()) / inches_y);
}

class Grid {
 public:
  explicit Grid(const Rect& visible) : visible_(visible) { finest_.fill(kNone); }

  void add(const DrawnImage& drawn, double dpi) {
    const auto back = drawn.place.inverse();
    if (!back) return;
    for (std::size_t cell = 0; cell < finest_.size(); ++cell) {
      const auto column = cell % kCells;
      const auto row = cell / kCells;
      const Point centre{
          visible_.left + (static_cast<double>(column) + 0.5) / kCells * visible_.width(),
          visible_.bottom + (static_cast<double>(row) + 0.5) / kCells * visible_.height()};
      const auto inside = back->map(centre);
      const bool clipped = centre.x < drawn.clip.left || centre.x > drawn.clip.right ||
                           centre.y < drawn.clip.bottom || centre.y > drawn.clip.top;
      if (clipped || inside.x < 0 || inside.x > 1 || inside.y < 0 || inside.y > 1) continue;
      finest_[cell] = std::max(finest_[cell], dpi);
    }
  }

  PageImages result(double fine) const {
    PageImages images;
    std::vector<double> coarse;
    std::size_t covered = 0;
    for (const auto dpi : finest_) {
      if (dpi == kNone) continue;
      ++covered;
      if (dpi < fine) coarse.push_back(dpi);
    }
    const auto all = static_cast<double>(finest_.size());
    images.covered = static_cast<double>(covered) / all;
    images.coarse = static_cast<double>(coarse.size()) / all;
    if (!coarse.empty()) {
      const auto middle = coarse.begin() + static_cast<std::ptrdiff_t>(coarse.size() / 2);
      std::nth_element(coarse.begin(), middle, coarse.end());
      images.dpi = *middle;
    }
    return images;
  }

 private:
  Rect visible_;
  std::array<double, kCells * kCells> finest_{};
};

PageImages images_of(const PageLeaf& leaf, const PageGeometry& geometry, double fine,
                     const DrawingReading& how) {
  auto& budget = how.budget;
  auto drawing = drawing_of(leaf, how);
  Grid grid(geometry.visible);
  for (const auto& image : drawing.images) {
    if (!spend(budget.cells, kCells * kCells)) {
      drawing.complete = false;
      break;
    }
    grid.add(image, resolution_of(image, geometry.user_unit));
  }
  auto images = grid.result(fine);
  images.complete = drawing.complete;
  return images;
}

}  // namespace

Result<std::vector<PageImages>> page_images(const Document& document, double fine) {
  return of_each_page<PageImages>(
      document, "images of pages", kLimits,
      [&](const PageLeaf& page, const PageGeometry& geometry, KeptFonts& fonts,
          DrawingBudget& budget) {
        return images_of(page, geometry, fine, {DrawingPurpose::kCover, fonts, budget});
      });
}

}  // namespace antin::pdf
