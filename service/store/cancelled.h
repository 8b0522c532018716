#pragma once

#include <string>
#include <vector>

#include "service/store/store.h"

namespace antin::service {

/// What was cancelled by decision (TT 01/2020 Đ7), as it is published: no names, no code.
struct CancelledEntry {
  std::string id;  ///< of the original: whoever pages through the list goes on behind it
  std::string kind, number, book, day, unit_code, unit_name;
  std::string decision, decision_day;
  UtcTime at{std::chrono::sys_seconds{}};  ///< from when on everybody is told so
};

/// "" for what is not asked for.
struct CancelledSearch {
  std::string unit = {};                   ///< code
  std::string from_day = {}, to_day = {};  ///< of the decision
  std::string before = {};                 ///< id: older originals, newest first
  std::size_t most = 100;
};

/// Fails as Database does.
Result<std::vector<CancelledEntry>> cancelled_entries(Store& store, const CancelledSearch& search);

}  // namespace antin::service
