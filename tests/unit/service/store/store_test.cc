#include "service/store/store.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/fakes/store_fixture.h"
#include "tests/fakes/stored_rows.h"

namespace antin::service {
namespace {

const UtcTime kNow = *from_rfc3339("2026-06-01T00:00:00Z");

class StoreTest : public fakes::StoreFixture {
 protected:
  static StoredJob job(const std::string& id) { return fakes::stored_job(id, kNow); }
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
  std::ofstream(folder_.path() + "/documents/" + hex.substr(0, 2) + "/" + hex) << "HELLO";
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
  const auto signature = fakes::stored_signature("s-1", kNow);
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
  auto signature = fakes::stored_signature("s-1", kNow);
  auto upgrade = fakes::stored_upgrade("s-1", "j-1", kNow);
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
  const auto db = database();
  ASSERT_TRUE(db->transaction([&] { return db->set_schema_version(999); }));
  EXPECT_EQ(Store::open(settings_).error().code, Code::kStoreSchema);
}

TEST_F(StoreTest, RollsBackAFailedTransaction) {
  const auto db = database();
  const auto done = db->transaction([&]() -> Status {
    ANTIN_CHECK(db->execute("INSERT INTO store_state VALUES('x', 'y')"));
    return make_error(Code::kInternal, "on purpose");
  });
  EXPECT_EQ(done.error().code, Code::kInternal);
  EXPECT_TRUE(db->query("SELECT value FROM store_state WHERE name='x'").value().empty());
}

TEST_F(StoreTest, TellsAnEventWithinTheChangeItBelongsTo) {
  std::vector<std::string> seen;
  store_->set_event_sink([&](Database& database, const StoreEvent& event) -> Status {
    ANTIN_CHECK(database.execute("INSERT INTO store_state VALUES(?1, ?2)",
                                 {event.subject, to_hex(event.document_sha256).substr(0, 2)}));
    seen.push_back(event.subject + " " + event.actor);
    return event.subject == "s-2" ? Status{make_error(Code::kInternal, "on purpose")}
                                  : Status{Done{}};
  });
  auto signature = fakes::stored_signature("s-1", kNow);
  ASSERT_TRUE(store_->begin_job(job("j-1"), "key-0001", Bytes(32, 1)));
  ASSERT_TRUE(store_->begin_job(job("j-2"), "key-0002", Bytes(32, 1)));
  ASSERT_TRUE(store_->finish_signature(signature, "j-1", "{}"));
  signature.id = "s-2";
  EXPECT_EQ(store_->finish_signature(signature, "j-2", "{}").error().code, Code::kInternal);
  EXPECT_EQ(seen, (std::vector<std::string>{"s-1 key-1", "s-2 key-1"}));
  EXPECT_FALSE(store_->signature("s-2", "key-1").value());
  EXPECT_EQ(store_->any_job("j-2").value()->state, JobState::kQueued);
  const auto kept = database()->query("SELECT name, value FROM store_state").value();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(as_string(kept[0][0]), "s-1");
  EXPECT_EQ(as_string(kept[0][1]), "02");
}

}  // namespace
}  // namespace antin::service
