#pragma once

#include <deque>
#include <optional>

#include "service/audit/verify.h"

namespace antin::audit {

/// Adds a finding of severity error as long as there is room for it.
void add_finding(VerifyReport& report, Code code, Params params);

/// The checkpoints of a log, met one after the other while its tree grows again.
class CheckpointWalk {
 public:
  CheckpointWalk(LogReader& reader, Log log, const VerifyOptions& options, VerifyReport& report)
      : reader_(reader), log_(log), options_(options), report_(report) {}

  Status begin();
  /// The tree has this size now.
  Status at(TreeSize size, const GrowingTree& tree);
  /// From here on the tree is not known.
  void give_up() noexcept { known_ = false; }
  /// The log ends with this many entries.
  Status end(std::uint64_t entries);

 private:
  Status refill();
  void judge(const LogReader::KeptCheckpoint& kept);
  void compare(const Checkpoint& checkpoint, const GrowingTree& tree);

  LogReader& reader_;
  const Log log_;
  const VerifyOptions& options_;
  VerifyReport& report_;
  std::vector<Checkpoint> outside_;  ///< kept elsewhere, by size
  std::size_t next_outside_ = 0;
  std::deque<Checkpoint> waiting_;  ///< from the database, by size
  std::optional<TreeSize> read_up_to_;
  bool more_ = true;
  bool known_ = true;
  bool broken_ = false;  ///< a root differed: every later one differs as well
  std::uint64_t largest_ = 0;
};

}  // namespace antin::audit
