#pragma once

#include <initializer_list>
#include <optional>

#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "certs/ossl/handles.h"

namespace antin::ossl {

/// Digest of the concatenation of `parts`, without copying them. Never fails for the algorithms
/// of DigestAlgorithm; a library that lacks one ends the process.
Bytes digest(DigestAlgorithm algorithm, std::initializer_list<ByteView> parts);
inline Bytes sha256(ByteView octets) {
  return digest(DigestAlgorithm::kSha256, {octets});
}

/// OpenSSL's object for `algorithm`, fetched once per process.
Borrowed<const EVP_MD> evp_md(DigestAlgorithm algorithm);

/// The algorithm behind an OpenSSL NID of a digest; nullopt for others.
std::optional<DigestAlgorithm> digest_of_nid(int nid);

}  // namespace antin::ossl
