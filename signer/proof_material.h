#pragma once

#include <vector>

#include "certs/algorithm_policy.h"
#include "certs/certificate.h"
#include "certs/crl.h"
#include "certs/ocsp.h"
#include "certs/trust_store.h"

namespace antin::signer {

/// What proves a signature: certificates and statements that the caller has at hand. What a
/// document carries itself is looked at as well, and Environment::evidence is asked for the rest.
struct ProofMaterial {
  const certs::TrustStore* trust = nullptr;  ///< outlives the call; levels LT and LTA need it
  std::vector<certs::Certificate> certificates = {};
  std::vector<certs::Crl> crls = {};
  std::vector<certs::OcspResponse> ocsp = {};
  certs::AlgorithmPolicy algorithms = certs::AlgorithmPolicy::viet_nam();
  /// EN 319 102-1 asks for revocation data made after the signature; an authority whose next list
  /// comes tomorrow cannot give it today.
  enum class Freshness {
    kPrefer,  ///< current data from before the signature will do: warning kEvidenceNotFresh
    kRequire  ///< it will not: the level is not reached
  };
  Freshness freshness = Freshness::kPrefer;
};

}  // namespace antin::signer
