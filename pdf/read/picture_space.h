#pragma once

// Only pdf/read includes this: it shows libqpdf.

#include <optional>

#include "pdf/read/page_scan.h"
#include "pdf/read/qpdf_inside.h"

namespace antin::pdf {

/// What a picture's /ColorSpace comes down to (ISO 32000-2 8.6).
struct PictureSpace {
  unsigned components = 1;
  enum class Kind : std::uint8_t { kGray, kRgb, kCmyk, kOther } kind = Kind::kOther;
  bool indexed = false;
  Bytes palette;  ///< when indexed and of a kind that is not kOther: RGB of each entry
};
PictureSpace space_of(const QPDFObjectHandle& space);

/// Of an image XObject that is no stencil.
ScanColour colour_of(const QPDFObjectHandle& image);

/// /Decode of `components` pairs, all [0 1] or all [1 0]; nullopt for anything else.
std::optional<bool> is_inverted(QPDFObjectHandle decode, std::size_t components);

/// What the frame of a JPEG says; the dictionary around it may say something else.
struct JpegFrame {
  std::size_t width, height, components;
};
/// JPEG says itself how large it is; the dictionary may lie (ITU-T T.81 B.2.2).
bool is_jpeg_of(ByteView data, const JpegFrame& frame);

}  // namespace antin::pdf
