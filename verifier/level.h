#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "verifier/report.h"
#include "verifier/signature_judge.h"

namespace antin::verifier {

/// "CMS", "B-B" or "B-T" (EN 319 142-1 §6), by what is there, not by whether it is trusted; nothing
/// for a document timestamp. `report.timestamps` must be filled in.
std::optional<std::string> base_level(SignatureKind kind, bool certificate_referenced,
                                      const SignatureReport& report);

/// Revocation data for the certificate with this serial? OCSP answers and CRLs are looked at, not
/// judged.
bool has_evidence_for(const Material& material, const certs::Certificate& certificate);

/// Raises "B-T" to "B-LT" when there is revocation data for the signer in the store of the whole
/// document, to "B-LTA" when that data already stood in the store that a later document timestamp
/// covers (null: none). Says so when data for another certificate of `chains` (the signer's own
/// last) is missing.
void raise_level(const Material& whole, const Material* timestamped,
                 const std::vector<std::vector<certs::Certificate>>& chains,
                 SignatureReport& report);

/// Policy::required_level: a lower one is SIG_CONSTRAINTS_FAILURE.
void require_level(const Policy& policy, SignatureReport& report);

}  // namespace antin::verifier
