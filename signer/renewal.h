#pragma once

#include "signer/extend.h"
#include "signer/signed_file.h"

namespace antin::signer {

/// needs_renewal() of a file that was read already.
RenewalNeed renewal_need(const SignedFile& file, const ProofMaterial& proof, UtcTime at,
                         std::chrono::seconds horizon);

/// Until when one timestamp proves something by itself: its chain's validity, its algorithms.
RenewalNeed renewal_of(const certs::TimestampToken& token,
                       const std::vector<certs::Certificate>& candidates,
                       const ProofMaterial& proof, UtcTime at, std::chrono::seconds horizon);

}  // namespace antin::signer
