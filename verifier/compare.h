#pragma once

#include <string>

#include "certs/core/bytes.h"
#include "pdf/read/document.h"
#include "verifier/compare_drawn.h"
#include "verifier/report.h"

namespace antin::verifier {

struct CompareInput {
  std::string original_name;  ///< for the report
  SharedBytes copy, original;
  std::string password;  ///< for both
  pdf::ReadLimits limits;
  /// What draws pages; nullptr: nothing can be drawn, and what only that could tell is not
  /// comparable.
  PageSources* sources = nullptr;
  DrawingLimits drawing = {};
};

/// Is `copy` the document that `original` is? Says nothing about whether its signatures are valid.
///
/// Same signed revision: both hold the octets of one signed revision, and in neither anything
/// follows it but validation data and document timestamps (V-10). Everything else is drawn and
/// compared page by page, see compare_drawn(). Thread-safe; what cannot be read is not comparable.
Comparison compare(const CompareInput& input);

}  // namespace antin::verifier
