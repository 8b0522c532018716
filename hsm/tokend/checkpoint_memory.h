#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "hsm/checkpoint.h"

namespace antin::hsm {

/// The largest checkpoint that was signed, for each public key and origin. A log that forgets, or
/// tells two stories of the same length, gets no further signature. Thread-safe.
class CheckpointMemory {
  struct Passkey {};

 public:
  /// An absent file remembers nothing. Fails with kTokendStateUnreadable for a file that is damaged
  /// and with kFileUnreadable.
  static Result<std::unique_ptr<CheckpointMemory>> open(const std::string& path);
  CheckpointMemory(Passkey, std::string path) : path_(std::move(path)) {}

  /// Fails with kTokendCheckpointRollback for fewer entries, and for as many with another root.
  Status check(const Bytes& public_key, const Checkpoint& checkpoint);
  /// Returns when it is on the disk. Fails as check() does, and with kFileUnwritable.
  Status keep(const Bytes& public_key, const Checkpoint& checkpoint);
  /// What the journal remembers of a signature: the file may have been put back in time. Not
  /// written until the next keep().
  void bring_forward(const Bytes& public_key, const std::string& origin, std::uint64_t size,
                     const Bytes& root);

 private:
  struct Seen {
    std::uint64_t size = 0;
    Bytes root;
  };
  using All = std::map<std::pair<Bytes, std::string>, Seen>;
  Status check_locked(const Bytes& public_key, const Checkpoint& checkpoint) const;
  static std::string to_text(const All& all);

  const std::string path_;
  std::mutex mutex_;
  All all_;
};

}  // namespace antin::hsm
