#include "signer/renewal.h"

#include <algorithm>

#include "certs/path.h"

namespace antin::signer {
namespace {

// The earlier end, and what it is the end of.
void end_at(RenewalNeed& need, UtcTime end, const char* reason) {
  if (need.before && *need.before <= end) return;
  need.before = end;
  need.reason = reason;
}

void end_of_digest(RenewalNeed& need, const certs::AlgorithmPolicy& policy,
                   std::optional<DigestAlgorithm> digest) {
  const auto rule = std::find_if(policy.digests.begin(), policy.digests.end(),
                                 [&](const auto& one) { return digest && one.digest == *digest; });
  // One that the policy does not know proves nothing any more.
  if (rule == policy.digests.end())
    return end_at(need, UtcTime{std::chrono::sys_seconds{}}, "algorithm");
  if (rule->until) end_at(need, *rule->until, "algorithm");
}

}  // namespace

RenewalNeed renewal_of(const certs::TimestampToken& token,
                       const std::vector<certs::Certificate>& candidates,
                       const ProofMaterial& proof, UtcTime at, std::chrono::seconds horizon) {
  RenewalNeed need{.due = false, .before = std::nullopt, .reason = "none"};
  end_of_digest(need, proof.algorithms, token.imprint_algorithm());
  end_of_digest(need, proof.algorithms, token.signature_digest());
  static const certs::TrustStore nobody;
  const auto embedded = token.certificates();
  auto known = candidates;
  known.insert(known.end(), embedded.begin(), embedded.end());
  for (const auto& leaf : embedded) {
    if (!leaf.may_timestamp()) continue;
    const auto path = certs::build_path({.leaf = leaf,
                                         .candidates = known,
                                         .trust = proof.trust != nullptr ? proof.trust : &nobody,
                                         .crls = {},
                                         .purpose = certs::Purpose::kTimestamp,
                                         .at = token.gen_time(),
                                         .check_revocation = false});
    end_at(need, leaf.not_after(), "certificate");
    // An anchor is trusted for being one, whatever its own dates say.
    const auto links = path.chain.size() - (path.anchor && !path.chain.empty() ? 1 : 0);
    for (std::size_t i = 0; i < links; ++i) {
      end_at(need, path.chain[i].not_after(), "certificate");
      end_of_digest(need, proof.algorithms, path.chain[i].signature_digest());
    }
  }
  need.due = need.before && UtcTime{at.since_epoch() + horizon} >= *need.before;
  return need;
}

RenewalNeed renewal_need(const SignedFile& file, const ProofMaterial& proof, UtcTime at,
                         std::chrono::seconds horizon) {
  auto candidates = file.evidence.certificates;
  candidates.insert(candidates.end(), proof.certificates.begin(), proof.certificates.end());
  for (auto entry = file.entries.rbegin(); entry != file.entries.rend(); ++entry) {
    if (entry->token) return renewal_of(*entry->token, candidates, proof, at, horizon);
  }
  // No document timestamp: the signature timestamp that ends first.
  RenewalNeed need{.due = false, .before = std::nullopt, .reason = "none"};
  for (const auto& entry : file.entries) {
    for (const auto& token : entry.carried.signature_timestamps) {
      const auto one = renewal_of(token, candidates, proof, at, horizon);
      if (one.before && (!need.before || *one.before < *need.before)) need = one;
    }
  }
  return need;
}

Result<RenewalNeed> needs_renewal(const SharedBytes& document, const std::string& password,
                                  const ProofMaterial& proof, UtcTime at,
                                  std::chrono::seconds horizon) {
  ANTIN_TRY(const auto file, read_signed_file(document, password));
  return renewal_need(file, proof, at, horizon);
}

}  // namespace antin::signer
