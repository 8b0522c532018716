#include "pdf/read/page_scan.h"

#include <algorithm>
#include <cmath>

#include "pdf/read/drawing.h"
#include "pdf/read/drawing_font.h"
#include "pdf/read/each_page.h"
#include "pdf/read/form.h"
#include "pdf/read/inherited.h"
#include "pdf/read/page_drawing.h"
#include "pdf/read/picture_space.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

// A scan with recognised text has some thousand operators a page.
constexpr OperatorLimits kLimits{100'000, 2'000'000};
constexpr std::size_t kPicturesPerPage = 2'000;
constexpr double kSmallestShare = 1.0 / 500;
constexpr double kMostPixels = 1e6;  // a side

/// From default user space to millimetres from the left and the lower edge, as the reader sees it.
Affine to_view(const PageGeometry& page) {
  const double mm = page.user_unit / kPointsPerMillimetre;
  const auto& box = page.visible;
  const Affine origin{1, 0, 0, 1, -box.left, -box.bottom};
  Affine turn;
  switch (page.rotate) {
    case 90:
      turn = {0, -1, 1, 0, 0, box.width()};
      break;
    case 180:
      turn = {-1, 0, 0, -1, box.width(), box.height()};
      break;
    case 270:
      turn = {0, 1, -1, 0, box.height(), 0};
      break;
    default:
      break;
  }
  return origin.then(turn).then({mm, 0, 0, mm, 0, 0});
}

/// The eight ways a picture can lie; what is between two of them counts as the nearer.
std::uint8_t orientation_of(const Affine& place) {
  if (std::abs(place.a) >= std::abs(place.b)) {
    if (place.a >= 0) return place.d >= 0 ? 1 : 4;
    return place.d >= 0 ? 2 : 3;
  }
  if (place.b < 0) return place.c >= 0 ? 6 : 5;
  return place.c >= 0 ? 7 : 8;
}

std::uint32_t side_of(const Object& image, const char* key) {
  auto value = key_of(image, key);
  if (!value.isInteger()) return 0;
  const auto n = static_cast<double>(value.getIntValue());
  return n >= 1 && n <= kMostPixels ? static_cast<std::uint32_t>(n) : 0;
}

DrawnPicture picture_of(const DrawnImage& drawn, const Affine& view) {
  DrawnPicture picture;
  const auto place = drawn.place.then(view);
  const auto box = intersection(place.map(Rect{0, 0, 1, 1}), view.map(drawn.clip));
  picture.place = box;
  picture.orientation = orientation_of(place);
  auto image = drawn.image;
  if (!image.isInitialized() || !image.isStream()) return picture;
  picture.id = id_of(image);
  picture.columns = side_of(image, "/Width");
  picture.rows = side_of(image, "/Height");
  auto stencil = key_of(image, "/ImageMask");
  picture.stencil = stencil.isBool() && stencil.getBoolValue();
  picture.colour = picture.stencil ? ScanColour::kBilevel : colour_of(image);
  const double across = std::hypot(place.a, place.b) / 25.4;
  const double down = std::hypot(place.c, place.d) / 25.4;
  if (across > 0) picture.dpi_x = picture.columns / across;
  if (down > 0) picture.dpi_y = picture.rows / down;
  return picture;
}

bool has_marks_over(const PageLeaf& leaf) {
  auto all = key_of(leaf.dictionary, "/Annots");
  for (int i = 0; all.isArray() && i < all.getArrayNItems(); ++i) {
    const auto one = all.getArrayItem(i);
    // A link shows nothing of its own unless it says so; recognised text brings them.
    if (name_of(key_of(one, "/Subtype")) == "Link") continue;
    if (is_shown(one)) return true;
  }
  return false;
}

PageScan scan_of(const PageLeaf& leaf, const PageGeometry& page, const DrawingReading& how) {
  PageScan scan;
  const auto view = to_view(page);
  const auto whole = view.map(page.visible);
  scan.width_mm = whole.width();
  scan.height_mm = whole.height();
  scan.marks_over = has_marks_over(leaf);
  // What hangs over the edges of the page counts too: its scale is not 100 %.
  const auto drawing = drawing_of(leaf, how);
  scan.complete = drawing.complete;
  scan.shows_more = !drawing.glyphs.empty() || !drawing.shapes.empty();
  const double least = whole.width() * whole.height() * kSmallestShare;
  for (const auto& drawn : drawing.images) {
    if (scan.pictures.size() == kPicturesPerPage) {
      scan.complete = false;
      break;
    }
    auto picture = picture_of(drawn, view);
    const auto shown = intersection(picture.place, whole);
    if (shown.width() <= 0 || shown.height() <= 0) continue;
    if (shown.width() * shown.height() < least) continue;
    scan.pictures.push_back(picture);
  }
  return scan;
}

}  // namespace

Result<std::vector<PageScan>> page_scans(const Document& document) {
  return of_each_page<PageScan>(
      document, "scanned pages", kLimits,
      [&](const PageLeaf& page, const PageGeometry& geometry, KeptFonts& fonts,
          DrawingBudget& budget) {
        return scan_of(page, geometry, {DrawingPurpose::kContent, fonts, budget});
      });
}

}  // namespace antin::pdf
