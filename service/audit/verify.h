#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/finding.h"
#include "service/audit/log_reader.h"

namespace antin::audit {

/// What a log is judged by beside its own database.
struct VerifyOptions {
  /// Of this log's checkpoints; nullptr: their signatures are not looked at, which is a finding.
  const VerifierKey* key = nullptr;
  /// Of checkpoints that the log signed under earlier names or with earlier keys.
  std::vector<const VerifierKey*> earlier = {};
  /// Checkpoints of this log that were kept elsewhere; opened already.
  std::vector<Checkpoint> kept = {};
  /// Called with each record of the audit log that is still there and is what its entry says.
  std::function<Status(const AuditRecord& record)> on_record = {};
};

struct VerifyReport {
  TreeHead head;                ///< as computed from the entries
  std::uint64_t forgotten = 0;  ///< records that retention erased
  std::uint64_t checkpoints = 0;
  /// The largest checkpoint that the entries agree with. What came after it is not proven yet.
  TreeSize proven;
  Findings findings;
  std::uint64_t not_listed = 0;  ///< findings beyond kMaxFindings
};
constexpr std::size_t kMaxFindings = 100;

/// Reads the whole log once, in memory that does not grow with it: hashes every record, builds the
/// tree, compares it with the kept nodes and with every checkpoint.
///
/// Codes: kAuditEntryRemoved ({so}), kAuditEntryAltered, kAuditEntryReordered ({la}: its place
/// before), kAuditNodeDamaged and kAuditHistoryChanged (from {so} to before {la}), kAuditRolledBack
/// ({so} entries where there were {la}), kAuditCheckpointForged, kAuditUnsigned (a warning).
/// Call it in a transaction of `database`, so that it sees one moment.
Result<VerifyReport> verify_log(Database& database, Log log, const VerifyOptions& options);

}  // namespace antin::audit
