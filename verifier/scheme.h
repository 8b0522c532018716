#pragma once

#include <optional>
#include <string>

#include "certs/certificate.h"
#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "verifier/cms_reader.h"

namespace antin::verifier {

/// What the two AlgorithmIdentifiers of a SignerInfo say, taken together.
struct SchemeReading {
  enum class State {
    kReadable,
    kUnsupported,   ///< an algorithm antin does not verify
    kContradiction  ///< the identifiers name different digests, or parameters out of bounds
  };
  enum class Kind { kRsaPkcs1, kRsaPss, kEcdsa, kEd25519 };
  State state = State::kUnsupported;
  Kind kind = Kind::kRsaPkcs1;
  DigestAlgorithm digest = DigestAlgorithm::kSha256;
  DigestAlgorithm mgf_digest = DigestAlgorithm::kSha256;  ///< kRsaPss
  int salt_octets = 0;                                    ///< kRsaPss
  std::string name;                                       ///< of the signature, as reports spell it
};

/// The digest behind an algorithm identifier; nothing for others. Also accepts identifiers of
/// signature algorithms (sha256WithRSAEncryption), which old producers write into digestAlgorithm.
std::optional<DigestAlgorithm> digest_algorithm_of(const std::string& oid);

/// RFC 5652 §5.3, RFC 4056 (PSS: its digest must be the message digest), RFC 5754, RFC 8419.
SchemeReading read_scheme(const AlgorithmId& digest, const AlgorithmId& signature);

enum class ValueCheck {
  kMatches,
  kDiffers,
  kWrongKeyKind,  ///< the key cannot have made a signature of this algorithm
  kOtherDigest    ///< RSA PKCS #1: the value is over a digest of another algorithm than announced
};

/// Does `signature` belong to `message_digest` and the key of `signer`? For Ed25519 `message` is
/// what was signed.
ValueCheck check_value(const certs::Certificate& signer, const SchemeReading& scheme,
                       ByteView message_digest, ByteView message, ByteView signature);

/// The DigestInfo inside an RSA PKCS #1 v1.5 signature (RFC 8017 §9.2), read with the public key.
struct DigestInfo {
  DigestAlgorithm algorithm;
  Bytes digest;
};
std::optional<DigestInfo> recover_digest_info(const certs::Certificate& signer, ByteView signature);

}  // namespace antin::verifier
