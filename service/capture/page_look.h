#pragma once

#include "pdf/read/document.h"
#include "pdf/read/page_scan.h"
#include "service/capture/look.h"

namespace antin::service::capture {

/// What the pixels of a page of a PDF are.
struct PageLook {
  std::optional<Look> look;      ///< nothing: `coding` is not read here
  std::string coding;            ///< "JPXDecode"
  Bytes sha256;                  ///< when not looked at: of the coded picture
  std::uint8_t orientation = 1;  ///< of the stored pixels on the page
};

/// Looks at the picture that a scanned page is, also when it comes in strips. Fails with
/// kCaptureDamaged when it is not whole or not what its dictionary says, with kCaptureTooLarge.
Result<PageLook> look_at(const pdf::Document& document, const pdf::PageScan& scan,
                         const PictureFile& file);

}  // namespace antin::service::capture
