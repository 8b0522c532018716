#pragma once

#include "pdf/read/document.h"
#include "verifier/verify.h"

namespace antin::verifier {

/// evidence_wanted() of a document that is open already, and is input.document.
Result<certs::EvidenceWanted> evidence_wanted_by(const pdf::Document& document, const Input& input);

}  // namespace antin::verifier
