#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/finding.h"
#include "certs/path.h"

namespace antin::certs {

struct TimestampResult;

/// A parsed RFC 3161 TimeStampToken (CMS SignedData over TSTInfo), from a signature's unsigned
/// attribute, a document timestamp or a TSA's response. Parsed is not trusted.
class TimestampToken {
 public:
  /// Fails with kTimestampMalformed. BER is accepted (real tokens are not always DER); octets after
  /// the token are malformed, and so are several signers. At most 1 MiB, 64 certificates.
  static Result<TimestampToken> from_bytes(ByteView token);

  UtcTime gen_time() const;
  DigestAlgorithm imprint_algorithm() const;  ///< of TSTInfo.messageImprint
  const Bytes& imprint() const;
  std::string serial_hex() const;
  std::string policy_oid() const;
  const Bytes& nonce() const;  ///< magnitude, no leading zero octet; empty when absent
  /// Digest of the TSA's own signature; nullopt when antin cannot name it.
  std::optional<DigestAlgorithm> signature_digest() const;
  std::vector<Certificate> certificates() const;  ///< embedded ones
  const Bytes& bytes() const;

 private:
  friend TimestampResult judge_timestamp_of_digest(const TimestampToken& token, ByteView digest,
                                                   const PathInput& path_template);
  struct Parsed;
  explicit TimestampToken(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

struct TimestampResult {
  enum class Integrity { kIntact, kBroken, kNotCheckable };
  Integrity integrity;   ///< signature over TSTInfo and ESS signing certificate only
  bool imprint_matches;  ///< imprint equals the digest of the covered octets
  std::optional<Certificate> signer;
  /// Purpose kTimestamp at gen_time. kRevoked also when the TSA's key was revoked later without a
  /// reason that excludes its compromise: such a key can have signed any time (RFC 3161 §4).
  PathResult path;
  Findings findings;
  /// Intact, imprint matches, TSA certificate valid for timestamping on a path to an anchor.
  bool trusted() const {
    return integrity == Integrity::kIntact && imprint_matches &&
           path.state == PathResult::State::kValid;
  }
};

/// `covered`: octets that the token must cover; their digest in the token's own algorithm is
/// compared. Of `path_template` everything is used but leaf, purpose and at; the token's own
/// certificates are added to the candidates. The signer is looked for among the token's
/// certificates, the candidates and the store.
/// Pure: no clock, no network. Thread-safe.
TimestampResult judge_timestamp(const TimestampToken& token,
                                std::initializer_list<ByteView> covered,
                                const PathInput& path_template);

/// The same for a digest that is already computed in imprint_algorithm().
TimestampResult judge_timestamp_of_digest(const TimestampToken& token, ByteView digest,
                                          const PathInput& path_template);

/// DER TimeStampReq: SHA-256 imprint of `covered`, `nonce` (8 to 20 octets), certReq TRUE.
Result<Bytes> make_timestamp_request(ByteView imprint_sha256, ByteView nonce);
/// Reads a TimeStampResp. Fails with kTimestampRefused (PKIStatus not granted),
/// kTimestampMalformed, kTimestampMismatch (imprint or nonce is not the request's).
Result<TimestampToken> read_timestamp_response(ByteView response, ByteView imprint_sha256,
                                               ByteView nonce);

}  // namespace antin::certs
