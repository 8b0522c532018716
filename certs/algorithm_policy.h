#pragma once

#include <optional>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/algorithms.h"
#include "certs/core/finding.h"
#include "certs/core/time.h"

namespace antin::certs {

/// Which algorithms count as secure until when (ETSI TS 119 312, vietnam.md S-03 and V-08); read
/// from a policy file, with a built-in default for Viet Nam. Immutable, thread-safe.
struct AlgorithmPolicy {
  struct DigestRule {
    DigestAlgorithm digest;
    std::optional<UtcTime> until;  ///< nullopt: no end set
  };
  std::vector<DigestRule> digests;  ///< a digest that is not listed is never acceptable
  unsigned min_rsa_bits;            ///< 2048
  unsigned min_ec_bits;             ///< 256
  /// Defaults: SHA-224/256/384/512, SHA3 open-ended; SHA-1 until 2017-01-01T00:00:00Z; MD5 never.
  static AlgorithmPolicy viet_nam();

  /// True when `digest` with `key` was acceptable at `at`.
  bool accepts(DigestAlgorithm digest, const PublicKeyInfo& key, UtcTime at) const;
};

}  // namespace antin::certs
