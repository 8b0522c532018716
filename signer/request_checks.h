#pragma once

#include <vector>

#include "signer/extend.h"
#include "signer/pades.h"

namespace antin::signer {

/// Without the signer and without roots: those say nothing to a relying party who does not have
/// them already, and cost room.
std::vector<certs::Certificate> embedded_chain(const certs::Certificate& signer,
                                               const std::vector<certs::Certificate>& chain);
/// Fails with kSchemeDoesNotFit.
Status check_scheme(const certs::Certificate& signer, SignatureScheme scheme);
/// Fails with kLevelNeedsTrust.
Status check_trust_for(Level level, const certs::TrustStore* trust);
/// What the certificate check rests on, for the levels above B-T.
ProofMaterial proof_at_hand(const CertificateCheck& check,
                            const std::vector<certs::Certificate>& chain);

}  // namespace antin::signer
