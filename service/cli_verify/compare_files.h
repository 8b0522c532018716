#pragma once

#include <string>

#include "certs/core/bytes.h"
#include "pdf/read/document.h"
#include "verifier/report.h"

namespace antin::service {

/// A copy and its original as the commands hold them.
struct CompareFiles {
  std::string original_name;
  SharedBytes copy, original;
  std::string password;
  pdf::ReadLimits limits;
  std::size_t pictures = 0;  ///< pages whose differences are wanted as a picture
};

/// verifier::compare() with pages drawn by antin-draw.
verifier::Comparison compare_files(CompareFiles files);

}  // namespace antin::service
