#pragma once

#include <functional>
#include <string>

#include "certs/core/time.h"
#include "service/store/store.h"

namespace antin::casework {

/// Codes of a dossier's results that were given after the backup that a store was restored from
/// each becomes a case whose number is voided with this reason, so that none is given twice
/// and whoever looks for one finds that it was.
struct SkippedCodes {
  std::string unit, dossier;
  std::string facts;    ///< JSON of the case: {"reason": …}
  std::int64_t to = 0;  ///< the last of them
};
/// `new_id`: a UUIDv7 each time. Fails with kBookNumberGiven for a code that is there already or
/// more than 99 at once, and with kPaperCode.
Status skip_codes(service::Store& store, const SkippedCodes& skipped,
                  const std::function<std::string()>& new_id, UtcTime now);

}  // namespace antin::casework
