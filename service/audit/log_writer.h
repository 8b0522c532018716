#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "certs/core/random.h"
#include "service/audit/database.h"
#include "service/audit/record.h"

namespace antin::audit {

/// Appends to the logs. Every call belongs into the transaction of what it tells of: the number is
/// given there, and a rollback takes the entry back as well. Several nodes on one database wait for
/// each other at the log's row, so that there is one sequence.
///
/// Who writes to both logs in one transaction writes to the audit log first.
///
/// Failures: the database's own; kAuditLogDamaged ({nhat_ky}) when the tree below is not whole.
class LogWriter {
 public:
  LogWriter(Database& database, RandomSource& random) : database_(database), random_(random) {}

  /// Returns the entry's number.
  Result<std::uint64_t> audit(const Event& event, UtcTime at);
  Result<std::uint64_t> issued(ByteView document_sha256, IssuedState state);

  /// Retention: forgets the records of the audit log below `before`, whose entries stay, and says
  /// so in the log, with `facts`. The checkpoints that exist go on proving all of it.
  Status forget_before(std::uint64_t before, const std::string& actor, UtcTime at,
                       std::map<std::string, std::string> facts = {});

  /// Keeps a checkpoint; one of the same size is replaced only by itself.
  Status keep_checkpoint(Log log, TreeSize size, const std::string& note, UtcTime at);

  /// Small facts beside the logs: how far tokend's journal was read, the verifier keys.
  Status set(const std::string& what, const std::string& value);

 private:
  Result<std::uint64_t> next_number(Log log);
  Status add(Log log, std::uint64_t number, const Bytes& record, const std::string& subject);

  Database& database_;
  RandomSource& random_;
};

}  // namespace antin::audit
