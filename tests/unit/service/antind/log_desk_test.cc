#include "service/antind/log_desk.h"

#include <fcntl.h>

#include "service/antind/routes.h"
#include "service/audit/log_reader.h"
#include "service/audit/verify.h"
#include "service/ipc/descriptor.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/log_keys.h"
#include "tests/fakes/store_fixture.h"
#include "tests/fakes/stored_rows.h"

namespace antin::service {
namespace {

const UtcTime kNow{std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000))};

// tokend's part, or its absence.
class FakeKey final : public CheckpointKey {
 public:
  Result<Bytes> public_key() override { return fakes::LogKey::public_key(key_.key.get()); }
  Result<Bytes> sign(const std::string& text) override {
    ++asked;
    if (away) return make_error(Code::kTokendUnreachable, "away");
    auto signature = key_.raw(text);
    if (wrong) signature[0] ^= 1;
    return signature;
  }
  int asked = 0;
  bool away = false;
  bool wrong = false;

 private:
  fakes::LogKey key_ = fakes::LogKey::of("any");
};

class LogDeskTest : public fakes::StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    db_ = database();
    start();
  }
  void start() {
    desk_ = std::make_unique<LogDesk>(LogDesk::Parts{.store = store_.get(),
                                                     .log = &log_,
                                                     .metrics = &metrics_,
                                                     .clock = &clock_,
                                                     .random = &random_,
                                                     .origin = origin_,
                                                     .key = key_,
                                                     .journal = {}});
    ASSERT_TRUE(desk_->open(Bytes(32, 7)));
  }
  std::vector<std::string> kinds() {
    std::vector<std::string> all;
    const auto leaves = audit::LogReader(*db_, audit::Log::kAudit).leaves(0, 100);
    for (const auto& leaf : leaves.value())
      all.push_back(audit::decode_audit(*leaf.record)->event.kind);
    return all;
  }
  std::optional<audit::LogReader::KeptCheckpoint> newest(audit::Log log) {
    return audit::LogReader(*db_, log).newest_checkpoint().value();
  }
  void turn_after(std::chrono::seconds span) {
    clock_.advance(span);
    desk_->turn();
  }

  fakes::FrozenClock clock_{kNow};
  fakes::CountingRandom random_;
  Descriptor null_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  Log log_{null_.get(), clock_};
  Metrics metrics_;
  std::string origin_ = "log.example/antin";
  std::shared_ptr<FakeKey> key_ = std::make_shared<FakeKey>();
  std::unique_ptr<Database> db_;
  std::unique_ptr<LogDesk> desk_;
};

using Names = std::vector<std::string>;

TEST_F(LogDeskTest, WritesDownEachStartAndANewConfiguration) {
  EXPECT_EQ(kinds(), Names{"configuration"});
  start();
  EXPECT_EQ(kinds(), (Names{"configuration", "started"}));
  ASSERT_TRUE(desk_->open(Bytes(32, 8)));
  EXPECT_EQ(kinds(), (Names{"configuration", "started", "configuration"}));
}

TEST_F(LogDeskTest, SignsACheckpointWhenSomethingWasAddedAndOnlyThen) {
  desk_->turn();
  const auto first = newest(audit::Log::kAudit);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size.value, 1U);
  EXPECT_EQ(key_->asked, 1);
  turn_after(std::chrono::seconds(2));
  EXPECT_EQ(key_->asked, 1);
  // What the store tells comes into both logs.
  StoredOriginal original{.id = "o-1",
                          .sha256 = Bytes(32, 1),
                          .size = 10,
                          .name = "a.pdf",
                          .owner = "key-1",
                          .created = kNow,
                          .revisions = {}};
  original.entry = fakes::stored_entry("1", "0123456789abcdef", "A");
  bool fresh = false;
  ASSERT_TRUE(store_->add_original(original, fresh));
  turn_after(std::chrono::seconds(2));
  EXPECT_EQ(kinds(), (Names{"configuration", "original", "entry"}));
  ASSERT_TRUE(newest(audit::Log::kIssued));
  EXPECT_EQ(newest(audit::Log::kIssued)->size.value, 1U);
  const auto vkey = audit::LogReader(*db_, audit::Log::kIssued).fact("vkey.issued").value();
  ASSERT_TRUE(vkey);
  const auto key = audit::VerifierKey::parse(*vkey);
  ASSERT_TRUE(key);
  EXPECT_EQ(key.value().name(), "log.example/antin/issued");
  EXPECT_TRUE(audit::open_checkpoint(newest(audit::Log::kIssued)->note, key.value()));
}

TEST_F(LogDeskTest, TriesAgainWhenTheKeyHolderWasAwayAndKeepsNothingWrong) {
  key_->away = true;
  desk_->turn();
  EXPECT_FALSE(newest(audit::Log::kAudit));
  const auto asked = key_->asked;
  turn_after(std::chrono::seconds(2));
  EXPECT_EQ(key_->asked, asked);
  key_->away = false;
  key_->wrong = true;
  turn_after(std::chrono::seconds(60));
  EXPECT_FALSE(newest(audit::Log::kAudit));
  key_->wrong = false;
  turn_after(std::chrono::seconds(60));
  EXPECT_TRUE(newest(audit::Log::kAudit));
}

TEST_F(LogDeskTest, TellsWhatCameOfANewConfiguration) {
  desk_->configuration_refused(Bytes(32, 9), make_error(Code::kConfigUnsafe, "x"));
  turn_after(std::chrono::seconds(1));
  desk_->configured(Bytes(32, 8));
  turn_after(std::chrono::seconds(1));
  EXPECT_EQ(kinds(), (Names{"configuration", "configuration_refused", "configuration"}));
  const auto refused = audit::LogReader(*db_, audit::Log::kAudit).leaves(1, 1).value().at(0);
  EXPECT_EQ(audit::decode_audit(*refused.record)->event.facts.at("code"), "config.unsafe");
  // With the file that it took up the next start is a start and no change.
  ASSERT_TRUE(desk_->open(Bytes(32, 8)));
  EXPECT_EQ(kinds().back(), "started");
}

TEST_F(LogDeskTest, A04_ARestoredStoreSignsNoCheckpointUnderItsOldName) {
  desk_->turn();
  const auto before = newest(audit::Log::kAudit);
  ASSERT_TRUE(before);
  ASSERT_TRUE(store_->in_transaction([](Database& database) {
    return database.execute("INSERT INTO store_state VALUES('generation', '1')");
  }));
  const auto asked = key_->asked;
  start();
  turn_after(std::chrono::seconds(60));
  EXPECT_EQ(key_->asked, asked);
  EXPECT_EQ(newest(audit::Log::kAudit)->size, before->size);
  origin_ = "log.example/antin-2";
  start();
  turn_after(std::chrono::seconds(60));
  EXPECT_GT(newest(audit::Log::kAudit)->size, before->size);
}

TEST_F(LogDeskTest, WritesLoginsOnceADayAndRefusalsWithTheirNumber) {
  for (int i = 0; i < 3; ++i) {
    desk_->key_used("key-1", "192.0.2.1");
    desk_->key_refused("192.0.2.9");
  }
  turn_after(std::chrono::seconds(1));
  EXPECT_EQ(kinds(), (Names{"configuration", "api_key_used", "login_failed"}));
  desk_->key_used("key-1", "192.0.2.1");
  desk_->key_refused("192.0.2.9");
  turn_after(std::chrono::seconds(1));
  EXPECT_EQ(kinds().size(), 3U);
  turn_after(std::chrono::hours(25));
  desk_->key_used("key-1", "192.0.2.1");
  desk_->turn();
  EXPECT_EQ(kinds().size(), 5U);
  const auto leaf = audit::LogReader(*db_, audit::Log::kAudit).leaves(2, 1).value().at(0);
  EXPECT_EQ(audit::decode_audit(*leaf.record)->event.facts.at("times"), "3");
}

TEST_F(LogDeskTest, WhatItDoesIsFoundClean) {
  std::thread other([&] {
    for (int i = 0; i < 20; ++i)
      EXPECT_TRUE(store_->add_key({.id = "k" + std::to_string(i),
                                   .name = "n",
                                   .scopes = "verify",
                                   .hash = Bytes(32, static_cast<std::uint8_t>(i)),
                                   .created = kNow}));
  });
  for (int i = 0; i < 10; ++i) turn_after(std::chrono::seconds(1));
  other.join();
  turn_after(std::chrono::seconds(1));
  const auto vkey = audit::LogReader(*db_, audit::Log::kAudit).fact("vkey.audit").value();
  const auto key = audit::VerifierKey::parse(vkey.value_or(""));
  ASSERT_TRUE(key);
  const auto report = audit::verify_log(*db_, audit::Log::kAudit, {.key = &key.value()});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report.value().findings.empty());
  EXPECT_EQ(report.value().proven.value, 21U);
}

TEST(LogRoutes, TakeTilePathsAndNothingElse) {
  const auto found = match_route(Method::kGet, "/api/v1/logs/issued/tile/0/x001/234.p/5");
  ASSERT_NE(found.row, nullptr);
  EXPECT_EQ(found.row->operation, Operation::kLogTile);
  EXPECT_FALSE(found.row->scope);
  EXPECT_EQ(found.id, "0/x001/234.p/5");
  const auto audit_tile = match_route(Method::kGet, "/api/v1/logs/audit/tile/entries/000");
  ASSERT_NE(audit_tile.row, nullptr);
  EXPECT_EQ(audit_tile.row->scope, Scope::kAudit);
  for (const auto* none : {"/api/v1/logs/issued/tile/", "/api/v1/logs/issued/tile/%30/000",
                           "/api/v1/logs/other/checkpoint", "/api/v1/logs/issued/tile/A/000"})
    EXPECT_TRUE(match_route(Method::kGet, none).allowed.empty()) << none;
}

}  // namespace
}  // namespace antin::service
