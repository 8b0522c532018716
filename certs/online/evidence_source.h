#pragma once

#include <vector>

#include "certs/certificate.h"
#include "certs/core/finding.h"
#include "certs/crl.h"
#include "certs/ocsp.h"
#include "certs/path.h"

namespace antin::certs {

/// Everything at hand for judging; none of it is trusted for being here.
struct Evidence {
  std::vector<Certificate> certificates;
  std::vector<Crl> crls;
  std::vector<OcspResponse> ocsp;
};

/// What somebody wants to judge and lacks evidence for.
struct EvidenceWanted {
  struct Leaf {
    Certificate certificate;
    Purpose purpose;
  };
  std::vector<Leaf> leaves;
  Evidence at_hand;         ///< embedded in the document or given; looked at first
  const TrustStore* trust;  ///< outlives the call
  UtcTime at;               ///< evidence must still be good at this instant
  /// A cached statement that was issued before this instant is not enough, e.g. the signing time.
  std::optional<UtcTime> issued_after;
};

struct EvidenceFound {
  Evidence evidence;  ///< only what was added to at_hand
  /// kEvidenceUnreachable and others, one per address that failed; never an error by themselves.
  Findings findings;
};

/// Gets revocation data and missing issuers for chains (RFC 6960, RFC 5280 §4.2.1.13 and §4.2.2.1):
/// per certificate OCSP first, then CRL. May take long: hold no lock, token or request meanwhile.
/// Thread-safe.
class EvidenceSource {
 public:
  virtual ~EvidenceSource() = default;
  virtual EvidenceFound collect(const EvidenceWanted& wanted) = 0;
};

}  // namespace antin::certs
