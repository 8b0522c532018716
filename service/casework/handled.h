#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/core/time.h"
#include "service/store/store.h"

namespace antin::casework {

/// What became of one request for a certified copy, as the monthly report counts it (C-22).
struct Handled {
  std::string unit;
  UtcTime received;
  std::optional<UtcTime> released = {}, refused = {}, cancelled = {};
  std::int64_t copies = 1;
};

/// Requests that were received, released, refused or cancelled from `from` until before `until`;
/// `units`: none: all.
Result<std::vector<Handled>> handled(service::Database& database,
                                     const std::vector<std::string>& units, UtcTime from,
                                     UtcTime until);

}  // namespace antin::casework
