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

/// A signer at the time that a timestamp proves.
Subject signer_subject(const certs::Certificate& signer, UtcTime proven,
                       ProofMaterial::Freshness freshness);
/// A timestamp's server when it made the token.
Subject timestamp_subject(const certs::TimestampToken& token, const certs::Certificate& server);
/// The same for a token that the next one is going to protect: EN 319 102-1 §5.6.2.2 slides the
/// control time back to when the newest statement about the server was issued, so that has to be
/// recent.
Subject renewed_subject(const certs::TimestampToken& token, const certs::Certificate& server,
                        UtcTime now);

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
  /// Who made the token, when it is intact, covers these octets, and the server is not known to be
  /// bad. One that nothing is known of will do: whether it is trusted is judged later.
  std::optional<certs::Certificate> server_of(const certs::TimestampToken& token,
                                              std::initializer_list<ByteView> covered) const;
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
