#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "verifier/timestamp_judge.h"

namespace antin::verifier {

/// A signature whose cryptography is judged, whatever carries it: a PDF or a file of its own.
struct CheckedSignature {
  std::optional<certs::Certificate> signer;
  bool certificate_referenced = false;   ///< ESS signing-certificate names the signer
  Bytes value;                           ///< the signature value
  std::vector<DigestAlgorithm> digests;  ///< that it rests on; empty: not supported anyway
  std::vector<Bytes> timestamps, content_timestamps;  ///< tokens
  /// Digest of the signed content; nothing when it cannot be read.
  std::function<std::optional<Bytes>(DigestAlgorithm)> content;
  Material material;
  std::size_t index = 0;  ///< among the report's signatures
};

/// Judges the signature's own timestamps and returns the earliest trusted instant, or
/// `covered_since`, when something trusted covers the whole signature since then and is earlier.
/// V-19: a token that does not hold proves nothing, and says so; it breaks nothing either.
std::optional<UtcTime> judge_timestamps(const CheckedSignature& checked,
                                        std::optional<UtcTime> covered_since, Judging& judging,
                                        SignatureReport& report);

/// EN 319 102-1 V1.3.1: may the signer's certificate be trusted for a signature that is proven to
/// have existed at `proven` (5.2.6, 5.5, 5.6.2.4), and were the algorithms reliable (5.2.8)? Fills
/// signer, chain, revocation and findings. A claimed time plays no part.
void judge_trust(const CheckedSignature& checked, std::optional<UtcTime> proven, Judging& judging,
                 SignatureReport& report);

/// The time somebody claims to have signed at, and V-09's quirk about it.
void judge_claimed_time(const Input& input, SignatureReport& report);

/// Indication and sub-indication out of the findings.
void settle(SignatureReport& report);

}  // namespace antin::verifier
