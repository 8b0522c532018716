#pragma once

#include <new>
#include <stdexcept>

#include "certs/core/error.h"

namespace antin::verifier {

/// Runs what reads foreign octets. A hostile document may ask for more memory than there is; that
/// is its failure (kResourceLimit), not ours.
template <class Task>
auto guarded(const Task& task) -> decltype(task()) {
  try {
    return task();
  } catch (const std::bad_alloc&) {
    return make_error(Code::kResourceLimit, "memory");
  } catch (const std::length_error&) {
    return make_error(Code::kResourceLimit, "length");
  }
}

}  // namespace antin::verifier
