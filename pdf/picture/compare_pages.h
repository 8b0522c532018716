#pragma once

#include <string_view>
#include <vector>

#include "pdf/picture/raster.h"

namespace antin::pdf::picture {

/// Draw both pages at this resolution, with the same program and the same options. Pages are
/// compared at half of it and, where they differ, once more at all of it: renderers put text and
/// rules on whole pixels, which at 150 dpi can be mistaken for a change. 150 is accepted too, and
/// calls some files different that another program saved.
constexpr double kDrawingDpi = 300;
/// A page whose covering image has fewer pixels per inch is not comparable: at 150 dpi the stroke
/// that makes ả out of ã has two pixels left. A little below 150, because scanners round.
constexpr double kLowestScanDpi = 147;

enum class PageResult {
  kSame,           ///< no difference found beyond what drawing and recompression explain
  kDifferent,      ///< see boxes
  kNotComparable,  ///< see reason
};

enum class Reason {
  kNone,
  kNoPicture,   ///< a raster is empty or contradicts itself
  kResolution,  ///< drawn at different resolutions, or below kLowestScanDpi
  kNoise,       ///< so damaged by recompression that what differs may be a mark or damage
};

/// Pixels of the copy, from its upper left corner.
struct PixelBox {
  std::uint32_t x = 0, y = 0, width = 0, height = 0;
  friend bool operator==(const PixelBox&, const PixelBox&) = default;
};

/// Points (1/72 inch) on the page as shown, from its lower left corner; (x, y) is the box's lower
/// left corner. Equals default user space when the page is not turned and its crop box begins at 0.
struct PointBox {
  double x = 0, y = 0, width = 0, height = 0;
};

struct Difference {
  PixelBox pixels;
  PointBox points;
};

struct PageComparison {
  PageResult result = PageResult::kNotComparable;
  Reason reason = Reason::kNone;
  std::vector<Difference> boxes;  ///< kDifferent: at least one, largest first
  bool identical = false;         ///< every pixel the same
  bool sizes_differ = false;      ///< by more than half a millimetre: one box, the whole page
  /// The original has colour, the copy none, and is otherwise the same: a grey copy.
  bool colour_lost = false;
  double shift = 0;      ///< pixels that the copy had to be moved at most
  double noise = 0;      ///< grey levels of drawing noise the page has where it is written on
  double strongest = 0;  ///< strongest difference as a share of the limit; above 1: different
};

struct CompareSettings {
  std::size_t max_boxes = 64;  ///< more are merged with their nearest
};

/// Is what `copy` shows what `original` shows? Lightness is compared stroke by stroke and colour by
/// means over a few millimetres; both limits follow the noise that the page itself has, because
/// noise is everywhere and a change is not. Time is linear in the pixels, memory some four octets
/// per pixel beside the rasters.
PageComparison compare_pages(const Raster& copy, const Raster& original,
                             const CompareSettings& settings = {});

/// Copy on the left, original on the right, each difference tinted and framed on both; at 150 dpi
/// when they were drawn at 300.
Result<Raster> side_by_side(const Raster& copy, const Raster& original,
                            const std::vector<Difference>& boxes);

/// The copy alone, marked likewise: nothing of the original is in it but where it differs.
Result<Raster> marked(const Raster& copy, const std::vector<Difference>& boxes);

}  // namespace antin::pdf::picture
