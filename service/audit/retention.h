#pragma once

#include <cstdint>
#include <string>

#include "service/audit/log_writer.h"

/// How long the words of the audit log are kept. Its entries stay for ever, and so does every
/// proof.
namespace antin::audit {

/// What would be forgotten.
struct Retention {
  std::uint64_t before = 0;   ///< records of entries below this number
  std::uint64_t records = 0;  ///< that are still there
};
/// Records from before the instant `until`. Fails with kAuditForgetUnproven ({so}) while the log
/// has a key and no checkpoint of it covers them: nothing would show then that retention took them,
/// and not somebody else.
Result<Retention> records_before(Database& database, UtcTime until);

/// Erases them, which is an entry of the log itself (`by`: who asked). Stays the same when nothing
/// is left to erase.
Status forget(Database& database, RandomSource& random, const Retention& retention, UtcTime until,
              const std::string& by, UtcTime at);

}  // namespace antin::audit
