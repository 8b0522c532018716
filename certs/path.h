#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/finding.h"
#include "certs/crl.h"
#include "certs/ocsp.h"
#include "certs/trust_store.h"

namespace antin::certs {

/// What is known of one certificate's revocation, from the given evidence only.
struct RevocationStatus {
  enum class State { kGood, kRevoked, kUnknown, kNotNeeded };
  State state;
  std::optional<UtcTime> revoked_at;   ///< iff kRevoked; may be later than `at`
  std::string reason;                  ///< CRLReason name, "" when absent
  std::string source;                  ///< "crl", "ocsp", ""
  std::optional<UtcTime> this_update;  ///< of the evidence used
  std::optional<UtcTime> next_update;
  std::string evidence_sha256;  ///< hex, of the CRL or OCSP response used
};

/// Inputs (c) to (f) of RFC 5280 §6.1.1.
struct CertificatePolicies {
  std::vector<std::string> acceptable;  ///< dotted OIDs; empty: any policy
  bool required = false;                ///< initial-explicit-policy
  bool inhibit_mapping = false;
  bool inhibit_any = false;
};

struct PathInput {
  Certificate leaf;
  std::vector<Certificate> candidates;  ///< embedded in the document or otherwise at hand
  const TrustStore* trust;              ///< outlives the call
  std::vector<Crl> crls;                ///< evidence given; nothing is fetched
  std::vector<OcspResponse> ocsp = {};  ///< the same
  Purpose purpose;
  UtcTime at;  ///< judged at this instant, RFC 5280 §6.1.1 (b)
  /// A revocation after `at` is reported, not decisive.
  bool check_revocation = true;
  CertificatePolicies policies = {};
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

/// Rules for a leaf: kSign, kSeal: keyUsage permits signing and the certificate is not for
/// timestamps or OCSP alone; kTimestamp: may_timestamp(); kOcsp: id-kp-OCSPSigning.
///
/// Revocation lists: complete, partitioned and indirect ones, and deltas with their base, as in RFC
/// 5280 §6.3.3; signed by the issuer's key or by that of a certificate of the same name (of the
/// name that the distribution point gives) with cRLSign and a valid path to the same anchor. A list
/// counts when it was issued at or after `at`, or when its nextUpdate is not before `at`; one
/// issued after the certificate expired proves nothing good unless it says that it keeps expired
/// ones.
///
/// OCSP answers: signed by the key that issued the certificate, or by a certificate that this key
/// issued for it (RFC 6960 §4.2.2.2; no purpose of the anchor is asked), in force when the answer
/// was produced, and not revoked as other evidence shows. thisUpdate, nextUpdate and the archive
/// cutoff (§4.4.4) count as for lists; an answer without nextUpdate stands for five minutes.
///
/// Of lists and answers together the newest thisUpdate goes first, but no statement, however new,
/// undoes a revocation other than certificateHold. So one from within the certificate's validity is
/// used although newer ones were made after it expired.
///
/// kNotNeeded: anchors, OCSP responders with ocsp-nocheck, certificates that say they are
/// never revoked (RFC 9608; EN 319 412-1 §5.2 validity assured short term).
///
/// Searches candidates, intermediates and anchors by key identifier and by name, then lets OpenSSL
/// validate each candidate path; a name never decides trust, a signature does. Gives up after a
/// fixed number of candidate paths (kCertPathBudget finding; state stays kNoPath).
/// Pure: no clock, no network. Thread-safe.
PathResult build_path(const PathInput& input);

}  // namespace antin::certs
