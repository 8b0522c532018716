#pragma once

#include <cstdint>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::ossl {

/// What one scrypt costs (RFC 7914 §2): 128 · r · 2^log2_n octets of memory, `p` times after one
/// another.
struct ScryptCost {
  unsigned log2_n, r, p;
  bool operator==(const ScryptCost&) const = default;
};

/// 32 octets. Fails with kPasswordWork when the memory cannot be had or the cost is none.
Result<Bytes> scrypt(ByteView secret, ByteView salt, const ScryptCost& cost);

}  // namespace antin::ossl
