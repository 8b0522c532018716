#pragma once

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/timestamp.h"

namespace antin::signer {

/// Gets a timestamp for a digest. May take minutes (vietnam.md S-07): never hold a token session,
/// a lock or a request while calling it.
class TimestampSource {
 public:
  virtual ~TimestampSource() = default;
  /// `imprint_sha256`: SHA-256 of the octets to be covered. Fails with kTimestampUnreachable
  /// (M-18), kTimestampRefused, kTimestampMalformed, kTimestampMismatch.
  virtual Result<certs::TimestampToken> timestamp(ByteView imprint_sha256) = 0;
};

}  // namespace antin::signer
