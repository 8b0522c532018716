#include "service/audit/verify.h"

#include <algorithm>
#include <map>
#include <set>

#include "service/audit/checkpoint_walk.h"

namespace antin::audit {
namespace {

constexpr std::size_t kBatch = 4'096;
/// Entries that are looked for under other numbers, one pass over the nodes each.
constexpr int kMaxSearches = 32;
constexpr std::size_t kMaxMarked = 100'000;
/// A gap up to this length is bridged with the nodes that are still there.
constexpr std::uint64_t kMaxBridge = 4'096;

std::string range_text(std::uint64_t first, std::uint64_t end) {
  return end - first == 1 ? std::to_string(first)
                          : std::to_string(first) + "–" + std::to_string(end - 1);
}

class Walk {
 public:
  Walk(Database& database, Log log, const VerifyOptions& options, VerifyReport& report)
      : database_(database),
        reader_(database, log),
        log_(log),
        options_(options),
        report_(report),
        checkpoints_(reader_, log, options, report) {}

  Status run() {
    ANTIN_CHECK(checkpoints_.begin());
    ANTIN_CHECK(checkpoints_.at(tree_.size(), tree_));
    while (true) {
      ANTIN_TRY(const auto leaves, reader_.leaves(next_, kBatch));
      if (leaves.empty()) break;
      ANTIN_CHECK(load_stored(leaves.back().number));
      for (const auto& leaf : leaves) ANTIN_CHECK(take(leaf));
      ANTIN_CHECK(compare_completed());
    }
    ANTIN_CHECK(check_size());
    check_forgotten();
    report_.head = {tree_.size(), tree_.root()};
    return checkpoints_.end(next_);
  }

 private:
  void found(Code code, std::uint64_t so, std::optional<std::uint64_t> la = std::nullopt) {
    Params params{{"nhat_ky", std::string(name(log_))}, {"so", std::to_string(so)}};
    if (la) params.emplace_back("la", std::to_string(*la));
    add_finding(report_, code, std::move(params));
  }

  // The hashes that the database keeps for the leaves up to `last`.
  Status load_stored(std::uint64_t last) {
    stored_.clear();
    // A number far beyond the others is a gap, and nothing is loaded for a gap.
    const auto end = std::min(last, next_ + kBatch + kMaxBridge);
    ANTIN_TRY(const auto rows,
              database_.query("SELECT number, hash FROM log_node WHERE log=?1 AND level=0"
                              " AND number>=?2 AND number<=?3",
                              {static_cast<std::int64_t>(log_), static_cast<std::int64_t>(next_),
                               static_cast<std::int64_t>(end)}));
    for (const auto& row : rows) {
      Hash hash{};
      if (to_hash(service::as_blob(row[1]), hash))
        stored_.emplace(static_cast<std::uint64_t>(service::as_integer(row[0])), hash);
    }
    return Done{};
  }

  Status take(const LogReader::Leaf& leaf) {
    if (leaf.number > next_) ANTIN_CHECK(bridge(leaf.number));
    auto hash = leaf_hash(leaf.entry);
    ANTIN_TRY(const bool sound, judge_record(leaf));
    const auto kept = stored_.find(leaf.number);
    if (kept == stored_.end()) {
      found(Code::kAuditNodeDamaged, leaf.number, leaf.number + 1);
      mark(leaf.number);
    } else if (kept->second != hash) {
      if (sound) ANTIN_CHECK(name_altered(leaf.number, hash));
      // What was there when the tree was made: the checkpoints tell whether that is the truth.
      hash = kept->second;
    }
    return grow(hash);
  }

  // The record against its entry and its place. False when a finding was made.
  Result<bool> judge_record(const LogReader::Leaf& leaf) {
    if (!leaf.record) {
      ++report_.forgotten;
      last_forgotten_ = leaf.number;
      if (log_ == Log::kIssued) return altered(leaf.number);
      return true;
    }
    const bool fits = to_bytes(entry_of(*leaf.record)) == leaf.entry;
    if (log_ == Log::kIssued) {
      const auto record = decode_issued(*leaf.record);
      if (!fits || !record || to_hex(view(record->document)) != leaf.subject)
        return altered(leaf.number);
      return true;
    }
    const auto record = decode_audit(*leaf.record);
    if (record && record->number != leaf.number) {
      found(Code::kAuditEntryReordered, leaf.number, record->number);
      mark(leaf.number);
      return false;
    }
    if (!fits || !record || record->event.subject != leaf.subject) return altered(leaf.number);
    if (record->event.kind == "records_forgotten") note_forgotten(*record);
    if (options_.on_record) ANTIN_CHECK(options_.on_record(*record));
    return true;
  }

  // Only so that one cause is not told twice: where there are more than that, it does not matter.
  void mark(std::uint64_t number) {
    if (bad_.size() < kMaxMarked) bad_.insert(number);
  }

  bool altered(std::uint64_t number) {
    found(Code::kAuditEntryAltered, number);
    mark(number);
    return false;
  }

  // The entry is not what the tree has here: it is another's, or a new one.
  Status name_altered(std::uint64_t number, const Hash& hash) {
    mark(number);
    if (searches_ < kMaxSearches) {
      ++searches_;
      ANTIN_TRY(const auto rows,
                database_.query("SELECT number FROM log_node WHERE log=?1 AND level=0 AND hash=?2"
                                " LIMIT 1",
                                {static_cast<std::int64_t>(log_), to_bytes(hash)}));
      if (!rows.empty()) {
        found(Code::kAuditEntryReordered, number,
              static_cast<std::uint64_t>(service::as_integer(rows[0][0])));
        return Done{};
      }
    }
    found(Code::kAuditEntryAltered, number);
    return Done{};
  }

  // Entries [next_, until) are gone; their hashes may still be there.
  Status bridge(std::uint64_t until) {
    add_finding(report_, Code::kAuditEntryRemoved,
                {{"nhat_ky", std::string(name(log_))}, {"so", range_text(next_, until)}});
    if (until - next_ > kMaxBridge) whole_ = false;
    while (next_ < until && whole_) {
      const auto kept = stored_.find(next_);
      whole_ = kept != stored_.end();
      mark(next_);
      if (whole_) ANTIN_CHECK(grow(kept->second));
    }
    if (!whole_) checkpoints_.give_up();
    next_ = until;
    return Done{};
  }

  Status grow(const Hash& hash) {
    ++next_;
    if (!whole_) return Done{};
    tree_.add(hash, [this](const NodeId& id, const Hash& node) {
      if (id.level > 0) completed_[id.level].emplace_back(id.number, node);
    });
    return checkpoints_.at(tree_.size(), tree_);
  }

  // Inner nodes of this batch against the database's, from the bottom up: the lowest that differs
  // tells most.
  Status compare_completed() {
    for (const auto& [level, nodes] : completed_) {
      ANTIN_TRY(const auto rows,
                database_.query("SELECT number, hash FROM log_node WHERE log=?1 AND level=?2"
                                " AND number>=?3 AND number<=?4 ORDER BY number",
                                {static_cast<std::int64_t>(log_), std::int64_t{level},
                                 static_cast<std::int64_t>(nodes.front().first),
                                 static_cast<std::int64_t>(nodes.back().first)}));
      auto row = rows.begin();
      for (const auto& [number, node] : nodes) {
        const auto wanted = static_cast<std::int64_t>(number);
        while (row != rows.end() && service::as_integer((*row)[0]) < wanted) ++row;
        const bool same = row != rows.end() && service::as_integer((*row)[0]) == wanted &&
                          service::as_blob((*row)[1]) == to_bytes(node);
        if (!same) name_node(level, number);
      }
    }
    completed_.clear();
    return Done{};
  }

  void name_node(unsigned level, std::uint64_t number) {
    const auto first = number << level, end = (number + 1) << level;
    const auto known = bad_.lower_bound(first);
    if (known != bad_.end() && *known < end) return;
    mark(first);
    found(Code::kAuditNodeDamaged, first, end);
  }

  Status check_size() {
    ANTIN_TRY(const auto size, reader_.size());
    if (size.value > next_)
      add_finding(report_, Code::kAuditEntryRemoved,
                  {{"nhat_ky", std::string(name(log_))}, {"so", range_text(next_, size.value)}});
    if (size.value < next_) found(Code::kAuditNodeDamaged, size.value, next_);
    return Done{};
  }

  // Retention says how far it went; a record that is gone beyond that was not erased by it.
  void note_forgotten(const AuditRecord& record) {
    const auto fact = record.event.facts.find("before");
    std::uint64_t before = 0;
    if (fact != record.event.facts.end() && read_decimal(fact->second, before))
      forgotten_before_ = std::max(forgotten_before_, before);
  }
  void check_forgotten() {
    if (last_forgotten_ && *last_forgotten_ >= forgotten_before_ && log_ == Log::kAudit)
      found(Code::kAuditEntryAltered, *last_forgotten_);
  }

  Database& database_;
  LogReader reader_;
  const Log log_;
  const VerifyOptions& options_;
  VerifyReport& report_;
  CheckpointWalk checkpoints_;

  GrowingTree tree_;
  std::uint64_t next_ = 0;
  bool whole_ = true;  ///< no gap without its hashes so far
  std::map<std::uint64_t, Hash> stored_;
  std::map<unsigned, std::vector<std::pair<std::uint64_t, Hash>>> completed_;
  std::set<std::uint64_t> bad_;  ///< numbers that a finding names already
  int searches_ = 0;
  std::optional<std::uint64_t> last_forgotten_;
  std::uint64_t forgotten_before_ = 0;
};

}  // namespace

Result<VerifyReport> verify_log(Database& database, Log log, const VerifyOptions& options) {
  VerifyReport report;
  ANTIN_CHECK(Walk(database, log, options, report).run());
  return report;
}

}  // namespace antin::audit
