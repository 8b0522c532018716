#include "service/store/store.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "service/antind/api_keys.h"
#include "service/antind/sha256.h"
#include "service/system/real.h"
#include "tests/fakes/frozen_clock.h"

namespace antin::service {
namespace {

const UtcTime kNow = *from_rfc3339("2026-06-01T00:00:00Z");

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "antin-store-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    open();
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void open() {
    store_.reset();
    auto opened = Store::open(folder_);
    ASSERT_TRUE(opened) << to_log_line(opened.error());
    store_ = std::move(opened).value();
  }
  StoredJob job(const std::string& id) const {
    return {.id = id,
            .kind = "sign",
            .owner = "key-1",
            .state = JobState::kQueued,
            .created = kNow,
            .updated = kNow,
            .input_sha256 = Bytes(32, 1),
            .options = "{}",
            .result = {},
            .target = {}};
  }
  std::string folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, KeepsADocumentUnderItsHash) {
  const auto digest = store_->put_document({as_bytes("hello "), as_bytes("world")});
  ASSERT_TRUE(digest);
  EXPECT_EQ(to_hex(digest.value()),
            "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
  EXPECT_EQ(as_text(store_->document(digest.value(), 100).value().view()), "hello world");
  EXPECT_EQ(store_->put_document({as_bytes("hello world")}).value(), digest.value());
  EXPECT_FALSE(store_->document(digest.value(), 5));
}

TEST_F(StoreTest, TellsADamagedDocumentFromAGoodOne) {
  const auto digest = store_->put_document({as_bytes("hello")}).value();
  const auto hex = to_hex(digest);
  std::ofstream(folder_ + "/documents/" + hex.substr(0, 2) + "/" + hex) << "HELLO";
  EXPECT_EQ(store_->document(digest, 100).error().code, Code::kStoredDocumentDamaged);
  EXPECT_EQ(store_->put_document({as_bytes("hello")}).error().code, Code::kStoredDocumentDamaged);
}

TEST_F(StoreTest, FindsAnOriginalByDocumentAndByRevision) {
  StoredOriginal original{.id = "o-1",
                          .sha256 = Bytes(32, 1),
                          .size = 10,
                          .name = "đơn.pdf",
                          .owner = "key-1",
                          .created = kNow,
                          .revisions = {{5, Bytes(32, 2)}, {10, Bytes(32, 1)}}};
  bool fresh = false;
  ASSERT_TRUE(store_->add_original(original, fresh));
  EXPECT_TRUE(fresh);
  original.id = "o-2";
  EXPECT_EQ(store_->add_original(original, fresh).value().id, "o-1");
  EXPECT_FALSE(fresh);
  for (const auto first : {std::uint8_t{1}, std::uint8_t{2}}) {
    const auto found = store_->originals_with(Bytes(32, first));
    ASSERT_TRUE(found);
    ASSERT_EQ(found.value().size(), 1U);
    EXPECT_EQ(found.value()[0].name, "đơn.pdf");
    EXPECT_EQ(found.value()[0].revisions.size(), 2U);
  }
  EXPECT_TRUE(store_->originals_with(Bytes(32, 3)).value().empty());
  EXPECT_FALSE(store_->original("o-2").value());
}

TEST_F(StoreTest, BeginsAJobOncePerIdempotencyKey) {
  using Outcome = Store::Begun::Outcome;
  const Bytes one(32, 1);
  const Bytes two(32, 2);
  EXPECT_EQ(store_->begin_job(job("j-1"), "key-0001", one).value().outcome, Outcome::kNew);
  open();
  const auto again = store_->begin_job(job("j-2"), "key-0001", one).value();
  EXPECT_EQ(again.outcome, Outcome::kSame);
  EXPECT_EQ(again.job, "j-1");
  EXPECT_EQ(store_->begin_job(job("j-3"), "key-0001", two).value().outcome, Outcome::kOther);
  EXPECT_FALSE(store_->any_job("j-2").value());
  auto others = job("j-4");
  others.owner = "key-2";
  EXPECT_EQ(store_->begin_job(others, "key-0001", two).value().outcome, Outcome::kNew);
}

TEST_F(StoreTest, ShowsJobsAndSignaturesToTheirOwnerOnly) {
  ASSERT_TRUE(store_->begin_job(job("j-1"), "key-0001", Bytes(32, 1)));
  EXPECT_EQ(store_->unfinished_jobs("sign").value().size(), 1U);
  const StoredSignature signature{.id = "s-1",
                                  .owner = "key-1",
                                  .sha256 = Bytes(32, 2),
                                  .input_sha256 = Bytes(32, 1),
                                  .size = 5,
                                  .created = kNow,
                                  .facts = "{}"};
  ASSERT_TRUE(store_->finish_signature(signature, "j-1", "{}"));
  EXPECT_TRUE(store_->unfinished_jobs("sign").value().empty());
  ASSERT_TRUE(store_->job("j-1", "key-1").value());
  EXPECT_EQ(store_->job("j-1", "key-1").value()->target, "s-1");
  EXPECT_FALSE(store_->job("j-1", "key-2").value());
  EXPECT_FALSE(store_->job("j-1", "").value());
  EXPECT_TRUE(store_->signature("s-1", "key-1").value());
  EXPECT_FALSE(store_->signature("s-1", "key-2").value());
}

TEST_F(StoreTest, KeepsAnUpgradeWithItsReleaseAndTheVersionsBesideEachOther) {
  ASSERT_TRUE(store_->begin_job(job("j-1"), "key-0001", Bytes(32, 1)));
  StoredSignature signature{.id = "s-1",
                            .owner = "key-1",
                            .sha256 = Bytes(32, 2),
                            .input_sha256 = Bytes(32, 1),
                            .size = 5,
                            .created = kNow,
                            .facts = "{}"};
  StoredUpgrade upgrade{.signature = "s-1",
                        .job = "j-1",
                        .state = UpgradeState::kQueued,
                        .level_wanted = "B-LT",
                        .level = "B-T",
                        .newest = "s-1",
                        .versions = 1,
                        .since = kNow,
                        .due = kNow,
                        .tries = 0,
                        .told = "{}"};
  // What cannot be queued is not released: an upgrade that names no signature of the store.
  auto nobodys = upgrade;
  nobodys.newest = "s-9";
  EXPECT_FALSE(store_->finish_signature(signature, "j-1", "{}", nobodys));
  EXPECT_FALSE(store_->signature("s-1", "key-1").value());
  EXPECT_EQ(store_->any_job("j-1").value()->state, JobState::kQueued);

  ASSERT_TRUE(store_->finish_signature(signature, "j-1", "{}", upgrade));
  open();
  ASSERT_EQ(store_->queued_upgrades().value().size(), 1U);
  upgrade.tries = 3;
  upgrade.due = *from_rfc3339("2026-06-01T00:15:00Z");
  ASSERT_TRUE(store_->set_upgrade(upgrade));
  const auto waiting = store_->upgrade("s-1").value();
  ASSERT_TRUE(waiting);
  EXPECT_EQ(waiting->tries, 3);
  EXPECT_EQ(waiting->due, upgrade.due);
  EXPECT_EQ(waiting->newest, "s-1");

  upgrade.state = UpgradeState::kDone;
  upgrade.newest = "s-2";
  upgrade.versions = 2;
  auto version = signature;
  version.id = "s-2";
  version.sha256 = Bytes(32, 3);
  ASSERT_TRUE(store_->add_version(version, upgrade));
  open();
  EXPECT_TRUE(store_->queued_upgrades().value().empty());
  EXPECT_EQ(store_->upgrade("s-1").value()->newest, "s-2");
  EXPECT_EQ(store_->signature("s-1", "key-1").value()->sha256, Bytes(32, 2));
  EXPECT_EQ(store_->signature("s-2", "key-1").value()->sha256, Bytes(32, 3));
  EXPECT_FALSE(store_->signature("s-2", "key-2").value());
  EXPECT_EQ(store_->any_job("j-1").value()->target, "s-1");
}

TEST_F(StoreTest, RefusesAStoreOfANewerProgram) {
  store_.reset();
  auto db = Sqlite::open(folder_ + "/antin.sqlite");
  ASSERT_TRUE(db);
  ASSERT_TRUE(db.value().execute("PRAGMA user_version=999"));
  EXPECT_EQ(Store::open(folder_).error().code, Code::kStoreSchema);
}

TEST_F(StoreTest, RollsBackAFailedTransaction) {
  auto db = Sqlite::open(folder_ + "/other.sqlite");
  ASSERT_TRUE(db);
  ASSERT_TRUE(db.value().execute("CREATE TABLE t(x INTEGER)"));
  const auto done = db.value().transaction([&]() -> Status {
    ANTIN_CHECK(db.value().execute("INSERT INTO t VALUES(1)"));
    return make_error(Code::kInternal, "on purpose");
  });
  EXPECT_EQ(done.error().code, Code::kInternal);
  EXPECT_TRUE(db.value().query("SELECT x FROM t").value().empty());
}

TEST_F(StoreTest, KnowsACallerByTheWholeKeyOnly) {
  fakes::FrozenClock clock(kNow);
  SystemRandom random;
  const auto key = new_key("portal", {Scope::kVerify, Scope::kSign}, clock, random);
  ASSERT_EQ(key.secret.size(), 70U);
  KeyRing ring(*store_, clock);
  EXPECT_FALSE(ring.caller("Bearer " + key.secret));
  {
    const auto other_process = Store::open(folder_);
    ASSERT_TRUE(other_process);
    ASSERT_TRUE(other_process.value()->add_key(key.stored));
  }
  clock.advance(std::chrono::seconds(2));
  const auto caller = ring.caller("bearer " + key.secret);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->key_id, key.stored.id);
  EXPECT_EQ(caller->scopes, (std::set<Scope>{Scope::kVerify, Scope::kSign}));
  auto wrong = key.secret;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  for (const auto& text : {"Bearer " + wrong, "Bearer " + key.secret.substr(0, 69),
                           "Basic " + key.secret, key.secret, std::string()})
    EXPECT_FALSE(ring.caller(text)) << text;
  {
    const auto other_process = Store::open(folder_);
    EXPECT_TRUE(other_process.value()->remove_key(key.stored.id).value());
    EXPECT_FALSE(other_process.value()->remove_key(key.stored.id).value());
  }
  clock.advance(std::chrono::seconds(2));
  EXPECT_FALSE(ring.caller("Bearer " + key.secret));
}

TEST(Scopes, AreReadStrictly) {
  EXPECT_EQ(read_scopes("verify,originals"), (std::set<Scope>{Scope::kVerify, Scope::kOriginals}));
  for (const auto* bad : {"", ",verify", "admin", "verify sign", "verify,,sign"})
    EXPECT_FALSE(read_scopes(bad)) << bad;
}

TEST(Sha256, OfPartsIsThatOfTheWhole) {
  EXPECT_EQ(sha256({as_bytes("ab"), as_bytes(""), as_bytes("c")}), sha256({as_bytes("abc")}));
  EXPECT_EQ(to_hex(sha256({as_bytes("abc")})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace antin::service
