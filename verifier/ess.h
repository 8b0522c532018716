#pragma once

#include <optional>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "verifier/cms_reader.h"

namespace antin::verifier {

/// RFC 5035: which certificate the signer commits to. Only the first entry names the signer's.
struct CertificateReference {
  DigestAlgorithm algorithm;
  Bytes hash;
};

struct CertificateReferences {
  bool present = false;
  bool damaged = false;                   ///< unreadable, doubled, or with an unknown digest
  std::vector<CertificateReference> all;  ///< v1 and v2, when both stand there

  /// False when there is none.
  bool match(const certs::Certificate& certificate) const;
};
CertificateReferences certificate_references(const std::vector<Attribute>& signed_attributes);

/// Those of `certificates` that the SignerIdentifier of `cms` names (RFC 5652 §5.3).
std::vector<certs::Certificate> named_by(const CmsSignature& cms,
                                         const std::vector<certs::Certificate>& certificates);

}  // namespace antin::verifier
