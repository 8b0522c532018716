#pragma once

#include <string>
#include <vector>

#include "certs/core/bytes.h"

namespace antin::bench {

/// A document as an office makes it: two pages' worth of fonts and text of packaging/samples,
/// signed with keys of tests/pki at 2026-06-01T00:00:00Z.
struct SignedFile {
  std::string name;
  Bytes octets;
};

/// single: an officer's visible signature and nothing after it. evidence: and the data to judge it
/// by in a later update. three: the officer's, the agency's seal over a third of it, and another
/// officer's beside them. small: three as well, drawn without pictures, in 100 KB. Ends the process
/// with a reason when one cannot be made.
std::vector<SignedFile> signed_files();

}  // namespace antin::bench
