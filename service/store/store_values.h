#pragma once

#include <cstdint>

#include "certs/core/time.h"
#include "service/store/database.h"

namespace antin::service {

/// How the tables keep an instant: seconds since 1970-01-01T00:00:00Z.
inline std::int64_t seconds(UtcTime at) {
  return at.since_epoch().time_since_epoch().count();
}

inline UtcTime from_seconds(std::int64_t count) {
  return UtcTime(std::chrono::sys_seconds(std::chrono::seconds(count)));
}

/// The database's own clock in SQL, in seconds: leases of several nodes go by one clock.
inline const char* now_of(const Database& database) {
  return database.dialect() == Database::Dialect::kSqlite
             ? "CAST(strftime('%s','now') AS INTEGER)"
             : "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT)";
}

}  // namespace antin::service
