// Pictures of pages: what is read agrees with its own header, and says again what was there.

#include <algorithm>
#include <cstdlib>

#include "pdf/picture/raster.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antin;
  const ByteView octets{data, size};
  const auto read =
      pdf::picture::read_pnm(octets, 300, {.max_side = 4096, .max_pixels = 1U << 16U});
  if (!read) return 0;
  const auto& raster = read.value();
  const std::size_t pixels = std::size_t{raster.width} * raster.height;
  const bool colour = data[1] == '6';
  const auto tail = octets.last(colour ? pixels * 3 : pixels);
  bool agrees = pixels != 0 && raster.rgb.size() == pixels * 3;
  for (std::size_t i = 0; agrees && i < raster.rgb.size(); ++i) {
    agrees = raster.rgb[i] == tail[colour ? i : i / 3];
  }
  if (!agrees) std::abort();
  return 0;
}
