#pragma once

#include "certs/core/bytes.h"
#include "certs/core/error.h"

/// Pages as pictures: reading what a renderer drew, comparing two drawings, showing where they
/// differ. Knows nothing of PDF beyond the length of a point.
namespace antin::pdf::picture {

/// A drawn page: rows from the top, three octets per pixel (sRGB), no padding.
struct Raster {
  std::uint32_t width = 0, height = 0;
  double dpi = 0;  ///< pixels per inch it was drawn at, the same in both directions
  Bytes rgb;
};

/// What read_pnm() takes. The defaults hold A2 at 200 dpi and A4 at 500 dpi.
struct RasterLimits {
  std::uint32_t max_side = 20'000;        ///< pixels
  std::uint64_t max_pixels = 25'000'000;  ///< 75 MB in memory
};

/// Reads one binary PPM or PGM (P6, P5; maxval 255), as pdftoppm and pdftocairo write them. Strict:
/// nothing may follow the pixels. Fails with kResourceLimit beyond the limits, else kInternal: it
/// is a renderer's output, not a user's file. Memory is asked for only once the header agrees with
/// the octets that are there.
Result<Raster> read_pnm(ByteView octets, double dpi, const RasterLimits& limits = {});

/// As PNG. Fails with kInternal when the raster contradicts itself.
Result<Bytes> write_png(const Raster& raster);

}  // namespace antin::pdf::picture
