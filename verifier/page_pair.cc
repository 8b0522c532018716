#include "verifier/page_pair.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace antin::verifier {
namespace {

namespace picture = pdf::picture;
using PageResult = Comparison::Page::Result;

constexpr unsigned kDpi = static_cast<unsigned>(picture::kDrawingDpi);
/// A page of which so much is made of images that are too coarse is not compared.
constexpr double kCoarseFrom = 0.3;
constexpr unsigned kNamedLeastDpi = 150;
constexpr std::uint32_t kTile = 16;
constexpr int kInk = 160;
constexpr std::size_t kThumbWidth = 48, kThumbHeight = 64;

Finding finding(Code code, Params params) {
  return {.code = code, .severity = Severity::kWarning, .params = std::move(params), .detail = {}};
}

Finding about_page(Code code, const DrawnSide& side, std::size_t page) {
  return finding(code, {{"page", std::to_string(page + 1)}, {"file", side.name}});
}

int brightness(const std::uint8_t* pixel) {
  return (pixel[0] * 77 + pixel[1] * 151 + pixel[2] * 28) >> 8;
}

Thumbnail thumbnail_of(const picture::Raster& raster) {
  Thumbnail thumbnail{};
  std::vector<std::uint64_t> sums(thumbnail.size()), counts(thumbnail.size());
  for (std::uint32_t y = 0; y < raster.height; ++y) {
    const auto row = std::size_t{y} * kThumbHeight / raster.height * kThumbWidth;
    const auto* pixel = raster.rgb.data() + std::size_t{y} * raster.width * 3;
    for (std::uint32_t x = 0; x < raster.width; ++x, pixel += 3) {
      const auto cell = row + std::size_t{x} * kThumbWidth / raster.width;
      sums[cell] += static_cast<std::uint64_t>(brightness(pixel));
      ++counts[cell];
    }
  }
  for (std::size_t i = 0; i < thumbnail.size(); ++i)
    thumbnail[i] = static_cast<std::uint8_t>(counts[i] == 0 ? 255U : sums[i] / counts[i]);
  return thumbnail;
}

// Tiles of the page with ink in them, and those of them that no difference touches.
double kept_share(const picture::Raster& raster, const std::vector<picture::Difference>& boxes) {
  std::size_t inked = 0, kept = 0;
  for (std::uint32_t top = 0; top < raster.height; top += kTile) {
    for (std::uint32_t left = 0; left < raster.width; left += kTile) {
      bool ink = false;
      for (auto y = top; y < std::min(top + kTile, raster.height) && !ink; ++y) {
        for (auto x = left; x < std::min(left + kTile, raster.width) && !ink; ++x)
          ink = brightness(&raster.rgb[(std::size_t{y} * raster.width + x) * 3]) < kInk;
      }
      if (!ink) continue;
      ++inked;
      const bool touched = std::any_of(boxes.begin(), boxes.end(), [&](const auto& box) {
        return left < box.pixels.x + box.pixels.width && box.pixels.x < left + kTile &&
               top < box.pixels.y + box.pixels.height && box.pixels.y < top + kTile;
      });
      if (!touched) ++kept;
    }
  }
  return inked == 0 ? 0 : static_cast<double>(kept) / static_cast<double>(inked);
}

class PairComparer {
 public:
  PairComparer(DrawnSide& copy, DrawnSide& original, PagePair& out)
      : copy_(copy), original_(original), out_(out) {}

  void run(KeepPicture keep) {
    if (too_coarse(copy_, out_.copy) || too_coarse(original_, out_.original)) return;
    if (!fits(copy_, out_.copy) || !fits(original_, out_.original)) return;
    if (!compare_as(PageSource::As::kSeen, keep)) return;
    const bool print =
        copy_.prints_otherwise[out_.copy] || original_.prints_otherwise[out_.original];
    if (out_.result == PageResult::kSame && print && compare_as(PageSource::As::kPrinted, keep) &&
        out_.result == PageResult::kDifferent)
      out_.reasons.push_back(
          finding(Code::kComparePrintDiffers, {{"page", std::to_string(out_.copy + 1)}}));
  }

 private:
  bool too_coarse(const DrawnSide& side, std::size_t page) {
    const auto& images = side.images[page];
    if (images.coarse < kCoarseFrom) return false;
    auto coarse = about_page(Code::kCompareScanTooCoarse, side, page);
    coarse.params.emplace_back("dpi", std::to_string(std::lround(images.dpi)));
    coarse.params.emplace_back("least", std::to_string(kNamedLeastDpi));
    out_.reasons.push_back(std::move(coarse));
    return true;
  }

  // Before anything is drawn: a page of a square kilometre costs nothing to write down.
  bool fits(const DrawnSide& side, std::size_t page) {
    const auto& visible = side.pages[page].visible;
    const double pixels = visible.width() * visible.height() / (72.0 * 72.0) * kDpi * kDpi;
    const double longest = std::max(visible.width(), visible.height()) / 72.0 * kDpi;
    const picture::RasterLimits limits;
    if (pixels < static_cast<double>(limits.max_pixels) && longest < limits.max_side) return true;
    auto too_large = about_page(Code::kCompareDrawingLimit, side, page);
    too_large.params.emplace_back("limit", std::to_string(limits.max_pixels) + " pixel");
    out_.reasons.push_back(std::move(too_large));
    return false;
  }

  std::optional<picture::Raster> drawn(DrawnSide& side, std::size_t page, PageSource::As as,
                                       bool& complete) {
    const auto octets = side.source->draw(page, kDpi, as);
    if (!octets) {
      const auto code = octets.error().code;
      const bool known = code == Code::kCompareDrawingTimeout || code == Code::kCompareNoRenderer;
      auto why = about_page(known ? code : Code::kCompareDrawingFailed, side, page);
      if (code == Code::kResourceLimit) why.code = Code::kCompareDrawingTimeout;
      out_.reasons.push_back(std::move(why));
      return std::nullopt;
    }
    complete = complete && octets.value().complete;
    auto raster = picture::read_pnm(octets.value().octets.view(), kDpi);
    if (raster) return std::move(raster).value();
    out_.reasons.push_back(about_page(Code::kCompareDrawingFailed, side, page));
    return std::nullopt;
  }

  // False: it could not be compared, and `result` says so.
  bool compare_as(PageSource::As as, KeepPicture keep) {
    out_.result = PageResult::kNotComparable;
    bool copy_complete = true, original_complete = true;
    const auto a = drawn(copy_, out_.copy, as, copy_complete);
    if (!a) return false;
    const auto b = drawn(original_, out_.original, as, original_complete);
    if (!b) return false;
    out_.dpi = kDpi;
    if (!out_.copy_thumbnail) {
      out_.copy_thumbnail = thumbnail_of(*a);
      out_.original_thumbnail = thumbnail_of(*b);
    }
    const auto seen = picture::compare_pages(*a, *b);
    if (seen.result == picture::PageResult::kNotComparable) {
      out_.reasons.push_back(
          finding(Code::kCompareUnsettled, {{"page", std::to_string(out_.copy + 1)}}));
      return false;
    }
    if (seen.result == picture::PageResult::kSame) {
      // Two pages with the same hole in them are not known to be the same.
      if (!copy_complete || !original_complete) {
        const auto& side = copy_complete ? original_ : copy_;
        out_.reasons.push_back(about_page(Code::kCompareDrawingFailed, side,
                                          copy_complete ? out_.original : out_.copy));
        return false;
      }
      out_.result = PageResult::kSame;
      out_.kept = 1;
      return true;
    }
    out_.result = PageResult::kDifferent;
    for (const auto& box : seen.boxes)
      out_.boxes.push_back({box.points.x, box.points.y, box.points.width, box.points.height});
    out_.kept = std::min(kept_share(*a, seen.boxes), kept_share(*b, seen.boxes));
    if (keep != KeepPicture::kNo) keep_picture(*a, *b, seen.boxes, keep);
    return true;
  }

  void keep_picture(const picture::Raster& a, const picture::Raster& b,
                    const std::vector<picture::Difference>& boxes, KeepPicture keep) {
    const auto shown = keep == KeepPicture::kOfCopy ? picture::marked(a, boxes)
                                                    : picture::side_by_side(a, b, boxes);
    if (!shown) return;
    if (auto png = picture::write_png(shown.value())) out_.picture = std::move(png).value();
  }

  DrawnSide& copy_;
  DrawnSide& original_;
  PagePair& out_;
};

}  // namespace

PagePair compare_pair(DrawnSide& copy, DrawnSide& original, std::size_t copy_page,
                      std::size_t original_page, KeepPicture keep) {
  PagePair pair;
  pair.copy = copy_page;
  pair.original = original_page;
  PairComparer{copy, original, pair}.run(keep);
  return pair;
}

double distance(const Thumbnail& a, const Thumbnail& b) noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += static_cast<std::uint64_t>(std::abs(int{a[i]} - int{b[i]}));
  return static_cast<double>(sum) / static_cast<double>(a.size());
}

}  // namespace antin::verifier
