#pragma once

#include "certs/core/bytes.h"

namespace antin::service::capture {

/// What the first directory of an EXIF block says of the picture (EXIF 2.32, 4.6.4).
struct Exif {
  std::uint8_t orientation = 1;
  double dpi_x = 0, dpi_y = 0;  ///< 0: not said; 72, which stands for "unknown", as well
};

/// `tiff`: what follows "Exif" and two zeros. What is damaged counts as not said.
Exif read_exif(ByteView tiff) noexcept;

}  // namespace antin::service::capture
