#pragma once

#include <functional>

#include "verifier/verify.h"

namespace antin::verifier {

/// Looks for what is wanted, and returns what it has found.
using Collect = std::function<certs::Evidence(const certs::EvidenceWanted&)>;

/// As verify() with the evidence added that `collect` returns for evidence_wanted(); the document
/// is read once for both. `collect` is called at most once, and not when nobody has signed. What it
/// returns is judged like everything else: it cannot make a signature better than it is.
Result<Report> verify_collecting(Input input, const Collect& collect);

}  // namespace antin::verifier
