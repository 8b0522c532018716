#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"

namespace antin::hsm {

/// What is known of one signature when it is about to be released.
struct JournalEntry {
  std::string key_uri;
  std::string scheme;        ///< "ECDSA SHA-256"
  Bytes attributes_sha256;   ///< of the DER that was signed
  Bytes message_digest;      ///< of the document, as the attributes say
  Bytes certificate_sha256;  ///< as the attributes say
};

/// Where tokend writes down each signature before it lets it out. Thread-safe.
class SignatureJournal {
 public:
  virtual ~SignatureJournal() = default;
  /// Returns when the entry is safe. A failure keeps the signature in.
  virtual Status record(const JournalEntry& entry) = 0;
};

/// One JSON object a line, appended and synced; threads that come together share one sync.
class FileJournal final : public SignatureJournal {
 public:
  /// Creates the file with mode 0600 when it is absent. Fails with kFileUnwritable. `clock` must
  /// outlive this.
  static Result<std::unique_ptr<FileJournal>> open(const std::string& path, const Clock& clock);
  ~FileJournal() override;
  FileJournal(const FileJournal&) = delete;
  FileJournal& operator=(const FileJournal&) = delete;

  Status record(const JournalEntry& entry) override;

 private:
  struct Passkey {};

 public:
  FileJournal(Passkey, int file, std::string path, const Clock& clock)
      : file_(file), path_(std::move(path)), clock_(clock) {}

 private:
  const int file_;
  const std::string path_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable synced_;
  std::uint64_t written_up_to_ = 0;  ///< entries
  std::uint64_t safe_up_to_ = 0;
  bool syncing_ = false;
  bool failed_ = false;  ///< for good: after a failed sync nothing is known of what is on the disk
};

}  // namespace antin::hsm
