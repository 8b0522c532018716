#pragma once

#include <cstddef>

#include "certs/core/bytes.h"

namespace antin {

/// Unpredictable octets for nonces, file identifiers, field names and initialisation vectors.
/// Thread-safe. An implementation that cannot deliver ends the process: there is no safe answer.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual Bytes bytes(std::size_t count) = 0;
};

}  // namespace antin
