#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/finding.h"
#include "certs/crl.h"
#include "certs/trust_store.h"

namespace antin::certs {

/// What is known of one certificate's revocation, from the given evidence only.
struct RevocationStatus {
  enum class State { kGood, kRevoked, kUnknown, kNotNeeded };
  State state;
  std::optional<UtcTime> revoked_at;   ///< iff kRevoked
  std::string reason;                  ///< CRLReason name, "" when absent
  std::string source;                  ///< "crl", "ocsp", ""
  std::optional<UtcTime> this_update;  ///< of the evidence used
  std::optional<UtcTime> next_update;
  std::string evidence_sha256;  ///< hex, of the CRL or OCSP response used
};

struct PathInput {
  Certificate leaf;
  std::vector<Certificate> candidates;  ///< embedded in the document or otherwise at hand
  const TrustStore* trust;              ///< outlives the call
  std::vector<Crl> crls;                ///< evidence given; nothing is fetched
  Purpose purpose;
  UtcTime at;  ///< judged at this instant, RFC 5280 §6.1.1 (b)
  /// When the last evidence was produced; a revocation after `at` is reported, not decisive.
  bool check_revocation = true;
};

/// Result of RFC 5280 §6 over the best path found.
struct PathResult {
  enum class State {
    kValid,              ///< path to an anchor, every certificate valid at `at`, none revoked
    kNoPath,             ///< no anchor reached
    kExpired,            ///< leaf outside its validity at `at` (after)
    kNotYetValid,        ///< leaf outside its validity at `at` (before)
    kRevoked,            ///< leaf revoked at or before `at`
    kCaRevoked,          ///< an intermediate revoked at or before `at`
    kRevocationUnknown,  ///< valid so far, but a needed status is missing
    kInvalid  ///< path found, but RFC 5280 forbids it (constraints, usage, CA expired, …)
  };
  State state;
  std::vector<Certificate> chain;            ///< leaf first, anchor last when one was reached
  std::vector<RevocationStatus> revocation;  ///< same length as chain
  std::optional<std::size_t> anchor;         ///< index in trust->anchors
  Findings findings;
};

/// Searches candidates, intermediates and anchors by key identifier and by name, then lets OpenSSL
/// validate each candidate path; a name never decides trust, a signature does. Gives up after a
/// fixed number of candidate paths (kCertPathBudget finding; state stays kNoPath).
/// Pure: no clock, no network. Thread-safe.
PathResult build_path(const PathInput& input);

}  // namespace antin::certs
