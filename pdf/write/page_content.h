#pragma once

#include <optional>
#include <vector>

#include "certs/core/random.h"
#include "pdf/read/document.h"
#include "pdf/write/document_properties.h"
#include "pdf/write/page_view.h"
#include "pdf/write/sheet.h"

namespace antin::pdf {

/// A box that becomes part of a page's content.
struct PlacedBox {
  std::size_t page = 0;  ///< from 0; the number of pages: the one that is added
  const DrawnBox* box = nullptr;
  double x_mm = 0, y_mm = 0;  ///< from the visible page's left top corner as the reader sees it
};

/// A page behind the last one.
struct AddedPage {
  double width_mm = 210, height_mm = 297;
};

/// What becomes part of a document before anybody signs it.
struct PageUpdate {
  std::vector<PlacedBox> boxes;
  std::optional<AddedPage> added = {};
  DocumentProperties properties = {};
};

/// Size of a page as the reader sees it.
struct SeenPage {
  double width_mm = 0, height_mm = 0;
};
/// Fails with kPageNotFound.
Result<SeenPage> seen_page(const Document& document, std::size_t page);

/// Fails with kLayoutSignedAlready (a signature covers the pages) and kPermissionDenied (encrypted:
/// the pages of such a document are not written on).
Status may_be_written_on(const Document& document);

/// Octets to append: one incremental update that shows the boxes upright on their pages, whatever
/// /Rotate, CropBox and UserUnit are, says the properties of the document (document_properties.h),
/// and changes nothing else. What a page's own content leaves
/// behind in the graphics state (ISO 32000-2 8.4.2) has no effect on them.
///
/// Fails as may_be_written_on() does, and with kPageNotFound, kAppearanceTooLarge (a box leaves its
/// page), kUsage (a property), kPdfMalformed, kResourceLimit.
Result<Bytes> write_on_pages(const Document& document, const PageUpdate& update,
                             RandomSource& random);

}  // namespace antin::pdf
