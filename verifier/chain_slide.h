#pragma once

#include <vector>

#include "certs/revocation.h"
#include "verifier/chain_judge.h"

namespace antin::verifier {

/// Certificate validation in the past, EN 319 102-1 V1.3.1 §5.6.2.1, along one prospective chain.
///
/// From the anchor down each certificate narrows the time at which what it vouches for must be
/// proven to have existed (the control-time, §5.6.2.2): up to a revocation, up to the end of an
/// authority's validity. The certificate below, the statements about that one, and in the end the
/// signature itself must all be older. With everything in force nothing is narrowed, and this is
/// plain §5.2.6.
///
/// Statements must be fresh at ChainQuestion::fresh_at (§5.5.4: at the best signature time), not
/// today: who was good at that time was good. What is known since of a revocation counts always.
///
/// Stricter than the standard in two ways: an authority's end of validity narrows even if a later
/// statement still calls it good; a statement by a responder whose own certificate has ended counts
/// only when it is proven to be older than that.
class Slide {
 public:
  Slide(const certs::PathInput& input, const certs::ProspectiveChain& chain,
        const ChainQuestion& question, const Policy& policy, Proofs& proofs);

  ChainAnswer run();

 private:
  /// What is proven to have existed later than this is refused, for this reason.
  struct Limit {
    UtcTime until;
    bool inclusive;
    ChainOutcome why;
    Params params;
    bool refuses(UtcTime existed) const { return inclusive ? existed > until : existed >= until; }
  };

  void judge_certificate(std::size_t index);
  void judge_existence(std::size_t index);
  void judge_strength(std::size_t index);
  void judge_revocation(std::size_t index);
  void judge_statements(std::size_t index,
                        const std::vector<certs::RevocationStatement>& statements);
  void judge_anchor();
  void judge_signature();

  /// The first limit that an object of this age breaks.
  const Limit* broken_by(UtcTime existed) const;
  std::optional<Limit> objection_to(const certs::RevocationStatement& statement, std::size_t index);
  UtcTime existed(const certs::RevocationStatement& statement);
  UtcTime existed(std::size_t index);
  UtcTime counts_until(const certs::RevocationStatement& statement) const;
  void limit(UtcTime until, bool inclusive, ChainOutcome why, Params params);
  void fail(ChainOutcome why, Params params);
  void use(const certs::RevocationStatement& statement);

  const certs::PathInput& input_;
  const certs::ProspectiveChain& chain_;
  const ChainQuestion& question_;
  const Policy& policy_;
  Proofs& proofs_;
  std::vector<Limit> limits_;
  ChainAnswer answer_;
  bool leaf_known_good_ = false;
};

}  // namespace antin::verifier
