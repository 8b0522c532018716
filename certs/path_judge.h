#pragma once

#include <optional>
#include <vector>

#include "certs/path.h"
#include "certs/path_pool.h"

namespace antin::certs {

/// What the leaf of a path is to do.
enum class LeafUse { kSign, kTimestamp, kOcsp, kCrlSign };

/// One judgement: the certificates and lists at hand, and what the search may still cost.
class PathJudge {
 public:
  explicit PathJudge(const PathInput& input);

  /// The best path from `leaf` at `at`; with `only_anchor` to no other anchor.
  PathResult best_path(const Certificate& leaf, LeafUse use, UtcTime at,
                       std::optional<std::size_t> only_anchor);

  const PathPool& pool() const noexcept { return pool_; }
  PathBudget& budget() noexcept { return budget_; }
  /// Newest first: what a newer list says goes before what an older one said.
  const std::vector<Crl>& crls() const noexcept { return crls_; }

 private:
  PathResult evaluate(const CandidatePath& path, LeafUse use, UtcTime at);
  void judge_anchor(const CandidatePath& path, UtcTime at, PathResult& result) const;
  void judge_revocation(const CandidatePath& path, UtcTime at, PathResult& result);

  const PathInput& input_;
  PathPool pool_;
  PathBudget budget_;
  std::vector<Crl> crls_;
  /// Signers of lists whose own path is being judged: their status must not rest on itself.
  std::vector<Bytes> in_progress_;
};

/// Status of path.chain[index] by RFC 5280 §6.3.3, from the lists that `judge` has.
RevocationStatus revocation_status(const CandidatePath& path, std::size_t index, UtcTime at,
                                   PathJudge& judge, Findings& findings);

}  // namespace antin::certs
