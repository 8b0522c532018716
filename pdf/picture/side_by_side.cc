#include <algorithm>

#include "pdf/picture/compare_pages.h"
#include "pdf/picture/plane.h"

namespace antin::pdf::picture {
namespace {

struct Colour {
  std::uint8_t red, green, blue;
};
/// Between the two pages.
constexpr Colour kGap{120, 120, 120};
/// Frames: magenta is the colour of no seal and no signature.
constexpr Colour kFrame{214, 0, 147};

struct Area {
  std::int64_t left, top, right, bottom;  ///< the latter two outside
};

class Canvas {
 public:
  Canvas(std::uint32_t width, std::uint32_t height, double dpi)
      : raster_{width, height, dpi, Bytes(std::size_t{width} * height * 3)} {}

  void fill(const Area& area, Colour colour) {
    each(area, [&](std::uint8_t* pixel) {
      pixel[0] = colour.red;
      pixel[1] = colour.green;
      pixel[2] = colour.blue;
    });
  }
  /// Paper turns yellow, ink stays what it is.
  void tint(const Area& area) {
    each(area, [](std::uint8_t* pixel) {
      pixel[1] = static_cast<std::uint8_t>(pixel[1] * 15U / 16U);
      pixel[2] = static_cast<std::uint8_t>(pixel[2] * 9U / 16U);
    });
  }
  void frame(const Area& area, std::int64_t thick) {
    fill({area.left, area.top, area.right, area.top + thick}, kFrame);
    fill({area.left, area.bottom - thick, area.right, area.bottom}, kFrame);
    fill({area.left, area.top, area.left + thick, area.bottom}, kFrame);
    fill({area.right - thick, area.top, area.right, area.bottom}, kFrame);
  }
  void place(const Raster& page, std::uint32_t left) {
    for (std::uint32_t y = 0; y < page.height; ++y) {
      const auto* from = page.rgb.data() + std::size_t{y} * page.width * 3;
      std::copy(from, from + std::size_t{page.width} * 3, at(left, y));
    }
  }
  Raster take() && { return std::move(raster_); }

 private:
  std::uint8_t* at(std::uint32_t x, std::uint32_t y) {
    return raster_.rgb.data() + (std::size_t{y} * raster_.width + x) * 3;
  }
  template <class Change>
  void each(const Area& area, Change change) {
    const auto left = std::clamp<std::int64_t>(area.left, 0, raster_.width);
    const auto right = std::clamp<std::int64_t>(area.right, left, raster_.width);
    const auto top = std::clamp<std::int64_t>(area.top, 0, raster_.height);
    const auto bottom = std::clamp<std::int64_t>(area.bottom, top, raster_.height);
    for (auto y = top; y < bottom; ++y) {
      for (auto x = left; x < right; ++x) {
        change(at(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y)));
      }
    }
  }

  Raster raster_;
};

bool sound(const Raster& raster) {
  const std::uint64_t octets = std::uint64_t{raster.width} * raster.height * 3;
  return octets != 0 && octets == raster.rgb.size();
}

/// `boxes` are in pixels of which `factor` make one. Without an original the copy stands alone.
Result<Raster> placed(const Raster& copy, const Raster* original,
                      const std::vector<Difference>& boxes, std::uint32_t factor,
                      std::uint64_t most_pixels) {
  // In parts of an inch, so that the picture looks alike at every resolution.
  const auto of_inch = [&](double part) {
    return static_cast<std::uint32_t>(std::clamp(copy.dpi * part, 1.0, 100.0));
  };
  const std::uint32_t gap = of_inch(0.1);
  const std::uint64_t width =
      std::uint64_t{copy.width} + (original != nullptr ? gap + original->width : 0);
  const std::uint32_t height =
      original != nullptr ? std::max(copy.height, original->height) : copy.height;
  if (width * height > most_pixels || width > UINT32_MAX) {
    return make_error(Code::kResourceLimit, "picture: side by side too large");
  }
  Canvas canvas{static_cast<std::uint32_t>(width), height, copy.dpi};
  canvas.fill({0, 0, static_cast<std::int64_t>(width), height}, kGap);
  canvas.place(copy, 0);
  if (original != nullptr) canvas.place(*original, copy.width + gap);
  // Far enough out to leave the word legible that a mark belongs to.
  const std::int64_t thick = of_inch(0.015);
  const std::int64_t margin = of_inch(0.1);
  const auto small = [factor](std::uint32_t pixels) { return std::int64_t{pixels / factor}; };
  for (const std::int64_t offset : {std::int64_t{0}, std::int64_t{copy.width} + gap}) {
    if (offset != 0 && original == nullptr) break;
    for (const auto& box : boxes) {
      const auto& p = box.pixels;
      const Area inner{offset + small(p.x), small(p.y), offset + small(p.x + p.width),
                       small(p.y + p.height)};
      canvas.tint(inner);
      canvas.frame(
          {inner.left - margin, inner.top - margin, inner.right + margin, inner.bottom + margin},
          thick);
    }
  }
  return std::move(canvas).take();
}

constexpr std::uint64_t kMostPixels = 60'000'000;
// Legible to the last mark, and a quarter of the size of what was drawn.
constexpr double kShownDpi = 150;

}  // namespace

Result<Raster> marked(const Raster& copy, const std::vector<Difference>& boxes) {
  if (!sound(copy)) return make_error(Code::kInternal, "picture: raster contradicts itself");
  const auto factor = static_cast<std::uint32_t>(copy.dpi / kShownDpi);
  if (factor > 1 && factor <= std::min(copy.width, copy.height))
    return placed(reduced(copy, factor), nullptr, boxes, factor, kMostPixels);
  return placed(copy, nullptr, boxes, 1, kMostPixels);
}

Result<Raster> side_by_side(const Raster& copy, const Raster& original,
                            const std::vector<Difference>& boxes) {
  if (!sound(copy) || !sound(original)) {
    return make_error(Code::kInternal, "picture: raster contradicts itself");
  }
  const auto factor = static_cast<std::uint32_t>(copy.dpi / kShownDpi);
  if (factor > 1 &&
      factor <= std::min({copy.width, copy.height, original.width, original.height})) {
    const auto beside = reduced(original, factor);
    return placed(reduced(copy, factor), &beside, boxes, factor, kMostPixels);
  }
  return placed(copy, &original, boxes, 1, kMostPixels);
}

}  // namespace antin::pdf::picture
