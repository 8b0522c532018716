#pragma once

#include <cstddef>
#include <span>

#include "pdf/read/document.h"

namespace antin::pdf {

/// A page of one of several documents, turned clockwise by `quarters` beyond what it says itself.
struct AssembledPage {
  std::size_t document = 0, page = 0;  ///< zero-based
  int quarters = 0;
};

/// A new PDF 1.7 (or later, when a document needs that) of pages out of other documents: what they
/// draw and nothing else. Annotations, forms, actions, outlines, attached files and whatever the
/// catalogues say stay behind; so does encryption. Streams keep their octets. The same pages give
/// the same file. Fails with kPdfMalformed, and with kInternal when a page does not exist.
Result<Bytes> assemble_pages(std::span<const Document> documents,
                             std::span<const AssembledPage> pages);

}  // namespace antin::pdf
