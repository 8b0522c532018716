#pragma once

#include <algorithm>
#include <vector>

#include "pdf/read/document.h"
#include "pdf/read/drawing.h"
#include "pdf/read/drawing_font.h"
#include "pdf/read/form.h"
#include "pdf/read/inherited.h"
#include "pdf/read/qpdf_inside.h"

namespace antin::pdf {

/// How many operators may be read: of one page, and of all together.
struct OperatorLimits {
  std::size_t page, document;
};

/// All that a page draws: what hangs over its edges too.
inline Drawing drawing_of(const PageLeaf& leaf, const DrawingReading& how) {
  constexpr double kFar = 1e9;
  Drawing drawing;
  read_drawing({key_of(leaf.dictionary, "/Contents"),
                inherited(leaf.dictionary, "/Resources"),
                {},
                {-kFar, -kFar, kFar, kFar}},
               how, drawing);
  return drawing;
}

/// What `of(page, geometry, fonts, budget)` says of each page, in order. Fonts and budget are
/// shared; what one page leaves of its operators is the others'. Exceptions of libqpdf end here.
template <class Each, class Of>
Result<std::vector<Each>> of_each_page(const Document& document, const char* doing,
                                       OperatorLimits limits, Of of) {
  return guarded(doing, [&]() -> Result<std::vector<Each>> {
    ANTIN_TRY(const auto* pages, document.inside().pages());
    std::vector<Each> all;
    all.reserve(pages->size());
    DrawingBudget budget;
    KeptFonts fonts;
    std::size_t left = limits.document;
    for (std::size_t i = 0; i < pages->size(); ++i) {
      ANTIN_TRY(const auto geometry, document.page_geometry(i));
      budget.operators = std::min(left, limits.page);
      const auto given = budget.operators;
      all.push_back(of((*pages)[i], geometry, fonts, budget));
      left -= given - std::min(given, budget.operators);
    }
    return all;
  });
}

}  // namespace antin::pdf
