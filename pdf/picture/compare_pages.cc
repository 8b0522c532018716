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

/// Pages drawn at twice this or more are reduced to it.
constexpr double kComparingDpi = 150;
constexpr double kPointsPerInch = 72;
constexpr double kMillimetresPerInch = 25.4;

/// Cells are about 1.35 mm wide: a letter of 8 points, or a block of JPEG's at 150 dpi.
constexpr double kCellsPerInch = 18.75;

/// Lightness at the finest scale: letters, marks, lines.
constexpr NoiseRule kFineRule{
    .share = 0.80F, .times = 2.6F, .least_blank = 6, .least_written = 32, .most = 56};
/// Mean colour over some millimetres: stamps, tints, colours.
constexpr NoiseRule kBroadRule{
    .share = 0.80F, .times = 4.0F, .least_blank = 3, .least_written = 20, .most = 32};

/// As a share of the limit: no noise reaches so far.
constexpr double kBeyondDoubt = 1.6;

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

PixelBox enlarged(const PixelBox& box, std::uint32_t factor) {
  return {box.x * factor, box.y * factor, box.width * factor, box.height * factor};
}

/// The part both have, as seen by each step.
struct Work {
  std::uint32_t width = 0, height = 0, side = 0;
  Cells<std::uint8_t> activity;  ///< of the quieter page
  /// The same with each cell's neighbours, which mean colours are averaged with.
  Cells<std::uint8_t> wide_activity;
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
  each_with_neighbours(raw, [&](std::uint32_t x, std::uint32_t y, const auto& around) {
    MeanColour sum;
    float weights = 0;
    around([&](std::uint32_t u, std::uint32_t v) {
      const float weight = (u == x ? 2.0F : 1.0F) * (v == y ? 2.0F : 1.0F);
      const auto& d = raw.at(u, v);
      sum.red += weight * d.red;
      sum.green += weight * d.green;
      sum.blue += weight * d.blue;
      weights += weight;
    });
    const float most = lightness_only
                           ? std::abs(sum.light())
                           : std::max({std::abs(sum.red), std::abs(sum.green), std::abs(sum.blue)});
    result.at(x, y) = most / weights;
  });
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
void mark(const Cells<float>& differences, const NoiseLimits& limits,
          const Cells<std::uint8_t>& activity_of, Cells<std::uint8_t>& marked, double& strongest) {
  for (std::size_t i = 0; i < differences.values.size(); ++i) {
    const double share = static_cast<double>(differences.values[i]) / limits(activity_of.values[i]);
    strongest = std::max(strongest, share);
    if (share > 1) marked.values[i] = 1;
  }
}

/// `copy` and `original` at kComparingDpi or somewhat more; `fine_*` as they were drawn, `factor`
/// times as fine.
struct Drawings {
  const Raster& copy;
  const Raster& original;
  const Raster& fine_copy;
  const Raster& fine_original;
  std::uint32_t factor;
};

/// Lightness, cell by cell, at two scales: a difference that the finer one explains is none.
class FineLook {
 public:
  FineLook(const Drawings& drawn, const Work& work, const Shift& shift, Cells<float> differences)
      : drawn_(drawn), work_(work), shift_(shift), differences_(std::move(differences)) {}

  NoiseLimits learn() {
    if (drawn_.factor == 1) return learn_limits(differences_, work_.activity, kFineRule);
    // Noise is what a close-up leaves over. Some thousand cells tell how much that is.
    constexpr std::size_t kSample = 800;
    std::size_t worth = 0;
    for (const float value : differences_.values) {
      if (value > kFineRule.least_written) ++worth;
    }
    const std::size_t every = std::max<std::size_t>(1, worth / kSample);
    Cells<std::uint8_t> sample = none();
    for (std::size_t i = 0; i < sample.values.size(); i += every) sample.values[i] = 1;
    look_closer(
        [&](std::size_t i) {
          return sample.values[i] != 0 && differences_.values[i] > kFineRule.least_written;
        },
        Fading::kNone);
    return learn_limits(differences_, work_.activity, kFineRule, every);
  }

  /// Noise above this is no renderer's: the page was resampled or compressed hard.
  static constexpr float kResampled = 10;

  const Cells<float>& judge(const NoiseLimits& limits) {
    if (drawn_.factor > 1) {
      look_closer(
          [&](std::size_t i) { return differences_.values[i] > limits(work_.activity.values[i]); },
          limits.noise >= kResampled ? Fading::kAllowed : Fading::kNone);
    }
    return differences_;
  }

 private:
  Cells<std::uint8_t> none() const { return {differences_.columns, differences_.rows}; }

  template <class Wanted>
  void look_closer(Wanted is_wanted, Fading fading) {
    Cells<std::uint8_t> wanted = none();
    std::size_t count = 0;
    for (std::size_t i = 0; i < wanted.values.size(); ++i) {
      wanted.values[i] = is_wanted(i) ? 1 : 0;
      count += wanted.values[i];
    }
    // So much is no trick of a renderer, and would cost time.
    constexpr std::size_t kNotThatMany = 2000;
    if (count == 0 || count > kNotThatMany) return;
    if (copy_.values.empty()) {
      copy_ =
          lightness(drawn_.fine_copy, work_.width * drawn_.factor, work_.height * drawn_.factor);
      original_ = lightness(drawn_.fine_original, work_.width * drawn_.factor,
                            work_.height * drawn_.factor);
    }
    const auto closer = residual_close_up(copy_, original_, shift_.scaled(drawn_.factor),
                                          work_.side * drawn_.factor, wanted, fading);
    for (std::size_t i = 0; i < wanted.values.size(); ++i) {
      if (wanted.values[i] == 0) continue;
      differences_.values[i] =
          std::min(differences_.values[i], static_cast<float>(closer.values[i]));
    }
  }

  const Drawings& drawn_;
  const Work& work_;
  Shift shift_;
  Cells<float> differences_;
  Plane copy_, original_;
};

void look(const Drawings& drawn, const CompareSettings& settings, PageComparison& answer) {
  const Raster& copy = drawn.copy;
  const Raster& original = drawn.original;
  Work work;
  work.width = std::min(copy.width, original.width);
  work.height = std::min(copy.height, original.height);
  work.side = static_cast<std::uint32_t>(std::lround(copy.dpi / kCellsPerInch));
  const Plane one = lightness(copy, work.width, work.height);
  const Plane other = lightness(original, work.width, work.height);
  const auto copy_activity = activity(one, work.side);
  const auto original_activity = activity(other, work.side);
  work.activity = lesser(copy_activity, original_activity);
  work.wide_activity = lesser(spread(copy_activity), spread(original_activity));
  // A quarter of a millimetre: what rounding a page's size does to its far corner.
  const double limit = copy.dpi * 0.25 / kMillimetresPerInch;
  const Shift shift = find_shift(one, other, copy_activity, original_activity, work.side, limit);
  answer.shift = shift.longest(work.width, work.height) * drawn.factor;
  const bool grey_copy = colourless(copy) && !colourless(original);

  FineLook fine{drawn, work, shift, fine_differences(one, other, shift, work.side)};
  const auto fine_limits = fine.learn();
  const auto broad = broad_differences(copy, original, work, grey_copy);
  const auto broad_limits = learn_limits(broad, work.wide_activity, kBroadRule);
  Cells<std::uint8_t> marked{broad.columns, broad.rows};
  mark(fine.judge(fine_limits), fine_limits, work.activity, marked, answer.strongest);
  mark(broad, broad_limits, work.wide_activity, marked, answer.strongest);
  answer.noise = static_cast<double>(fine_limits.noise);
  const auto boxes = boxes_around(marked, work.side, work.width, work.height, settings.max_boxes);
  answer.boxes.reserve(boxes.size());
  for (const auto& box : boxes) {
    answer.boxes.push_back(difference(enlarged(box, drawn.factor), drawn.fine_copy));
  }
  answer.result = boxes.empty() ? PageResult::kSame : PageResult::kDifferent;
  // Noise that would ask for a higher limit than a small mark reaches, and a difference that such
  // noise makes: who knows.
  if (!boxes.empty() && fine_limits.noise * kFineRule.times > kFineRule.most &&
      answer.strongest < kBeyondDoubt) {
    answer.boxes.clear();
    answer.result = PageResult::kNotComparable;
    answer.reason = Reason::kNoise;
  }
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
  // Rounding a page's size to pixels or whole points; what one page has more than the other is
  // not looked at.
  const double rounding = 0.5 * copy.dpi / kMillimetresPerInch;
  const auto apart = [](std::uint32_t a, std::uint32_t b) { return a > b ? a - b : b - a; };
  if (apart(copy.width, original.width) > rounding ||
      apart(copy.height, original.height) > rounding) {
    answer.result = PageResult::kDifferent;
    answer.sizes_differ = true;
    answer.strongest = 2;
    answer.boxes.push_back(difference({0, 0, copy.width, copy.height}, copy));
    return answer;
  }
  // Finer drawings are averaged down: strokes then lie where they belong and not on the renderer's
  // pixels, and nothing that a reader could see is lost (kComparingDpi).
  constexpr std::uint32_t kSmallest = 64;
  const auto factor = static_cast<std::uint32_t>(copy.dpi / kComparingDpi);
  if (factor > 1 &&
      std::min({copy.width, copy.height, original.width, original.height}) >= kSmallest * factor) {
    const Raster small_copy = reduced(copy, factor);
    const Raster small_original = reduced(original, factor);
    look({small_copy, small_original, copy, original, factor}, settings, answer);
  } else {
    look({copy, original, copy, original, 1}, settings, answer);
  }
  return answer;
}

}  // namespace antin::pdf::picture
