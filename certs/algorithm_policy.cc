#include "certs/algorithm_policy.h"

#include <algorithm>

namespace antin::certs {

AlgorithmPolicy AlgorithmPolicy::viet_nam() {
  using std::chrono::sys_days;
  using namespace std::chrono_literals;
  constexpr unsigned kMinRsaBits = 2048;  // Circular 15/2025/TT-BKHCN, Annex I
  constexpr unsigned kMinEcBits = 256;
  return {.digests = {{DigestAlgorithm::kSha224, std::nullopt},
                      {DigestAlgorithm::kSha256, std::nullopt},
                      {DigestAlgorithm::kSha384, std::nullopt},
                      {DigestAlgorithm::kSha512, std::nullopt},
                      {DigestAlgorithm::kSha3_256, std::nullopt},
                      {DigestAlgorithm::kSha3_384, std::nullopt},
                      {DigestAlgorithm::kSha3_512, std::nullopt},
                      {DigestAlgorithm::kSha1, UtcTime{sys_days{2017y / 1 / 1}}}},
          .min_rsa_bits = kMinRsaBits,
          .min_ec_bits = kMinEcBits};
}

bool AlgorithmPolicy::accepts(DigestAlgorithm digest, const PublicKeyInfo& key, UtcTime at) const {
  const bool digest_ok = std::any_of(digests.begin(), digests.end(), [&](const DigestRule& rule) {
    return rule.digest == digest && (!rule.until || at < *rule.until);
  });
  if (!digest_ok) return false;
  switch (key.kind) {
    case PublicKeyInfo::Kind::kRsa:
      return key.bits >= min_rsa_bits;
    case PublicKeyInfo::Kind::kEc:
      return key.bits >= min_ec_bits;
    case PublicKeyInfo::Kind::kOther:
      break;
  }
  return false;
}

}  // namespace antin::certs
