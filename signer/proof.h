#pragma once

#include <optional>
#include <vector>

#include "certs/online/evidence_source.h"
#include "certs/path.h"
#include "certs/timestamp.h"
#include "signer/extend.h"

namespace antin::signer {

/// A certificate that must be shown to have been good at an instant.
struct Subject {
  certs::Certificate leaf;
  std::vector<certs::Purpose> purposes;  ///< the first that reaches an anchor counts
  UtcTime at;
  std::optional<UtcTime> after;  ///< the leaf's statement should be issued at or after this …
  ProofMaterial::Freshness freshness = ProofMaterial::Freshness::kPrefer;  ///< … or must
};

/// Certificates and statements that show it, and whether they do.
struct Proof {
  bool complete = false;
  bool fresh = true;  ///< as Subject::after wants it
  certs::Evidence used;
  Findings reasons;  ///< why not complete, or not fresh; severity warning
};

/// Everything at hand, and what of it proves which certificate. Nothing is fetched but by fetch().
class Prover {
 public:
  explicit Prover(const ProofMaterial& material) : material_(material) {}

  /// Adds evidence; none is trusted for being here.
  void add(const certs::Evidence& evidence);
  /// Adds what the caller has at hand.
  void add_material();

  Proof prove(const Subject& subject) const;
  /// Asks `source` for what these subjects lack, and for the chains of those who sign the answers.
  /// Findings are those of addresses that failed, each once.
  Findings fetch(certs::EvidenceSource& source, const std::vector<Subject>& subjects, UtcTime now);
  /// For certs::judge_timestamp().
  certs::PathInput timestamp_path(const certs::Certificate& any, UtcTime at) const;
  bool has_trust() const noexcept { return material_.trust != nullptr; }

 private:
  certs::PathInput path_input(const Subject& subject, certs::Purpose purpose) const;
  void add_statement(const std::string& sha256, const certs::Certificate& issuer,
                     certs::Evidence& used) const;
  void add_responders(const certs::OcspResponse& response, certs::Evidence& used,
                      std::vector<Subject>* open) const;
  void collect(certs::EvidenceSource& source, const std::vector<Subject>& subjects, UtcTime now,
               Findings& findings);

  const ProofMaterial& material_;
  certs::Evidence pool_;
};

}  // namespace antin::signer
