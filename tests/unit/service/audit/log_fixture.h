#pragma once

#include <map>

#include "service/audit/log_reader.h"
#include "service/audit/log_writer.h"
#include "service/audit/reconcile.h"
#include "service/audit/store_events.h"
#include "service/audit/verify.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/log_keys.h"
#include "tests/fakes/store_fixture.h"

namespace antin::audit {

inline const UtcTime kNow{std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000))};
inline constexpr const char* kOrigin = "log.example/antin";

/// Both logs of a store, and what somebody with the database could do to them.
class LogTest : public fakes::StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    db_ = database();
    store_->set_event_sink(store_events(clock_, random_));
  }

  // What `work` writes, in one transaction.
  template <class Work>
  void write(const Work& work) {
    const auto done = db_->transaction([&]() -> Status {
      LogWriter logs(*db_, random_);
      return work(logs);
    });
    ASSERT_TRUE(done) << to_log_line(done.error());
  }
  void grow(std::size_t count) {
    write([&](LogWriter& logs) -> Status {
      for (std::size_t i = 0; i < count; ++i) {
        const auto what = std::to_string(written_++);
        ANTIN_TRY(const auto first, logs.audit({"test", "", what, {{"what", what}}}, kNow));
        static_cast<void>(first);
        ANTIN_TRY(const auto second,
                  logs.issued(Bytes(32, static_cast<std::uint8_t>(written_)), kReleased));
        static_cast<void>(second);
      }
      return Done{};
    });
  }
  void checkpoint(Log log) {
    LogReader reader(*db_, log);
    const auto size = reader.size();
    ASSERT_TRUE(size);
    const auto root = root_at(size.value(), reader.nodes());
    ASSERT_TRUE(root) << to_log_line(root.error());
    const auto text = checkpoint_text({origin_of(kOrigin, log), {size.value(), root.value()}});
    const auto note = to_text(SignedNote{text, {key(log).sign(text)}});
    write([&](LogWriter& logs) { return logs.keep_checkpoint(log, size.value(), note, kNow); });
  }
  const fakes::LogKey& key(Log log) const { return log == Log::kAudit ? audit_key_ : issued_key_; }

  VerifyReport verify(Log log, std::vector<Checkpoint> kept = {}) {
    VerifyReport report;
    const auto done = db_->snapshot([&]() -> Status {
      ANTIN_TRY(report,
                verify_log(*db_, log,
                           {.key = &key(log).verifier, .kept = std::move(kept), .on_record = {}}));
      return Done{};
    });
    EXPECT_TRUE(done) << to_log_line(done.error());
    return report;
  }
  static std::vector<std::string> codes(const Findings& findings) {
    std::vector<std::string> all;
    for (const auto& finding : findings) {
      auto text = std::string(info(finding.code).name);
      for (const auto& [name, value] : finding.params) {
        if (name == "so" || name == "la" || name == "id") text += " " + value;
      }
      all.push_back(text);
    }
    return all;
  }
  std::vector<std::string> found(Log log) { return codes(verify(log).findings); }
  void tamper(const std::string& sql, const Database::Values& values = {}) {
    const auto done = db_->transaction([&] { return db_->execute(sql, values); });
    ASSERT_TRUE(done) << to_log_line(done.error());
  }
  // All inner nodes anew from the entries, as somebody with the database and time would.
  void rebuild(Log log) {
    const auto id = static_cast<std::int64_t>(log);
    tamper("DELETE FROM log_node WHERE log=?1", {id});
    const auto leaves = LogReader(*db_, log).leaves(0, 100'000);
    ASSERT_TRUE(leaves);
    GrowingTree tree;
    std::vector<std::pair<NodeId, Hash>> nodes;
    for (const auto& leaf : leaves.value())
      tree.add(leaf_hash(leaf.entry),
               [&](const NodeId& node, const Hash& hash) { nodes.emplace_back(node, hash); });
    ASSERT_TRUE(db_->transaction([&]() -> Status {
      for (const auto& [node, hash] : nodes)
        ANTIN_CHECK(db_->execute("INSERT INTO log_node VALUES(?1, ?2, ?3, ?4)",
                                 {id, std::int64_t{node.level},
                                  static_cast<std::int64_t>(node.number), to_bytes(hash)}));
      return db_->execute("UPDATE log_size SET size=?2 WHERE log=?1",
                          {id, static_cast<std::int64_t>(leaves.value().size())});
    }));
  }

  static constexpr auto kReleased = IssuedState::kReleased;
  fakes::FrozenClock clock_{kNow};
  fakes::CountingRandom random_;
  fakes::LogKey audit_key_ = fakes::LogKey::of("log.example/antin/audit");
  fakes::LogKey issued_key_ = fakes::LogKey::of("log.example/antin/issued");
  std::unique_ptr<Database> db_;
  std::size_t written_ = 0;
};

using Names = std::vector<std::string>;

}  // namespace antin::audit
