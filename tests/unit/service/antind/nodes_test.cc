#include "service/antind/old_results.h"
#include "service/antind/recalled.h"
#include "service/antind/sha256.h"
#include "service/store/upgrade_leases.h"
#include "tests/fakes/store_fixture.h"
#include "tests/fakes/stored_rows.h"

namespace antin::service {
namespace {

const UtcTime kNow = *from_rfc3339("2026-06-01T00:00:00Z");

// The same tests run on PostgreSQL (NodesOnPostgresql), where two nodes share what is here.
class NodesTest : public fakes::StoreFixture {
 protected:
  void upgrade(const std::string& number) {
    const auto job = fakes::stored_job("j-" + number, kNow);
    ASSERT_TRUE(store_->begin_job(job, "key-000" + number, Bytes(32, 1)));
    ASSERT_TRUE(store_->finish_signature(fakes::stored_signature("s-" + number, kNow), job.id, "{}",
                                         fakes::stored_upgrade("s-" + number, job.id, kNow)));
  }
};

TEST_F(NodesTest, ANodeThatWasAwayDoesNotUndoWhatAnotherMade) {
  upgrade("1");
  auto late = *store_->upgrade("s-1").value();
  auto raised = late;
  raised.state = UpgradeState::kDone;
  raised.level = "B-LT";
  raised.newest = "s-2";
  raised.versions = 2;
  ASSERT_TRUE(store_->add_version(fakes::stored_signature("s-2", kNow), raised));
  late.tries = 5;
  ASSERT_TRUE(store_->set_upgrade(late));
  const auto kept = *store_->upgrade("s-1").value();
  EXPECT_EQ(kept.state, UpgradeState::kDone);
  EXPECT_EQ(kept.newest, "s-2");
  EXPECT_EQ(kept.tries, 0);
}

// S-06: what a node owes when it dies is owed by the others; what a living one has is its own.
TEST_F(NodesTest, S06_UpgradesOfADeadNodeAreTakenOverAndThoseOfALivingOneAreNot) {
  upgrade("1");
  const auto other = Store::open(settings_).value();
  const auto a_minute_later = [&] {
    ASSERT_TRUE(database()->execute("UPDATE upgrade SET lease_until=lease_until-61"));
  };
  EXPECT_EQ(take_upgrades(*store_, "first").value().size(), 1U);
  EXPECT_TRUE(take_upgrades(*store_, "first").value().empty());
  // Of two nodes on SQLite the first is always gone.
  if (on_postgresql()) {
    EXPECT_TRUE(take_upgrades(*other, "second").value().empty());
    a_minute_later();
    ASSERT_TRUE(renew_upgrades(*store_, "first"));
    EXPECT_TRUE(take_upgrades(*other, "second").value().empty());
    EXPECT_TRUE(own_upgrade(*store_, "first", "s-1").value().has_value());
    a_minute_later();
  }
  const auto taken = take_upgrades(*other, "second").value();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].signature, "s-1");
  EXPECT_EQ(taken[0].level_wanted, "B-LT");
  EXPECT_TRUE(take_upgrades(*other, "second").value().empty());
  EXPECT_TRUE(own_upgrade(*other, "second", "s-1").value().has_value());
  // The one that was away neither goes on with it nor keeps it from the other.
  EXPECT_FALSE(own_upgrade(*store_, "first", "s-1").value().has_value());
  ASSERT_TRUE(renew_upgrades(*store_, "first"));
  if (on_postgresql()) {
    EXPECT_TRUE(take_upgrades(*store_, "first").value().empty());
  }
  EXPECT_TRUE(own_upgrade(*other, "second", "s-1").value().has_value());
}

TEST_F(NodesTest, S06_WhatIsDueFirstIsTakenUpFirst) {
  upgrade("1");
  upgrade("2");
  ASSERT_TRUE(database()->execute("UPDATE upgrade SET due=due+60 WHERE signature='s-1'"));
  const auto taken = take_upgrades(*store_, "first").value();
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[0].signature, "s-2");
}

TEST_F(NodesTest, S06_AnUpgradeThatIsAskedForAgainBelongsToWhoeverComesFirst) {
  upgrade("1");
  auto given_up = *store_->upgrade("s-1").value();
  given_up.state = UpgradeState::kGivenUp;
  ASSERT_TRUE(store_->set_upgrade(given_up));
  const auto other = Store::open(settings_).value();
  EXPECT_TRUE(take_upgrades(*other, "second").value().empty());
  EXPECT_FALSE(own_upgrade(*store_, "first", "s-1").value().has_value());
  ASSERT_TRUE(store_->queue_again("s-1", "key-1", kNow));
  EXPECT_EQ(take_upgrades(*other, "second").value().size(), 1U);
  if (on_postgresql()) {
    EXPECT_TRUE(take_upgrades(*store_, "first").value().empty());
  }
}

TEST_F(NodesTest, V18_ResultsOfChecksAreDeletedAndNothingElse) {
  const UtcTime later = *from_rfc3339("2026-09-01T00:00:00Z");
  for (const auto& [id, kind, at] :
       {std::tuple{"old", "verify", kNow}, std::tuple{"new", "compare", later},
        std::tuple{"signed", "sign", kNow}}) {
    auto job = fakes::stored_job(id, at, JobState::kDone);
    job.kind = kind;
    job.result = R"({"verdict":"VALID"})";
    ASSERT_TRUE(store_->add_job(job));
  }
  EXPECT_EQ(forget_results(*store_, *from_rfc3339("2026-08-30T00:00:00Z")).value(), 1U);
  EXPECT_EQ(forget_results(*store_, *from_rfc3339("2026-08-30T00:00:00Z")).value(), 0U);
  const auto forgotten = [&](const char* id) { return is_forgotten(*store_->any_job(id).value()); };
  EXPECT_TRUE(forgotten("old"));
  EXPECT_FALSE(forgotten("new"));
  EXPECT_FALSE(forgotten("signed"));
}

class RecalledTest : public NodesTest {
 protected:
  void keep(const std::string& id, const std::string& state) {
    const auto whole = as_bytes(document_);
    const auto half = whole.first(before_.size());
    StoredOriginal original{
        .id = id,
        .sha256 = sha256({whole}),
        .size = whole.size(),
        .name = {},
        .owner = "key-1",
        .created = kNow,
        .revisions = {{half.size(), sha256({half})}, {whole.size(), sha256({whole})}},
        .signed_end = whole.size(),
        .entry = fakes::stored_entry("05/QĐ-UBND", "CODE" + id)};
    bool fresh = false;
    ASSERT_TRUE(store_->add_original(std::move(original), fresh));
    if (state == "released") return;
    ASSERT_TRUE(store_->decide(id, {.state = state,
                                    .decision = "99/QĐ-UBND",
                                    .day = "2026-05-31",
                                    .actor = "key-1",
                                    .at = kNow}));
  }
  Code signing(const std::string& document) const {
    const auto allowed = refuse_recalled(*store_, as_bytes(document));
    return allowed ? Code::kInternal : allowed.error().code;
  }
  const std::string before_ = "%PDF-1.7 as it was submitted\n%%EOF\n";
  const std::string document_ = before_ + "signed\n%%EOF\n";
};

TEST_F(RecalledTest, R14_NeitherItNorWhatBeginsWithIt) {
  keep("1", "recalled");
  EXPECT_EQ(signing(document_), Code::kSignRecalled);
  EXPECT_EQ(signing(document_ + "one more\n%%EOF\n"), Code::kSignRecalled);
  EXPECT_EQ(refuse_recalled(*store_, as_bytes(document_)).error().params,
            (Params{{"ma", "05/QĐ-UBND"}, {"so", "99/QĐ-UBND"}, {"ngay", "31/05/2026"}}));
  // What it was made of, another one of the same length, and one that only holds it somewhere.
  EXPECT_EQ(signing(before_), Code::kInternal);
  auto other = document_;
  other[10] = 'A';
  EXPECT_EQ(signing(other + "one more\n%%EOF\n"), Code::kInternal);
  EXPECT_EQ(signing("front " + document_), Code::kInternal);
}

TEST_F(RecalledTest, R14_WhatIsInForceMayBeSigned) {
  keep("1", "released");
  EXPECT_EQ(signing(document_), Code::kInternal);
  EXPECT_EQ(signing(document_ + "one more\n%%EOF\n"), Code::kInternal);
}

}  // namespace
}  // namespace antin::service
