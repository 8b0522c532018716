#include <thread>

#include "service/store/postgresql.h"
#include "service/store/service_lock.h"
#include "tests/fakes/full_disk.h"
#include "tests/fakes/store_fixture.h"
#include "tests/fakes/stored_rows.h"

namespace antin::service {
namespace {

const UtcTime kNow = *from_rfc3339("2026-06-01T00:00:00Z");

StoredJob job(const std::string& id, JobState state = JobState::kQueued) {
  return fakes::stored_job(id, kNow, state);
}

StoredSignature signature(const std::string& id) {
  return fakes::stored_signature(id, kNow);
}

using fakes::FullDisk;

class Outage : public fakes::StoreFixture {};

TEST_F(Outage, AFullDiskIsToldAndPassesWithoutATrace) {
  const Bytes large(500'000, 7);
  ASSERT_TRUE(store_->begin_job(job("j-1"), "key-0001", Bytes(32, 1)));
  {
    const FullDisk full(100'000);
    EXPECT_EQ(store_->put_document({large}).error().code, Code::kStoreFull);
  }
  std::size_t left = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder_.path() + "/documents"))
    left += entry.is_regular_file() ? 1U : 0U;
  EXPECT_EQ(left, 0U);
  EXPECT_TRUE(store_->put_document({large}));
  if (on_postgresql()) return;  // its disk is the server's
  {
    const FullDisk full(0);
    EXPECT_EQ(store_->begin_job(job("j-2"), "key-0002", Bytes(32, 1)).error().code,
              Code::kStoreFull);
    EXPECT_EQ(store_->finish_signature(signature("s-1"), "j-1", "{}").error().code,
              Code::kStoreFull);
    // What is there can still be read.
    EXPECT_TRUE(store_->any_job("j-1").value());
  }
  EXPECT_FALSE(store_->any_job("j-2").value());
  EXPECT_EQ(store_->any_job("j-1").value()->state, JobState::kQueued);
  EXPECT_TRUE(store_->begin_job(job("j-2"), "key-0002", Bytes(32, 1)));
  EXPECT_TRUE(store_->finish_signature(signature("s-1"), "j-1", "{}"));
}

TEST_F(Outage, ADatabaseThatGoesAwayIsToldAndComesBackByItself) {
  if (!on_postgresql()) GTEST_SKIP() << "SQLite is part of this process";
  ASSERT_TRUE(store_->begin_job(job("j-1"), "key-0001", Bytes(32, 1)));
  // Politely, then as a crash.
  for (const int signal : {SIGINT, SIGQUIT}) {
    server()->stop(signal);
    const auto key = "key-000" + std::to_string(signal);
    EXPECT_EQ(store_->begin_job(job("j-" + key), key, Bytes(32, 1)).error().code,
              Code::kDatabaseGone);
    EXPECT_EQ(store_->any_job("j-1").error().code, Code::kDatabaseGone);
    EXPECT_EQ(store_->keys().error().code, Code::kDatabaseGone);
    ASSERT_TRUE(server()->run());
    // Fails at once while it waits before its next try to connect.
    auto begun = store_->begin_job(job("j-" + key), key, Bytes(32, 1));
    for (int i = 0; i < 100'000'000 && !begun; ++i)
      begun = store_->begin_job(job("j-" + key), key, Bytes(32, 1));
    ASSERT_TRUE(begun) << to_log_line(begun.error());
    EXPECT_EQ(store_->any_job("j-1").value()->state, JobState::kQueued);
  }
}

// Its machine is paused, or its disk hangs: connected, and silent.
TEST_F(Outage, ADatabaseThatDoesNotAnswerIsGivenUpAndComesBackByItself) {
  if (!on_postgresql()) GTEST_SKIP() << "SQLite is part of this process";
  auto opened = Postgresql::open({.address = settings_.database,
                                  .first_pause = std::chrono::milliseconds(0),
                                  .longest_pause = std::chrono::milliseconds(0),
                                  .answer_within = std::chrono::milliseconds(200)});
  ASSERT_TRUE(opened) << to_log_line(opened.error());
  const auto db = std::move(opened).value();
  server()->signal_all(SIGSTOP);
  const auto done =
      db->transaction([&] { return db->execute("INSERT INTO store_state VALUES('a', '1')"); });
  server()->signal_all(SIGCONT);
  EXPECT_EQ(done.error().code, Code::kDatabaseGone) << to_log_line(done.error());
  auto back = db->query("SELECT name FROM store_state", {});
  for (int i = 0; i < 1'000 && !back; ++i) back = db->query("SELECT name FROM store_state", {});
  ASSERT_TRUE(back) << to_log_line(back.error());
  EXPECT_TRUE(back.value().empty());
}

TEST_F(Outage, AChangeThatTheDatabaseLeavesInTheMiddleIsNotHalfDone) {
  if (!on_postgresql()) GTEST_SKIP() << "SQLite is part of this process";
  auto opened = Postgresql::open({.address = settings_.database,
                                  .first_pause = std::chrono::milliseconds(0),
                                  .longest_pause = std::chrono::milliseconds(0)});
  const auto db = std::move(opened).value();
  const auto done = db->transaction([&]() -> Status {
    ANTIN_CHECK(db->execute("INSERT INTO store_state VALUES('a', '1')"));
    server()->stop(SIGQUIT);
    return db->execute("INSERT INTO store_state VALUES('b', '2')");
  });
  EXPECT_EQ(done.error().code, Code::kDatabaseGone) << to_log_line(done.error());
  EXPECT_EQ(db->query("SELECT 1", {}).error().code, Code::kDatabaseGone);
  ASSERT_TRUE(server()->run());
  EXPECT_TRUE(db->query("SELECT name FROM store_state", {}).value().empty());
  ASSERT_TRUE(
      db->transaction([&] { return db->execute("INSERT INTO store_state VALUES('a', '1')"); }));
}

TEST_F(Outage, JobsOfADeadNodeReturnAndNoneIsReleasedTwice) {
  ASSERT_TRUE(store_->begin_job(job("j-1"), "key-0001", Bytes(32, 1)));
  EXPECT_TRUE(store_->take_jobs("sign").value().empty());
  const auto other = std::move(Store::open(settings_)).value();
  if (on_postgresql()) {
    EXPECT_TRUE(other->take_jobs("sign").value().empty());
    ASSERT_TRUE(database()->execute("UPDATE job SET lease_until=lease_until-61"));
    // A node that renews keeps what it has.
    ASSERT_TRUE(store_->renew_leases());
    EXPECT_TRUE(other->take_jobs("sign").value().empty());
    ASSERT_TRUE(database()->execute("UPDATE job SET lease_until=lease_until-61"));
  }
  const auto taken = other->take_jobs("sign").value();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].id, "j-1");
  EXPECT_TRUE(other->take_jobs("sign").value().empty());
  ASSERT_TRUE(other->finish_signature(signature("s-1"), "j-1", "{}"));
  // The first one was only slow.
  EXPECT_EQ(store_->finish_signature(signature("s-2"), "j-1", "{}").error().code,
            Code::kJobTakenOver);
  EXPECT_FALSE(store_->signature("s-2", "key-1").value());
}

TEST_F(Outage, AClockThatWasPutBackKeepsNobodysJobs) {
  if (!on_postgresql()) GTEST_SKIP() << "SQLite's jobs are its one service's";
  ASSERT_TRUE(store_->begin_job(job("j-1"), "key-0001", Bytes(32, 1)));
  const auto other = std::move(Store::open(settings_)).value();
  // Given a day from now, as it looks today.
  ASSERT_TRUE(database()->execute("UPDATE job SET lease_until=lease_until+86400"));
  // Whoever is alive renews.
  ASSERT_TRUE(store_->renew_leases());
  EXPECT_TRUE(other->take_jobs("sign").value().empty());
  ASSERT_TRUE(database()->execute("UPDATE job SET lease_until=lease_until+86400"));
  EXPECT_EQ(other->take_jobs("sign").value().size(), 1U);
}

TEST_F(Outage, OneServiceHasTheFolder) {
  {
    const auto first = ServiceLock::take(folder_.path());
    ASSERT_TRUE(first);
    EXPECT_EQ(ServiceLock::take(folder_.path()).error().code, Code::kStoreInUse);
  }
  EXPECT_TRUE(ServiceLock::take(folder_.path()));
}

TEST_F(Outage, AVerificationThatWasInterruptedHasAnEnd) {
  auto verification = job("v-1", JobState::kRunning);
  verification.kind = "verify";
  ASSERT_TRUE(store_->add_job(verification));
  open();
  if (on_postgresql()) {
    ASSERT_TRUE(database()->execute("UPDATE job SET lease_until=lease_until-61"));
  }
  ASSERT_EQ(store_->take_jobs("verify").value().size(), 1U);
  // Whichever is written last: an end stays an end.
  verification.state = JobState::kDone;
  verification.result = "{}";
  ASSERT_TRUE(store_->add_job(verification));
  verification.state = JobState::kRunning;
  ASSERT_TRUE(store_->add_job(verification));
  EXPECT_EQ(store_->any_job("v-1").value()->state, JobState::kDone);
}

TEST_F(Outage, AnUpgradeThatWasGivenUpIsQueuedAgainByItsOwnerOnly) {
  ASSERT_TRUE(store_->begin_job(job("j-1"), "key-0001", Bytes(32, 1)));
  auto upgrade = fakes::stored_upgrade("s-1", "j-1", kNow);
  upgrade.tries = 7;
  ASSERT_TRUE(store_->finish_signature(signature("s-1"), "j-1", "{}", upgrade));
  EXPECT_EQ(store_->queue_again("s-1", "key-1", kNow).error().code, Code::kUpgradeNotGivenUp);
  upgrade.state = UpgradeState::kGivenUp;
  ASSERT_TRUE(store_->set_upgrade(upgrade));
  EXPECT_EQ(store_->queue_again("s-1", "key-2", kNow).error().code, Code::kSignatureUnknown);
  ASSERT_TRUE(store_->queue_again("s-1", "key-1", kNow));
  ASSERT_EQ(store_->queued_upgrades().value().size(), 1U);
  EXPECT_EQ(store_->queued_upgrades().value()[0].tries, 0);
  // Two nodes have made the second version.
  upgrade.versions = 2;
  ASSERT_TRUE(store_->add_version(signature("s-2"), upgrade));
  EXPECT_EQ(store_->add_version(signature("s-3"), upgrade).error().code, Code::kJobTakenOver);
  EXPECT_FALSE(store_->signature("s-3", "key-1").value());
}

// Many at once, on connections of their own: each number is given once, and none is left out.
TEST_F(Outage, NumbersTakenByManyNodesAtOnceAreWithoutGapsAndRepetitions) {
  constexpr int kNodes = 4, kEach = 25;
  ASSERT_TRUE(database()->execute("INSERT INTO store_state VALUES('last', '0')"));
  std::vector<std::thread> nodes;
  std::vector<int> failures(kNodes);
  for (int node = 0; node < kNodes; ++node) {
    nodes.emplace_back([&, node] {
      const auto db = database();
      for (int i = 0; i < kEach; ++i) {
        const auto taken = db->transaction([&]() -> Status {
          ANTIN_TRY(const auto rows, db->query("SELECT value FROM store_state WHERE name='last'"));
          const auto next = std::to_string(std::stoi(as_string(rows.at(0).at(0))) + 1);
          ANTIN_CHECK(db->execute("UPDATE store_state SET value=?1 WHERE name='last'", {next}));
          return db->execute("INSERT INTO store_state VALUES(?1, ?2)",
                             {"number " + next, std::to_string(node)});
        });
        failures[static_cast<std::size_t>(node)] += taken ? 0 : 1;
      }
    });
  }
  for (auto& node : nodes) node.join();
  EXPECT_EQ(failures, std::vector<int>(kNodes));
  const auto db = database();
  EXPECT_EQ(as_string(db->query("SELECT value FROM store_state WHERE name='last'").value()[0][0]),
            std::to_string(kNodes * kEach));
  EXPECT_EQ(
      as_integer(
          db->query("SELECT COUNT(*) FROM store_state WHERE name LIKE 'number %'").value()[0][0]),
      kNodes * kEach);
}

TEST(Placeholders, AreTranslatedOutsideOfQuotesOnly) {
  EXPECT_EQ(with_dollar_placeholders("a=?1 AND b='?2' AND \"?3\"=?12 AND c=?"),
            "a=$1 AND b='?2' AND \"?3\"=$12 AND c=?");
}

TEST(DatabaseAddress, HoldsNoPassword) {
  EXPECT_TRUE(check_database_address("sqlite"));
  EXPECT_TRUE(
      check_database_address("postgresql://db.example/antin?user=antin&sslmode=verify-full"));
  for (const char* bad : {"postgresql://u:secret@db/antin", "postgresql://db/antin?password=x"})
    EXPECT_EQ(check_database_address(bad).error().code, Code::kConfigUnsafe) << bad;
  for (const char* bad : {"", "mysql://db", "SQLite", "postgresql://db/antin?nonsense=1"})
    EXPECT_EQ(check_database_address(bad).error().code, Code::kConfigValue) << bad;
}

}  // namespace
}  // namespace antin::service
