#pragma once

#include <functional>
#include <string>

#include "pdf/read/document.h"
#include "pdf/write/sheet.h"

namespace antin::pdf {

struct Printout {
  Bytes pdf;
  std::size_t pages = 0;
};

/// Draws the foot for pages of this width.
using DrawFoot = std::function<Result<DrawnBox>(double width_mm)>;

/// A new document that shows each page as it is seen, stamps and form fields included, whole above
/// a foot, made smaller only as far as the foot needs room. No signature, form, script, attachment
/// or other revision comes along.
///
/// Fails as Document::open() and `foot` do, and with kAppearanceTooLarge (a foot of more than a
/// third of its page), kPdfMalformed.
Result<Printout> make_printout(const SharedBytes& document, const OpenOptions& options,
                               const DrawFoot& foot, const AboutDocument& about);

}  // namespace antin::pdf
