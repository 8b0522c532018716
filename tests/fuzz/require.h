#pragma once

#include <cstdlib>

namespace antin::fuzz {

/// What must hold whatever the input is; otherwise the fuzzer has found something.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace antin::fuzz
