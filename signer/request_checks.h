#pragma once

#include <vector>

#include "signer/extend.h"
#include "signer/pades.h"

namespace antin::signer {

/// What a relying party needs to build the path (EN 319 142-1 6.2.1): what came with the signer,
/// and the issuers among the store's certificates that are missing in it, for programs beside a
/// token bring none. Without the signer and without roots: those say nothing to who does not have
/// them already, and cost room. `known` may be nullptr.
std::vector<certs::Certificate> embedded_chain(const certs::Certificate& signer,
                                               const std::vector<certs::Certificate>& chain,
                                               const certs::TrustStore* known);
/// Fails with kSchemeDoesNotFit.
Status check_scheme(const certs::Certificate& signer, SignatureScheme scheme);
/// Fails with kLevelNeedsTrust.
Status check_trust_for(Level level, const certs::TrustStore* trust);
/// What the certificate check rests on, for the levels above B-T.
ProofMaterial proof_at_hand(const CertificateCheck& check,
                            const std::vector<certs::Certificate>& chain);

}  // namespace antin::signer
