#pragma once

#include <optional>
#include <string>

#include "certs/certificate.h"
#include "pdf/read/document.h"
#include "verifier/report.h"
#include "verifier/signature_judge.h"

namespace antin::verifier {

/// "CMS", "B-B" or "B-T" (EN 319 142-1 §6), by what is there, not by whether it is trusted; nothing
/// for a document timestamp. `report.timestamps` must be filled in.
std::optional<std::string> base_level(SignatureKind kind, bool certificate_referenced,
                                      const SignatureReport& report);

/// Revocation data for the certificate with this serial (hexadecimal) and issuer line, anywhere in
/// the store? OCSP responses and CRLs are looked at, not judged.
bool has_evidence_for(const pdf::SecurityStore& store, const certs::Certificate& certificate);

/// "B-LT" when a B-T signature has revocation data in the store of the whole document, "B-LTA" when
/// that data already stood in the store that a later document timestamp covers.
std::string long_term_level(const pdf::SecurityStore& whole, const pdf::SecurityStore* timestamped,
                            const certs::Certificate& signer);

}  // namespace antin::verifier
