#include "service/audit/checkpoint_walk.h"

#include <algorithm>

namespace antin::audit {
namespace {

constexpr std::size_t kAtATime = 1'024;

}  // namespace

void add_finding(VerifyReport& report, Code code, Params params) {
  if (report.findings.size() == kMaxFindings) {
    ++report.not_listed;
    return;
  }
  report.findings.push_back({code, Severity::kError, std::move(params), {}});
}

Status CheckpointWalk::begin() {
  outside_ = options_.kept;
  std::sort(outside_.begin(), outside_.end(),
            [](const auto& a, const auto& b) { return a.head.size < b.head.size; });
  if (options_.key == nullptr)
    report_.findings.push_back(
        {Code::kAuditUnsigned, Severity::kWarning, {{"nhat_ky", std::string(name(log_))}}, {}});
  return refill();
}

Status CheckpointWalk::refill() {
  while (waiting_.empty() && more_) {
    ANTIN_TRY(const auto some, reader_.checkpoints(read_up_to_, kAtATime));
    more_ = some.size() == kAtATime;
    for (const auto& kept : some) {
      read_up_to_ = kept.size;
      judge(kept);
    }
  }
  return Done{};
}

// Only what its signature makes true is compared with.
void CheckpointWalk::judge(const LogReader::KeptCheckpoint& kept) {
  ++report_.checkpoints;
  const auto good = [&]() -> Result<Checkpoint> {
    if (options_.key == nullptr) {
      ANTIN_TRY(auto read, parse_checkpoint(kept.note));
      return std::move(read.checkpoint);
    }
    auto opened = open_checkpoint(kept.note, *options_.key);
    for (const auto* earlier : options_.earlier) {
      if (opened) break;
      if (auto other = open_checkpoint(kept.note, *earlier)) opened = std::move(other);
    }
    if (!opened) return std::move(opened).error();
    return std::move(opened.value().checkpoint);
  };
  auto checkpoint = good();
  if (!checkpoint || checkpoint.value().head.size != kept.size) {
    add_finding(report_, Code::kAuditCheckpointForged,
                {{"nhat_ky", std::string(name(log_))}, {"so", std::to_string(kept.size.value)}});
    return;
  }
  waiting_.push_back(std::move(checkpoint).value());
}

Status CheckpointWalk::at(TreeSize size, const GrowingTree& tree) {
  while (!waiting_.empty() && waiting_.front().head.size == size) {
    compare(waiting_.front(), tree);
    waiting_.pop_front();
    ANTIN_CHECK(refill());
  }
  for (; next_outside_ < outside_.size() && outside_[next_outside_].head.size == size;
       ++next_outside_)
    compare(outside_[next_outside_], tree);
  return Done{};
}

void CheckpointWalk::compare(const Checkpoint& checkpoint, const GrowingTree& tree) {
  if (!known_ || broken_) return;
  if (checkpoint.head.root == tree.root()) {
    report_.proven = checkpoint.head.size;
    return;
  }
  broken_ = true;
  add_finding(report_, Code::kAuditHistoryChanged,
              {{"nhat_ky", std::string(name(log_))},
               {"so", std::to_string(report_.proven.value)},
               {"la", std::to_string(checkpoint.head.size.value)}});
}

Status CheckpointWalk::end(std::uint64_t entries) {
  while (!waiting_.empty()) {
    largest_ = std::max(largest_, waiting_.back().head.size.value);
    waiting_.clear();
    ANTIN_CHECK(refill());
  }
  if (!outside_.empty()) largest_ = std::max(largest_, outside_.back().head.size.value);
  if (largest_ > entries)
    add_finding(report_, Code::kAuditRolledBack,
                {{"nhat_ky", std::string(name(log_))},
                 {"so", std::to_string(entries)},
                 {"la", std::to_string(largest_)}});
  return Done{};
}

}  // namespace antin::audit
