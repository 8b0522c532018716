#pragma once

#include "certs/core/bytes.h"
#include "certs/ossl/handles.h"

namespace antin::ossl {

/// SHA-256 of octets that are never all in memory at once.
class RunningSha256 {
 public:
  RunningSha256();
  void add(ByteView octets);
  /// Of everything added; nothing may be added afterwards.
  Bytes finish();

 private:
  DigestContextPtr context_;
};

}  // namespace antin::ossl
