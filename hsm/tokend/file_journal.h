#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hsm/tokend/journal.h"
#include "service/ipc/descriptor.h"

namespace antin::hsm {

/// Sees each entry of a journal that is read, in order. May be empty.
using JournalVisitor = std::function<void(const JournalRecord&)>;

/// What a journal holds.
struct JournalSummary {
  std::uint64_t last = 0;    ///< number of the newest entry; 0: none
  Bytes hash;                ///< of the newest entry; 32 zeros: none
  std::uint64_t octets = 0;  ///< of whole entries
  /// Behind them, an entry whose writing was cut off (power, kill): it was never acknowledged.
  std::uint64_t torn_octets = 0;
};

/// Reads the whole file and checks numbers and chain. Fails with kFileUnreadable, and with
/// kTokendJournalBroken ({file}, {seq}) for an entry that was altered, left out, put in or moved. A
/// file without its last entries is intact here: only what others remember of it (the audit log,
/// a backup, an earlier hash) tells.
Result<JournalSummary> verify_journal(const std::string& path, const JournalVisitor& visit);

/// One JSON object a line (journal_line.h), each with the hash of the line before it; appended and
/// synced; threads that come together share one sync. Not shared between processes.
class FileJournal final : public SignatureJournal {
  struct Passkey {};

 public:
  /// Creates the file with mode 0600 when it is absent. Checks all of it (verify_journal()) and
  /// cuts a torn entry off. Fails with kFileUnwritable, kTokendJournalBroken, kTokendJournalBusy.
  /// `clock` must outlive this.
  static Result<std::unique_ptr<FileJournal>> open(const std::string& path, const Clock& clock,
                                                   const JournalVisitor& visit = {});
  FileJournal(Passkey, service::Descriptor file, std::string path, const Clock& clock)
      : file_(std::move(file)), path_(std::move(path)), clock_(clock) {}

  /// Fails with kTokendJournalFull, which the next entry tries again, and kFileUnwritable: after a
  /// failed sync nothing is known of what is on the disk, and the journal fails for good.
  Status record(const JournalEntry& entry) override;
  Result<JournalPage> page(std::uint64_t after, std::size_t most) override;

  /// What open() found.
  const JournalSummary& found() const noexcept { return found_; }
  /// Number and hash of the newest safe entry.
  JournalSummary newest();

 private:
  Status append(const JournalEntry& entry, std::uint64_t& number);
  Status wait_until_safe(std::uint64_t number, std::unique_lock<std::mutex>& lock);
  Error broken(const char* doing) const;

  const service::Descriptor file_;
  const std::string path_;
  const Clock& clock_;
  JournalSummary found_;

  std::mutex mutex_;
  std::condition_variable synced_;
  std::uint64_t last_ = 0;
  std::uint64_t end_ = 0;  ///< octets
  Bytes hash_;
  std::uint64_t safe_ = 0;
  Bytes safe_hash_;
  std::vector<std::uint64_t> index_;  ///< where every kStep-th entry begins
  bool syncing_ = false;
  bool failed_ = false;
};

}  // namespace antin::hsm
