#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/finding.h"
#include "certs/core/random.h"
#include "pdf/picture/raster.h"
#include "pdf/read/document.h"
#include "pdf/write/document_properties.h"
#include "service/layout/layout.h"

namespace antin::service::layout {

/// Draws pages of documents. In the worker antind does it (docs/PROTOCOL.worker.md, 0x4005).
class PagePictures {
 public:
  PagePictures() = default;
  PagePictures(const PagePictures&) = delete;
  PagePictures& operator=(const PagePictures&) = delete;
  virtual ~PagePictures() = default;
  struct Picture {
    pdf::picture::Raster raster;
    bool complete = true;  ///< false: whoever drew it complained, something may be missing
  };
  /// `page` counts from 0; the part within the crop box, as the reader sees it.
  virtual Result<Picture> draw(const SharedBytes& document, std::size_t page, unsigned dpi) = 0;
};

/// Where something stands: page from 1, millimetres from the left top corner of what is seen of it,
/// as an appearance's [anchor] wants them (pdf/write/appearance.h).
struct Place {
  std::string name;  ///< a template's mark, "box" for all of a lời chứng, "qr"
  std::size_t page = 1;
  double x_mm = 0, y_mm = 0, width_mm = 0, height_mm = 0;
};

/// What is to be written on the pages of a document before its first signature.
struct StampRequest {
  SharedBytes document;
  std::string password;
  pdf::ReadLimits limits = {};
  /// Lời chứng, C-11 to C-13: a template of kind stamp, or nothing.
  const Layout* attestation = nullptr;
  Data data;
  Style style;
  std::string qr;  ///< R-17; "" for none
  /// Of the first page: kept free of the QR code for the line that a signature will show,
  /// which may cover nothing.
  double keep_top_mm = 0;
  /// what the document says of itself from now on.
  pdf::DocumentProperties properties = {};
};

struct Stamped {
  Bytes tail;  ///< to append: the document's own octets are not touched
  std::size_t pages = 0;
  std::vector<Place> places;
  Findings findings;  ///< kLayoutPageAdded, kLayoutQrMoved
};

/// Finds free places on the drawn pages and writes there, the lời chứng on the last page or, when
/// it has no free place of its size, on a new A4 page of the same orientation (C-12); the QR code
/// in the left top corner of the first page, else beside the lời chứng. Then draws the pages again:
/// what is outside of the boxes must not have changed by one pixel. With neither it only writes the
/// properties, and draws nothing.
///
/// Fails as filled(), qr_square(), pdf::Document::open(), pdf::draw_box(), pdf::write_on_pages()
/// and `pictures` do, and with kLayoutNoRoom ({page}, {mau}: a QR code without a lời chứng),
/// kLayoutTooLarge ({mau}), kLayoutPicture, kLayoutCovered ({page}).
Result<Stamped> stamp(const StampRequest& request, PagePictures& pictures, RandomSource& random);

}  // namespace antin::service::layout
