#include <memory>
#include <png.h>

#include "pdf/picture/raster.h"

namespace antin::pdf::picture {
namespace {

struct FreeImage {
  void operator()(png_image* image) const noexcept { png_image_free(image); }
};

}  // namespace

Result<Bytes> write_png(const Raster& raster) {
  const std::uint64_t size = std::uint64_t{raster.width} * raster.height * 3;
  if (size == 0 || size != raster.rgb.size()) {
    return make_error(Code::kInternal, "picture: raster contradicts itself");
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = raster.width;
  image.height = raster.height;
  image.format = PNG_FORMAT_RGB;
  // Pages are mostly white: the quick filter and level lose little and save most of the time.
  image.flags = PNG_IMAGE_FLAG_FAST;
  const std::unique_ptr<png_image, FreeImage> cleanup{&image};
  Bytes png(PNG_IMAGE_PNG_SIZE_MAX(image));
  png_alloc_size_t written = png.size();
  if (png_image_write_to_memory(&image, png.data(), &written, 0, raster.rgb.data(), 0, nullptr) ==
      0) {
    return make_error(Code::kInternal, std::string("picture: ") + image.message);
  }
  png.resize(written);
  return png;
}

}  // namespace antin::pdf::picture
