#pragma once

#include <cstddef>
#include <vector>

#include "pdf/picture/compare_pages.h"
#include "pdf/read/document.h"
#include "verifier/page_source.h"
#include "verifier/report.h"

namespace antin::verifier {

/// How much may be drawn for one comparison.
struct DrawingLimits {
  std::size_t pages = 500;      ///< of either document
  std::size_t realigned = 400;  ///< pairs of pages drawn again to find out where a page went
  std::size_t pictures = 0;     ///< pages of which a picture of the differences is kept
  /// For whoever may not see the original: pictures of the copy alone, and no words of either.
  bool copy_only = false;
};

struct DrawnInput {
  const pdf::Document& copy;
  const pdf::Document& original;
  PageSources& sources;
  DrawingLimits limits;
  /// What the files have in common apart from what is drawn: a revision, a signature.
  bool related = false;
};

/// Draws both documents page by page and tells what they are to each other: kSameContent,
/// kDifferent, kUnrelated or kNotComparable, into `out`, with pages and findings. Pages are drawn
/// as seen, and as printed too where annotations make a difference; what drawing cannot show is
/// compared by meaning. A definite difference beats what cannot be told.
void compare_drawn(const DrawnInput& input, Comparison& out);

}  // namespace antin::verifier
