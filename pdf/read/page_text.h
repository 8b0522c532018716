#pragma once

#include <string>

#include "pdf/read/document.h"

namespace antin::pdf {

/// The text of one page (zero-based) and of the annotations shown on it, UTF-8, in the order in
/// which it is drawn; blanks only where the text itself has them, a line end after each text
/// object. What a font does not map to Unicode becomes U+FFFD. For recognising what is known to be
/// there, such as a lời chứng; what a person sees may differ, and scans have no text at all.
///
/// Bounded: 16 MiB of content, 500,000 operators, 100,000 characters; beyond that the text ends.
/// Fails with kPdfNoSuchPage, kPdfMalformed.
Result<std::string> page_text(const Document& document, std::size_t page);

}  // namespace antin::pdf
