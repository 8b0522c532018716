#include "pdf/picture/compare_pages.h"

#include <algorithm>
#include <cmath>

#include "pdf/picture/limits.h"
#include "pdf/picture/plane.h"
#include "pdf/picture/regions.h"
#include "pdf/picture/registration.h"
#include "pdf/picture/residual.h"

namespace antin::pdf::picture {
namespace {

constexpr double kPointsPerInch = 72;
constexpr double kMillimetresPerInch = 25.4;

/// Cells are about 1.35 mm wide: a letter of 8 points, or a block of JPEG's at 150 dpi.
constexpr double kCellsPerInch = 18.75;

/// Lightness at the finest scale: letters, marks, lines.
constexpr NoiseRule kFineRule{
    .share = 0.80F, .times = 2.6F, .least_blank = 6, .least_written = 22, .most = 56};
/// Mean colour over some millimetres: stamps, tints, colours.
constexpr NoiseRule kBroadRule{
    .share = 0.80F, .times = 4.0F, .least_blank = 3, .least_written = 8, .most = 24};

bool sound(const Raster& raster) {
  const std::uint64_t octets = std::uint64_t{raster.width} * raster.height * 3;
  return octets != 0 && octets == raster.rgb.size() && std::isfinite(raster.dpi) && raster.dpi > 0;
}

PageComparison not_comparable(Reason reason) {
  PageComparison answer;
  answer.reason = reason;
  return answer;
}

/// More of it than rounding makes in an inch-wide conversion of greys.
bool colourless(const Raster& raster) {
  constexpr int kGrey = 3;
  for (std::size_t i = 0; i < raster.rgb.size(); i += 3) {
    const int red = raster.rgb[i];
    const int green = raster.rgb[i + 1];
    const int blue = raster.rgb[i + 2];
    if (std::abs(red - green) > kGrey || std::abs(green - blue) > kGrey) return false;
  }
  return true;
}

Difference difference(const PixelBox& box, const Raster& copy) {
  const double scale = kPointsPerInch / copy.dpi;
  return {box,
          {box.x * scale, (copy.height - static_cast<double>(box.y) - box.height) * scale,
           box.width * scale, box.height * scale}};
}

/// The part both have, as seen by each step.
struct Work {
  std::uint32_t width, height, side;
  Cells<std::uint8_t> activity;  ///< of the quieter page
};

/// Differences of mean colour, each averaged with its neighbours; of lightness alone when the copy
/// is grey.
Cells<float> broad_differences(const Raster& copy, const Raster& original, const Work& work,
                               bool lightness_only) {
  const auto one = mean_colours(copy, work.width, work.height, work.side);
  const auto other = mean_colours(original, work.width, work.height, work.side);
  Cells<MeanColour> raw{one.columns, one.rows};
  for (std::size_t i = 0; i < raw.values.size(); ++i) {
    const auto& a = one.values[i];
    const auto& b = other.values[i];
    raw.values[i] = {a.red - b.red, a.green - b.green, a.blue - b.blue};
  }
  Cells<float> result{one.columns, one.rows};
  for (std::uint32_t y = 0; y < raw.rows; ++y) {
    for (std::uint32_t x = 0; x < raw.columns; ++x) {
      MeanColour sum;
      float weights = 0;
      for (std::uint32_t v = y == 0 ? 0 : y - 1; v <= std::min(y + 1, raw.rows - 1); ++v) {
        for (std::uint32_t u = x == 0 ? 0 : x - 1; u <= std::min(x + 1, raw.columns - 1); ++u) {
          const float weight = (u == x ? 2.0F : 1.0F) * (v == y ? 2.0F : 1.0F);
          const auto& d = raw.at(u, v);
          sum.red += weight * d.red;
          sum.green += weight * d.green;
          sum.blue += weight * d.blue;
          weights += weight;
        }
      }
      const float most =
          lightness_only ? std::abs(sum.light())
                         : std::max({std::abs(sum.red), std::abs(sum.green), std::abs(sum.blue)});
      result.at(x, y) = most / weights;
    }
  }
  return result;
}

Cells<float> fine_differences(const Plane& copy, const Plane& original, const Shift& shift,
                              std::uint32_t side) {
  const auto rest = residual(copy, original, shift, side);
  Cells<float> result{rest.columns, rest.rows};
  std::copy(rest.values.begin(), rest.values.end(), result.values.begin());
  return result;
}

/// Marks the cells beyond their limit and keeps the strongest share of it.
void mark(const Cells<float>& differences, const NoiseLimits& limits, const Work& work,
          Cells<std::uint8_t>& marked, double& strongest) {
  for (std::size_t i = 0; i < differences.values.size(); ++i) {
    const double share =
        static_cast<double>(differences.values[i]) / limits(work.activity.values[i]);
    strongest = std::max(strongest, share);
    if (share > 1) marked.values[i] = 1;
  }
}

void look(const Raster& copy, const Raster& original, const CompareSettings& settings,
          PageComparison& answer) {
  Work work{std::min(copy.width, original.width),
            std::min(copy.height, original.height),
            static_cast<std::uint32_t>(std::lround(copy.dpi / kCellsPerInch)),
            {}};
  const Plane one = lightness(copy, work.width, work.height);
  const Plane other = lightness(original, work.width, work.height);
  const auto copy_activity = activity(one, work.side);
  const auto original_activity = activity(other, work.side);
  work.activity = copy_activity;
  for (std::size_t i = 0; i < work.activity.values.size(); ++i) {
    work.activity.values[i] = std::min(work.activity.values[i], original_activity.values[i]);
  }
  // A quarter of a millimetre: what rounding a page's size does to its far corner.
  const double limit = copy.dpi * 0.25 / kMillimetresPerInch;
  const Shift shift = find_shift(one, other, copy_activity, original_activity, work.side, limit);
  answer.shift = shift.longest(work.width, work.height);
  const bool grey_copy = colourless(copy) && !colourless(original);

  const auto fine = fine_differences(one, other, shift, work.side);
  const auto broad = broad_differences(copy, original, work, grey_copy);
  const auto fine_limits = learn_limits(fine, work.activity, kFineRule);
  const auto broad_limits = learn_limits(broad, work.activity, kBroadRule);
  Cells<std::uint8_t> marked{fine.columns, fine.rows};
  mark(fine, fine_limits, work, marked, answer.strongest);
  mark(broad, broad_limits, work, marked, answer.strongest);
  answer.noise = static_cast<double>(fine_limits.noise);
  const auto boxes = boxes_around(marked, work.side, work.width, work.height, settings.max_boxes);
  answer.boxes.reserve(boxes.size());
  for (const auto& box : boxes) answer.boxes.push_back(difference(box, copy));
  answer.result = boxes.empty() ? PageResult::kSame : PageResult::kDifferent;
  answer.colour_lost = grey_copy && boxes.empty();
}

}  // namespace

PageComparison compare_pages(const Raster& copy, const Raster& original,
                             const CompareSettings& settings) {
  if (!sound(copy) || !sound(original)) return not_comparable(Reason::kNoPicture);
  if (copy.dpi != original.dpi || copy.dpi < kLowestScanDpi) {
    return not_comparable(Reason::kResolution);
  }
  PageComparison answer;
  if (copy.width == original.width && copy.height == original.height && copy.rgb == original.rgb) {
    answer.result = PageResult::kSame;
    answer.identical = true;
    return answer;
  }
  const double millimetre = copy.dpi / kMillimetresPerInch;
  const auto apart = [](std::uint32_t a, std::uint32_t b) { return a > b ? a - b : b - a; };
  if (apart(copy.width, original.width) > millimetre ||
      apart(copy.height, original.height) > millimetre) {
    answer.result = PageResult::kDifferent;
    answer.sizes_differ = true;
    answer.strongest = 2;
    answer.boxes.push_back(difference({0, 0, copy.width, copy.height}, copy));
    return answer;
  }
  look(copy, original, settings, answer);
  return answer;
}

}  // namespace antin::pdf::picture
