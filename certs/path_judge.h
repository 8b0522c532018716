#pragma once

#include <optional>
#include <vector>

#include "certs/path.h"
#include "certs/path_pool.h"

namespace antin::certs {

/// What the leaf of a path is to do.
enum class LeafUse { kSign, kTimestamp, kOcsp, kCrlSign };

LeafUse use_of(Purpose purpose);
/// keyUsage and extendedKeyUsage of `leaf` allow it.
bool usage_permits(const Certificate& leaf, LeafUse use);

/// A list, and where it stands in PathInput::crls.
struct NumberedCrl {
  Crl crl;
  std::size_t index;
};

/// One judgement: the certificates and lists at hand, and what the search may still cost.
class PathJudge {
 public:
  explicit PathJudge(const PathInput& input);

  /// The best path from `leaf` at `at`; with `only_anchor` to no other anchor.
  PathResult best_path(const Certificate& leaf, LeafUse use, UtcTime at,
                       std::optional<std::size_t> only_anchor);

  /// All paths from `leaf` within the budget; nothing but names and signatures is looked at.
  template <class Visitor>
  void each_candidate(const Certificate& leaf, const Visitor& visit) {
    std::vector<Certificate> chain{leaf};
    each_path(pool_, budget_, chain, visit);
  }

  /// Status of the leaf of `path`, who signs evidence. kUnknown when the question is being asked
  /// already: nobody's status rests on itself.
  RevocationStatus signer_status(const CandidatePath& path, UtcTime at);

  /// False when the budget for checking signatures is spent.
  bool spend_signature();

  const PathPool& pool() const noexcept { return pool_; }
  const PathBudget& budget() const noexcept { return budget_; }
  /// Newest first: what a newer list says goes before what an older one said.
  const std::vector<NumberedCrl>& crls() const noexcept { return crls_; }
  const std::vector<OcspResponse>& ocsp() const noexcept { return input_.ocsp; }

 private:
  PathResult evaluate(const CandidatePath& path, LeafUse use, UtcTime at);
  void judge_anchor(const CandidatePath& path, UtcTime at, PathResult& result) const;
  void judge_revocation(const CandidatePath& path, UtcTime at, PathResult& result);

  const PathInput& input_;
  PathPool pool_;
  PathBudget budget_;
  std::vector<NumberedCrl> crls_;
  /// Signers of evidence whose own path is being judged: their status must not rest on itself.
  std::vector<Bytes> in_progress_;
};

/// Status of path.chain[index] by RFC 5280 §6.3.3 and RFC 6960 §3.2, from the evidence that `judge`
/// has.
RevocationStatus revocation_status(const CandidatePath& path, std::size_t index, UtcTime at,
                                   PathJudge& judge, Findings& findings);

}  // namespace antin::certs
