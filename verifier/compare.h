#pragma once

#include <string>

#include "certs/core/bytes.h"
#include "pdf/read/document.h"
#include "verifier/report.h"

namespace antin::verifier {

struct CompareInput {
  std::string original_name;  ///< for the report
  SharedBytes copy, original;
  std::string password;  ///< for both
  pdf::ReadLimits limits;
};

/// Is `copy` the document that `original` is? Says nothing about whether its signatures are valid.
///
/// Same signed revision: both hold the octets of one signed revision, and in neither anything
/// follows it but validation data and document timestamps (V-10). Different: they have a revision
/// or a signature in common, or at least their pages look alike in number and size; unrelated
/// otherwise. Pure, thread-safe; what cannot be read is not comparable.
Comparison compare(const CompareInput& input);

}  // namespace antin::verifier
