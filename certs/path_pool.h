#pragma once

#include <optional>
#include <vector>

#include "certs/path.h"

namespace antin::certs {

/// Work that one call may do: hostile documents bring many certificates of one name.
struct PathBudget {
  std::size_t signatures = 256;
  std::size_t paths = 32;
  bool exhausted = false;

  static bool spend(std::size_t& left) { return left != 0 && left-- != 0; }
};

constexpr std::size_t kLongestPath = 16;

/// All certificates at hand for one judgement, each once: anchors, known intermediates, candidates.
class PathPool {
 public:
  explicit PathPool(const PathInput& input);

  struct Entry {
    Certificate certificate;
    std::optional<std::size_t> anchor;  ///< index in TrustStore::anchors
  };
  const std::vector<Entry>& entries() const noexcept { return entries_; }
  /// The very certificate, octet by octet.
  const Entry* find(const Certificate& certificate) const;

 private:
  std::vector<Entry> entries_;
};

/// A chain to one anchor whose names, key identifiers and signatures fit. Nothing else is known.
struct CandidatePath {
  std::vector<Certificate> chain;  ///< leaf first, anchor last
  std::size_t anchor;
};

/// True when `issuer`'s name and key identifier are those that `certificate` names.
bool names_issuer(const Certificate& certificate, const Certificate& issuer);

/// Calls `visit` with each candidate path until it returns kStop or the budget is spent.
enum class Visit { kContinue, kStop };
template <class Visitor>
Visit each_path(const PathPool& pool, PathBudget& budget, std::vector<Certificate>& chain,
                const Visitor& visit);

/// RFC 5280 §6.1 without time and revocation: constraints, policies, unknown critical extensions,
/// path length, key usage of the authorities. nullopt when all is well, otherwise what is wrong.
std::optional<std::string> rfc5280_objection(const CandidatePath& path,
                                             const CertificatePolicies& policies, UtcTime at);

// --- implementation of the template

template <class Visitor>
Visit each_path(const PathPool& pool, PathBudget& budget, std::vector<Certificate>& chain,
                const Visitor& visit) {
  const auto& last = chain.back();
  if (const auto* here = pool.find(last); here != nullptr && here->anchor) {
    if (!PathBudget::spend(budget.paths)) {
      budget.exhausted = true;
      return Visit::kStop;
    }
    if (visit(CandidatePath{chain, *here->anchor}) == Visit::kStop) return Visit::kStop;
  }
  if (chain.size() == kLongestPath) return Visit::kContinue;
  for (const auto& entry : pool.entries()) {
    const auto& issuer = entry.certificate;
    if (!names_issuer(chain.back(), issuer)) continue;
    bool looped = false;
    for (const auto& earlier : chain) looped = looped || earlier == issuer;
    if (looped) continue;
    if (!PathBudget::spend(budget.signatures)) {
      budget.exhausted = true;
      return Visit::kStop;
    }
    if (!chain.back().signature_verifies_with(issuer)) continue;
    chain.push_back(issuer);
    const auto next = each_path(pool, budget, chain, visit);
    chain.pop_back();
    if (next == Visit::kStop) return Visit::kStop;
  }
  return Visit::kContinue;
}

}  // namespace antin::certs
