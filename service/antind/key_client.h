#pragma once

#include <string>
#include <vector>

#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::service {

/// The agency's key as the key holder describes it.
struct AgencyKey {
  std::string uri;
  CertificateDer certificate{Bytes{}};
  std::vector<CertificateDer> chain;
  SignatureScheme scheme{SignatureAlgorithm::kRsaPkcs1, DigestAlgorithm::kSha256};
};

/// All that antind may ask of the key holder: which key it has, and to sign attributes with it. The
/// implementation is a conversation by messages with antin-tokend; antind never sees a PIN.
/// Thread-safe. A call may take as long as a token takes.
class KeyClient {
 public:
  virtual ~KeyClient() = default;
  /// Fails with kTokenKeyNotFound, kTokenKeyAmbiguous, kTokenRemoved, kTokenPinLocked, …
  virtual Result<AgencyKey> key() = 0;
  virtual Result<SignatureValue> sign(const AgencyKey& key, const ToBeSigned& attributes) = 0;
  /// Whether the key holder can be reached at all; takes no time. Fails with kTokendUnreachable.
  virtual Status reachable() = 0;
};

}  // namespace antin::service
