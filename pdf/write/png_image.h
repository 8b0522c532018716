#pragma once

#include "pdf/write/appearance.h"

namespace antin::pdf {

/// A decoded picture: 8 bits per component, not premultiplied.
struct Raster {
  std::uint32_t width = 0, height = 0;
  Bytes rgb;    ///< three octets per pixel
  Bytes alpha;  ///< one octet per pixel
};

/// Reads a PNG with transparency (colour type with alpha, or tRNS; R-08). Fails with
/// kAppearanceImage or, for a seal, kSealImage: not a PNG, damaged, too large, or opaque.
Result<Raster> decode_png(ByteView png, Appearance::Kind kind);

}  // namespace antin::pdf
