#pragma once

#include "pdf/read/qpdf_inside.h"

namespace antin::pdf {

/// The page that a signature field goes on, with what it inherits (ISO 32000-2 7.7.3.4).
struct TargetPage {
  QPDFObjectHandle dictionary;
  ObjectId id;
  QPDFObjectHandle resources;  ///< null object when nobody sets them
  PageGeometry geometry;
};

/// `page`: 1 is the first, -1 the last. Walks only as far as it must. Fails with kPageNotFound,
/// kPdfMalformed (a page that is a direct object; no usable MediaBox) and kResourceLimit.
Result<TargetPage> find_page(Document::Inside& inside, int page);

/// True when the /Annots array `annots` belongs to a page other than `page` as well.
Result<bool> annots_shared(Document::Inside& inside, ObjectId annots, ObjectId page);

}  // namespace antin::pdf
