#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/finding.h"
#include "service/audit/log_writer.h"

/// tokend's journal against the register: no signature may exist that only one of them knows.
namespace antin::audit {

/// One signature as the key holder wrote it down before it let it out.
struct Journaled {
  std::uint64_t number = 0;  ///< from 1, without gaps
  enum class Kind : std::uint8_t { kDocument, kCheckpoint } kind = Kind::kDocument;
  Bytes signed_sha256;
  std::string key_uri;
  // kCheckpoint only.
  std::string origin;
  std::uint64_t size = 0;
  Bytes root;
};
struct JournalPage {
  std::vector<Journaled> entries;
  std::uint64_t last = 0;  ///< number of the newest there is
};
/// Up to `most` entries after the number `after`.
using Journal = std::function<Result<JournalPage>(std::uint64_t after, std::size_t most)>;

/// Before the key holder is asked: this job is about to have these attributes signed. Without it a
/// signature in the journal is nobody's.
Status expect_signature(Database& database, const std::string& job, ByteView signed_sha256,
                        UtcTime at);

/// The names of the two logs in their checkpoints.
std::string origin_of(const std::string& base, Log log);

/// Where a reconciliation runs: each piece of work in a transaction of its own.
using Transactions = std::function<Status(const std::function<Status(Database&)>&)>;

/// What the running service does at start and from time to time: goes on in the journal where it
/// stopped, marks what it knows, writes every use of the key into the audit log, and says what it
/// does not understand. The first time it begins at the journal's end.
///
/// Codes: kAuditSignatureUnknown ({so}), kAuditSignatureUnjournaled ({id}: the job),
/// kAuditRolledBack and kAuditHistoryChanged when the journal has a checkpoint that this log did
/// not make, kAuditJournalUnreadable ({so}) when it is shorter than before. Each is told once.
Result<Findings> reconcile(const Transactions& transactions, const Journal& journal,
                           RandomSource& random, const std::string& origin, UtcTime at);

/// The fact that holds how many of the journal's entries are older than the log.
inline constexpr const char* kJournalBaseline = "journal.baseline";

/// Which part of the journal is compared.
struct JournalSpan {
  /// How many entries are older than the log, as the audit log itself tells it, which nobody can
  /// change; nullopt where it does not.
  std::optional<std::uint64_t> after;
  /// The journal's newest entry before `database` was read: what came later the database may not
  /// know yet. nullopt: all of it was there before.
  std::optional<std::uint64_t> up_to;
};
/// The same question about everything, without writing: for antin audit verify.
///
/// Beside the codes above: kAuditJournalMoved ({so}: as logged, {la}: as the database says now),
/// kAuditJournalBefore ({so} entries), which is no more than a word.
Result<Findings> compare_with_journal(Database& database, const Journal& journal,
                                      const std::string& origin, const JournalSpan& span = {});

}  // namespace antin::audit
