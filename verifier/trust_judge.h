#pragma once

#include <optional>
#include <vector>

#include "certs/certificate.h"
#include "certs/crl.h"
#include "certs/ocsp.h"
#include "certs/path.h"
#include "certs/timestamp.h"
#include "verifier/report.h"
#include "verifier/scheme.h"
#include "verifier/verify.h"

namespace antin::verifier {

/// Certificates and revocation lists that may help, wherever they came from; none is trusted for
/// having been found.
struct Material {
  std::vector<certs::Certificate> certificates;
  std::vector<certs::Crl> crls;
  std::vector<certs::OcspResponse> ocsp = {};
};

CertificateSummary summary_of(const certs::Certificate& certificate);

/// EN 319 102-1 V1.3.1 clauses 5.2.6, 5.5 and 5.6.2 over the given evidence: is `signer` on a path
/// to an anchor, and was it good at the proven time of the signature (without one: at input.at)?
/// Fills signer, chain, revocation and findings of `report`, and the path itself into `chain`.
/// A claimed time plays no part.
void judge_chain(const certs::Certificate& signer, const Material& material, const Input& input,
                 std::optional<UtcTime> proven, SignatureReport& report,
                 std::vector<certs::Certificate>& chain);

/// EN 319 102-1 V1.3.1 clause 5.2.8: the digests and keys of signature and chain against the
/// policy, at the proven time or at input.at. Needs judge_chain()'s path.
void judge_algorithms(const std::vector<DigestAlgorithm>& digests, const certs::Certificate& signer,
                      const std::vector<certs::Certificate>& chain, const Input& input,
                      std::optional<UtcTime> proven, Findings& findings);

struct TimestampInput {
  std::string kind;                     ///< "signature", "document"
  Bytes token;                          ///< exact octets
  Bytes covered;                        ///< a signature value; empty for a document timestamp
  std::optional<Bytes> covered_digest;  ///< of a document's ranges, in the token's algorithm
  UtcTime known_since;  ///< something trusted proves the token existed then; input.at else
};
struct TimestampJudgement {
  TimestampEntry entry;
  Integrity integrity = Integrity::kNotCheckable;  ///< signature and imprint
  std::optional<certs::Certificate> signer;
  std::vector<certs::Certificate> chain;
  std::vector<RevocationEntry> revocation;
  SchemeReading scheme;
};
/// Nothing when the token cannot be parsed.
std::optional<TimestampJudgement> judge_token(const TimestampInput& token, const Material& material,
                                              const Input& input);

}  // namespace antin::verifier
