#pragma once

#include <optional>

#include "certs/timestamp.h"
#include "signer/cms_parts.h"

namespace antin::signer {

/// archive-time-stamp-v3 (EN 319 122-1 §5.5.3): what it covers is told by an ats-hash-index-v3
/// (§5.5.2), which it carries itself as an unsigned attribute.

/// DER ATSHashIndexV3 of everything in `parts` now: certificates, revocation data, values of
/// unsigned attributes, each by its digest.
Bytes hash_index_of(const CmsParts& parts, DigestAlgorithm digest);
/// The one inside a token; nothing when there is not exactly one.
std::optional<Bytes> hash_index_in(const certs::TimestampToken& token);
/// What the token's imprint is over.
Bytes archive_input(const CmsParts& parts, ByteView content_digest, ByteView hash_index);
/// The token with the index inside. Fails with kTimestampMalformed.
Result<Bytes> with_hash_index(const certs::TimestampToken& token, const Bytes& hash_index);

/// Which of the parts an index speaks for.
struct IndexedParts {
  bool sound = false;  ///< every digest in it is that of something that is there
  bool all = false;    ///< and nothing is there that it leaves out, but archive timestamps
  CmsParts covered;    ///< only what it speaks for
};
IndexedParts indexed_by(const CmsParts& parts, ByteView hash_index, DigestAlgorithm digest);

}  // namespace antin::signer
