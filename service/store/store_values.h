#pragma once

#include <cstdint>

#include "certs/core/time.h"

namespace antin::service {

/// How the tables keep an instant: seconds since 1970-01-01T00:00:00Z.
inline std::int64_t seconds(UtcTime at) {
  return at.since_epoch().time_since_epoch().count();
}

inline UtcTime from_seconds(std::int64_t count) {
  return UtcTime(std::chrono::sys_seconds(std::chrono::seconds(count)));
}

}  // namespace antin::service
