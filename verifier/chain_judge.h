#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "certs/path.h"
#include "verifier/material.h"
#include "verifier/proofs.h"
#include "verifier/verify.h"

namespace antin::verifier {

/// Whose chain is judged.
enum class Role { kSigner, kTimestampServer };

struct ChainQuestion {
  const certs::Certificate& leaf;
  Role role;
  const Material& material;
  /// When what the leaf signed is proven to have existed; the time of the judgement without proof.
  UtcTime existed;
  /// Statements about revocation must be fresh at this instant, or newer (§5.2.5).
  UtcTime fresh_at;
  /// What was signed names the leaf by a digest (ESS signing-certificate): then the certificate
  /// existed at `existed` too.
  bool leaf_named;
};

/// What came out, in the words of EN 319 102-1 §5.2.6 and §5.6.2; ordered: the more definite first.
enum class ChainOutcome {
  kPassed,
  kRevoked,
  kNotYetValid,
  kWeak,
  kNoChain,
  kRules,  ///< RFC 5280 or the purpose of a certificate forbids it
  kAnchorEnded,
  kCaRevoked,
  kHold,
  kExpired,
  kExpiredNotRevoked,
  kCaExpired,
  kEvidenceNoPoe,
  kEvidenceStale,
  kUnknown,
  kWorkLimit
};

/// Evidence that the answer rests on.
struct UsedEvidence {
  std::vector<certs::Certificate> certificates;
  std::vector<certs::Crl> crls;
  std::vector<certs::OcspResponse> ocsp;
};

struct ChainAnswer {
  ChainOutcome outcome = ChainOutcome::kNoChain;
  Params params;                                    ///< for the sentence that says `outcome`
  std::vector<certs::Certificate> chain;            ///< leaf first
  std::vector<certs::RevocationStatus> revocation;  ///< same length as chain
  Findings findings;                                ///< what explains, errors lowered to warnings
  std::optional<UtcTime> control_time;              ///< only when validated in the past (§5.6.2.2)
  std::optional<UtcTime> revoked_later;  ///< a revocation after the proven time, when passed
  UsedEvidence used;
};

/// Certificate chains of one document. First the judgement at the present time (§5.2.6); only where
/// that fails the past is looked at: certificate validation in the past (§5.6.2.1) along the chain
/// from the anchor down, moving the control-time (§5.6.2.2). Bounded: gives up with kWorkLimit.
class ChainJudge {
 public:
  ChainJudge(const Input& input, Proofs& proofs) : input_(input), proofs_(proofs) {}

  ChainAnswer judge(const ChainQuestion& question);

 private:
  certs::PathInput path_input(const ChainQuestion& question, certs::Purpose purpose) const;
  certs::PathInput reliable_path_input(const ChainQuestion& question, certs::Purpose purpose) const;
  ChainAnswer judge_anew(const ChainQuestion& question);
  bool passes_at_present(const ChainQuestion& question, const certs::PathInput& input,
                         const certs::PathResult& present) const;
  ChainAnswer judge_past(const ChainQuestion& question, certs::Purpose purpose,
                         certs::PathResult present);
  void judge_strength(const ChainQuestion& question, ChainAnswer& answer);

  const Input& input_;
  Proofs& proofs_;
  /// By what a question asks. Only what passed: more evidence could mend what did not.
  std::map<std::tuple<Bytes, UtcTime, UtcTime, bool>, ChainAnswer> passed_signers_,
      passed_timestamps_;
  std::size_t past_left_ = 256;
};

/// The findings that say what came out, about a signature or about a timestamp; none for a pass.
Findings findings_of(const ChainAnswer& answer, const ChainQuestion& question, UtcTime judged_at);

}  // namespace antin::verifier
