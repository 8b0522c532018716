#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "certs/timestamp.h"
#include "verifier/chain_judge.h"
#include "verifier/object_log.h"
#include "verifier/scheme.h"

namespace antin::verifier {

/// What the judgement of one document shares between its signatures.
struct Judging {
  const Input& input;
  Proofs& proofs;
  ChainJudge& chains;
  ObjectLog& objects;
  /// Certificate chains that each signature's judgement looked at, its own last.
  std::map<std::size_t, std::vector<std::vector<certs::Certificate>>> chains_of;
};

CertificateSummary summary_of(const certs::Certificate& certificate);
std::vector<RevocationEntry> revocation_of(const ChainAnswer& answer);

struct TimestampInput {
  std::string kind;  ///< "signature", "document", "archive", "content"
  Bytes token;       ///< exact octets
  /// Digest of what the token must cover; nothing when that cannot be read.
  std::function<std::optional<Bytes>(DigestAlgorithm)> covered;
  std::size_t signature;  ///< index of the entry whose judgement this serves
};

struct TimestampJudgement {
  TimestampEntry entry;
  Integrity integrity = Integrity::kNotCheckable;  ///< signature and imprint
  std::optional<certs::TimestampToken> token;
  std::optional<certs::Certificate> signer;
  ChainAnswer chain;
  SchemeReading scheme;
};

/// EN 319 102-1 §5.4 and, when the timestamp server's certificate is no longer good, §5.6.2.4: a
/// token that a newer trusted one proves to be older still counts (Judging::proofs).
/// Nothing when the token cannot be parsed.
std::optional<TimestampJudgement> judge_token(const TimestampInput& input, const Material& material,
                                              Judging& judging);

/// Timestamps of different servers may disagree by this much.
constexpr std::chrono::seconds kTimestampTolerance{60};

}  // namespace antin::verifier
