#pragma once

#include "certs/core/finding.h"
#include "certs/timestamp.h"
#include "signer/pades.h"

namespace antin::signer {

/// A timestamp as it was got, and what is to be said about the clock.
struct FreshTimestamp {
  certs::TimestampToken token;
  Findings warnings;  ///< kClockSkewNoted
};

/// Asks environment.timestamps for one. Fails as it does, with kTimestampUnreachable when there is
/// none, and with kClockSkew when the token is more than 300 s away from our clock (vietnam.md
/// S-19).
Result<FreshTimestamp> fresh_timestamp(ByteView imprint_sha256, const Environment& environment);

inline Finding warning(Code code, Params params = {}) {
  return {.code = code, .severity = Severity::kWarning, .params = std::move(params), .detail = {}};
}

inline void append(Findings& to, const Findings& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace antin::signer
