#pragma once

#include <optional>
#include <vector>

#include "certs/algorithm_policy.h"
#include "certs/certificate.h"
#include "certs/core/finding.h"
#include "certs/core/time.h"

namespace antin::verifier {

/// How long the policy calls an algorithm reliable (EN 319 102-1 §5.2.8, TS 119 312).
struct Reliability {
  enum class Kind { kOpen, kUntil, kNever };
  Kind kind;
  std::optional<UtcTime> until;  ///< iff kUntil: from then on it is not

  /// Reliable for an object that is proven to have existed at `existed`?
  bool holds(UtcTime existed) const {
    return kind == Kind::kOpen || (kind == Kind::kUntil && existed < *until);
  }
};

/// One use of an algorithm: a digest signed with a key.
struct AlgorithmUse {
  std::optional<DigestAlgorithm> digest;  ///< nothing: one that antin does not know
  certs::Certificate signer;
  std::optional<certs::Certificate> certificate;  ///< signed this way; nothing: something else
};

Reliability reliability_of(const AlgorithmUse& use, const certs::AlgorithmPolicy& policy);

/// How the certificate was signed by its issuer.
AlgorithmUse use_of(const certs::Certificate& certificate, const certs::Certificate& issuer);

/// The finding about an algorithm that does not hold: aged without a proof that the object is
/// older, or never reliable, or unknown.
Finding weakness(const AlgorithmUse& use, const Reliability& reliability);
/// "SHA-1, RSA 2048".
std::string algorithm_text(const AlgorithmUse& use);

}  // namespace antin::verifier
