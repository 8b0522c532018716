#include "pdf/write/png_image.h"

#include <algorithm>
#include <memory>
#include <png.h>

namespace antin::pdf {
namespace {

constexpr std::size_t kMaxFile = std::size_t{16} << 20U;
constexpr std::uint64_t kMaxPixels = 16'000'000;
constexpr std::uint8_t kOpaque = 128;

struct FreeImage {
  void operator()(png_image* image) const noexcept { png_image_free(image); }
};

// Hue in degrees, or -1 for greys, which have none.
double hue(int red, int green, int blue) {
  const int high = std::max({red, green, blue});
  const int low = std::min({red, green, blue});
  const int range = high - low;
  // Less colour than this looks grey or black.
  constexpr int kLeastColour = 24;
  if (range < kLeastColour) return -1;
  const auto part = [&](int a, int b) { return 60.0 * (a - b) / range; };
  double degrees = high == red     ? part(green, blue)
                   : high == green ? part(blue, red) + 120
                                   : part(red, green) + 240;
  return degrees < 0 ? degrees + 360 : degrees;
}

}  // namespace

Result<Raster> decode_png(ByteView png, Appearance::Kind kind) {
  const auto refused = [&](const char* why) {
    return make_error(kind == Appearance::Kind::kSeal ? Code::kSealImage : Code::kAppearanceImage,
                      why);
  };
  if (png.size() > kMaxFile) return refused("file too large");
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, FreeImage> cleanup{&image};
  if (png_image_begin_read_from_memory(&image, png.data(), png.size()) == 0) {
    return refused("not a PNG");
  }
  if ((image.format & PNG_FORMAT_FLAG_ALPHA) == 0) return refused("no alpha channel");
  if (image.width == 0 || image.height == 0 ||
      std::uint64_t{image.width} * image.height > kMaxPixels) {
    return refused("too many pixels");
  }
  image.format = PNG_FORMAT_RGBA;
  Bytes pixels(PNG_IMAGE_SIZE(image));
  if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0) {
    return refused("damaged PNG");
  }
  Raster raster{.width = image.width, .height = image.height, .rgb = {}, .alpha = {}};
  raster.rgb.reserve(pixels.size() / 4 * 3);
  raster.alpha.reserve(pixels.size() / 4);
  for (std::size_t i = 0; i < pixels.size(); i += 4) {
    raster.rgb.insert(raster.rgb.end(), {pixels[i], pixels[i + 1], pixels[i + 2]});
    raster.alpha.push_back(pixels[i + 3]);
  }
  const auto transparent = [](std::uint8_t alpha) { return alpha < kOpaque; };
  if (std::none_of(raster.alpha.begin(), raster.alpha.end(), transparent)) {
    return refused("opaque although it has an alpha channel");
  }
  return raster;
}

Result<Findings> check_image(ByteView png, Appearance::Kind kind) {
  ANTIN_TRY(const Raster raster, decode_png(png, kind));
  const bool seal = kind == Appearance::Kind::kSeal;
  std::uint64_t opaque = 0;
  std::uint64_t right = 0;
  for (std::size_t i = 0; i < raster.alpha.size(); ++i) {
    if (raster.alpha[i] < kOpaque) continue;
    ++opaque;
    const double degrees = hue(raster.rgb[3 * i], raster.rgb[3 * i + 1], raster.rgb[3 * i + 2]);
    // blue 190 to 260 degrees; R-09: red 340 to 20.
    if (seal ? degrees >= 340 || (degrees >= 0 && degrees <= 20)
             : degrees >= 190 && degrees <= 260) {
      ++right;
    }
  }
  Findings findings;
  if (opaque == 0) {
    return make_error(seal ? Code::kSealImage : Code::kAppearanceImage, "nothing but transparency");
  }
  if (right * 10 < opaque * 9) {
    findings.push_back({seal ? Code::kSealImageNotRed : Code::kSignatureImageNotBlue,
                        Severity::kWarning,
                        {{"percent", std::to_string(right * 100 / opaque)}},
                        "image"});
  }
  return findings;
}

}  // namespace antin::pdf
