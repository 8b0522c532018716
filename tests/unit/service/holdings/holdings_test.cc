#include "service/holdings/holdings.h"

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "certs/ossl/hmac.h"
#include "service/audit/store_events.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/store_fixture.h"

namespace antin::holdings {
namespace {

using service::Database;
const UtcTime kNow = *from_rfc3339("2026-11-21T02:05:07Z");

Held result(const std::string& id, const std::string& reference = "t-2") {
  Held held;
  held.id = id;
  held.unit = "H40.7";
  held.owner = "key-1";
  held.facts = {.reference = reference,
                .holder = "Nguyễn Thị Ánh",
                .holder_id = "001085012345",
                .procedure = "1.001234",
                .kind = "KQ.01",
                .number = "12/GP-UBND",
                .day = "2020-03-05",
                .issuer = "UBND xã Đô Lương",
                .title = {},
                .until = {},
                .pages = {}};
  held.fingerprint = ossl::sha256(as_bytes(reference + held.facts.number));
  held.scan_sha256 = ossl::sha256(as_bytes(id));
  held.scan_size = 10;
  held.pages = 1;
  held.created = kNow;
  return held;
}

class HoldingsTest : public fakes::StoreFixture {
 protected:
  void SetUp() override {
    fakes::StoreFixture::SetUp();
    open();
    store_->set_event_sink(audit::store_events(clock_, random_));
    auto vault = Vault::open(*store_, random_);
    ASSERT_TRUE(vault);
    vault_.emplace(std::move(vault).value());
  }
  Holdings held() { return {*store_, *vault_}; }
  Code refused(const Held& fresh) {
    const auto taken = held().take(fresh, "key-1");
    return taken ? Code::kInternal : taken.error().code;
  }
  /// Its electronic copy is in the register.
  void seal(const std::string& id, const std::string& original) {
    ASSERT_TRUE(held().sealing(id, "job-" + id, 1, kNow));
    ASSERT_TRUE(store_->in_transaction([&](Database& database) -> Status {
      ANTIN_CHECK(database.execute(
          "INSERT INTO original(id, sha256, size, name, owner, created, signed_end)"
          " VALUES(?1, ?2, 1, '', 'key-1', 0, 0)",
          {original, ossl::sha256(as_bytes(original))}));
      return database.execute(
          "INSERT INTO register_entry(original, kind, number, book, number_key, book_key, day,"
          " unit_code, unit_name, pages, state, code, decision, decision_day, created)"
          " VALUES(?1, 'sao_y', '', '', '', '', '2026-11-21', 'H40.7', 'x', 1, 'released', ?2, '',"
          " '', 0)",
          {original, original});
    }));
    ASSERT_TRUE(held().sealed(id, original, "key-1", kNow));
  }

  fakes::FrozenClock clock_{kNow};
  fakes::CountingRandom random_;
  std::optional<Vault> vault_;
};

TEST(Hmac, IsThatOfRfc4231) {
  EXPECT_EQ(to_hex(ossl::hmac_sha256(as_bytes("Jefe"), {as_bytes("what do ya want for nothing?")})),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      to_hex(ossl::hmac_sha256(
          Bytes(131, 0xAA), {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_F(HoldingsTest, KeepsNoIdentifierInTheDatabase) {
  ASSERT_TRUE(held().take(result("a"), "key-1"));
  Bytes hash, sealed;
  ASSERT_TRUE(store_->in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows, database.query("SELECT * FROM held_result"));
    for (const auto& value : rows.at(0)) {
      EXPECT_EQ(service::as_string(value).find("001085012345"), std::string::npos);
      const auto blob = service::as_blob(value);
      EXPECT_EQ(as_text(blob).find("001085012345"), std::string_view::npos);
    }
    ANTIN_TRY(const auto found,
              database.query("SELECT holder_hash, holder_sealed FROM held_result"));
    hash = service::as_blob(found.at(0).at(0));
    sealed = service::as_blob(found.at(0).at(1));
    return Done{};
  }));
  EXPECT_NE(hash, ossl::sha256(as_bytes("001085012345")));  // nobody can try them all
  const auto again = Vault::open(*store_, random_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value().hash("001085012345"), hash);
  EXPECT_EQ(again.value().open_id(sealed, "a").value(), "001085012345");
  EXPECT_FALSE(again.value().open_id(sealed, "b"));
}

TEST_F(HoldingsTest, R15_CodesCountUpForOneHolderKindAndNumber) {
  ASSERT_TRUE(held().take(result("a"), "key-1"));
  auto second = result("b", "t-3");
  second.facts.day = "2021-03-05";
  second.fingerprint = ossl::sha256(as_bytes("second"));
  ASSERT_TRUE(held().take(second, "key-1"));
  const auto first = held().find("a").value();
  EXPECT_EQ(held().code(*first).value(), "001085012345.KQ.01.12/GP-UBND.01");
  EXPECT_EQ(held().code(*held().find("b").value()).value(), "001085012345.KQ.01.12/GP-UBND.02");
}

// A result of a procedure with the code `paper`, as service/casework/results.h keeps it.
TEST_F(HoldingsTest, R15_ResultsOfProceduresHaveTheSameCounter) {
  const auto kept = [&](const std::string& id, const std::string& paper) {
    return store_->in_transaction([&](Database& database) -> Status {
      ANTIN_CHECK(database.execute(
          "INSERT INTO casework(id, unit, product, state, version, owner, visit, dossier, "
          "requester,"
          " requester_key, paper, paper_key, number, number_key, day, facts, book_row, original,"
          " created, updated) VALUES(?1, 'H40.7', 'result', 'released', 1, '', '', ?1, '', '', '',"
          " '', '', '', '', '{}', '', '', 0, 0)",
          {id}));
      return database.execute(
          "INSERT INTO case_result(case_id, dossier, replaces, further, ordinal, code, public_code,"
          " paper_code) VALUES(?1, ?1, '', '', 1, ?1, ?1, ?2)",
          {id, paper});
    });
  };
  ASSERT_TRUE(kept("1", "001085012345.KQ.01.12/GP-UBND.01"));
  ASSERT_TRUE(kept("2", "001085012345.KQ.01.12/GP-UBND.02"));
  ASSERT_TRUE(kept("3", "001085012345.KQ.01.112/GP-UBND.07"));
  ASSERT_TRUE(kept("4", "999985012345.KQ.01.12/GP-UBND.09"));
  ASSERT_TRUE(held().take(result("a"), "key-1"));
  EXPECT_EQ(held().code(*held().find("a").value()).value(), "001085012345.KQ.01.12/GP-UBND.03");
}

TEST_F(HoldingsTest, A03_HoldsTheSamePaperOnce) {
  ASSERT_TRUE(held().take(result("a"), "key-1"));
  EXPECT_EQ(held().take(result("b"), "key-1").value().id, "a");  // the same row, sent again
  auto other = result("c");
  other.fingerprint = ossl::sha256(as_bytes("other"));
  EXPECT_EQ(refused(other), Code::kDigitisedAlready);
  other.facts.number = "77/GP";
  EXPECT_EQ(refused(other), Code::kDigitisedReference);
  auto again = result("d", "t-9");
  again.facts.number = "012 / gp-ubnd";  // another reference, the same paper typed otherwise
  EXPECT_EQ(refused(again), Code::kDigitisedAlready);
  again.unit = "H40.8";
  EXPECT_EQ(refused(again), Code::kInternal);
  auto scan = result("f", "t-10");  // another paper with the scan of this one
  scan.facts.number = "55/GP";
  scan.scan_sha256 = result("a").scan_sha256;
  EXPECT_EQ(refused(scan), Code::kDigitiseFileTwice);
  // Withdrawn, it may come again.
  ASSERT_TRUE(held().withdraw("a", "nhầm", "key-1", kNow));
  EXPECT_EQ(refused(result("e")), Code::kInternal);
}

TEST_F(HoldingsTest, A03_WarnsOfWhatIsAlike) {
  ASSERT_TRUE(held().take(result("a"), "key-1"));
  auto other = result("b", "t-3");
  other.facts.holder_id = "001085054321";
  ASSERT_TRUE(held().take(other, "key-1"));
  auto doubts = held().doubts(*held().find("b").value());
  ASSERT_EQ(doubts.value().size(), 1U);
  EXPECT_EQ(doubts.value()[0].code, Code::kDigitisedAlike);
  auto named = result("c", "t-4");
  named.facts.number = "99/GP";
  named.facts.holder = "Trần Văn Bình";
  ASSERT_TRUE(held().take(named, "key-1"));
  doubts = held().doubts(*held().find("c").value());
  ASSERT_EQ(doubts.value().size(), 1U);
  EXPECT_EQ(doubts.value()[0].code, Code::kDigitisedHolder);
}

TEST_F(HoldingsTest, NumbersEndAt99) {
  for (int i = 0; i < 99; ++i) {
    auto one = result("x" + std::to_string(i), "r-" + std::to_string(i));
    one.facts.day = "2020-01-" + std::string(i % 28 < 9 ? "0" : "") + std::to_string(i % 28 + 1);
    one.facts.issuer = "Cơ quan " + std::to_string(i);
    one.fingerprint = ossl::sha256(as_bytes(one.id));
    ASSERT_EQ(refused(one), Code::kInternal) << i;
  }
  EXPECT_EQ(refused(result("last", "r-last")), Code::kDigitisedFull);
}

TEST_F(HoldingsTest, CountsPlanTakenSealedAndFaulty) {
  ASSERT_TRUE(
      held().plan({.unit = "H40.7", .procedure = "1.001234", .year = 2020, .planned = 20}, kNow));
  ASSERT_TRUE(held().fail({{.unit = "H40.7",
                            .reference = "t-2",
                            .procedure = "1.001234",
                            .year = 2020,
                            .codes = "digitise.cell",
                            .created = kNow}}));
  ASSERT_TRUE(held().fail({{.unit = "H40.7",
                            .reference = "t-7",
                            .procedure = "1.001234",
                            .year = 2020,
                            .codes = "digitise.pages",
                            .created = kNow}}));
  ASSERT_TRUE(held().take(result("a"), "key-1"));  // t-2, mended
  seal("a", "original-1");
  const auto rows = held().progress({"H40.7"}, 2020).value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].planned, 20);
  EXPECT_EQ(rows[0].taken, 1);
  EXPECT_EQ(rows[0].sealed, 1);
  EXPECT_EQ(rows[0].faulty, 1);
  EXPECT_EQ(held().faults({}, 10).value().at(0).reference, "t-7");
  EXPECT_TRUE(held().progress({"H40.8"}, 0).value().empty());
}

TEST_F(HoldingsTest, A07_FindsHoldersWithoutAccents) {
  ASSERT_TRUE(held().take(result("a"), "key-1"));
  EXPECT_EQ(held().search({.holder = "nguyen thi anh"}).value().size(), 1U);
  EXPECT_EQ(held().search({.holder = "THỊ ÁNH", .number = "12/gp-ubnd"}).value().size(), 1U);
  EXPECT_TRUE(held().search({.holder = "nguyen van"}).value().empty());
  EXPECT_TRUE(held().search({.units = {"H40.8"}}).value().empty());
}

TEST_F(HoldingsTest, TellsOfAHolderOnlyWhatIsReleased) {
  ASSERT_TRUE(held().take(result("a"), "key-1"));
  const auto count = [&](const std::string& id, const std::string& kind) {
    return held().of_holder(id, kind, {}, {}, 10).value().size();
  };
  EXPECT_EQ(count("001085012345", "KQ.01"), 0U);  // not sealed
  seal("a", "original-1");
  EXPECT_EQ(count("001085012345", "KQ.01"), 1U);
  EXPECT_EQ(count("001085012345", "KQ.02"), 0U);
  EXPECT_EQ(count("001085012346", ""), 0U);
  ASSERT_TRUE(store_->decide("original-1", {.state = "recalled",
                                            .decision = "5/QĐ",
                                            .day = "2026-11-21",
                                            .actor = "key-1",
                                            .at = kNow}));
  EXPECT_EQ(count("001085012345", "KQ.01"), 0U);
}

TEST_F(HoldingsTest, WhatIsSealedIsNotWithdrawn) {
  ASSERT_TRUE(held().take(result("a"), "key-1"));
  seal("a", "original-1");
  const auto withdrawn = held().withdraw("a", "nhầm", "key-1", kNow);
  ASSERT_FALSE(withdrawn);
  EXPECT_EQ(withdrawn.error().code, Code::kDigitisedState);
  EXPECT_EQ(held().sealing("a", "job-2", 2, kNow).error().code, Code::kDigitisedState);
}

TEST_F(HoldingsTest, ForSealingAreThoseWithoutAJobOrWithOneThatFailed) {
  ASSERT_TRUE(held().take(result("a"), "key-1"));
  const service::StoredJob job{.id = "job-a",
                               .kind = "sign",
                               .owner = "digitise",
                               .state = service::JobState::kQueued,
                               .created = kNow,
                               .updated = kNow,
                               .input_sha256 = {},
                               .options = "{}",
                               .result = {},
                               .target = {}};
  ASSERT_TRUE(store_->add_job(job));
  EXPECT_EQ(held().to_seal("H40.7", "", 10).value().size(), 1U);
  ASSERT_TRUE(held().sealing("a", "job-a", 1, kNow));
  EXPECT_TRUE(held().to_seal("H40.7", "", 10).value().empty());
  ASSERT_TRUE(store_->set_job("job-a", service::JobState::kFailed, "{}", "", kNow));
  EXPECT_EQ(held().to_seal("H40.7", "", 10).value().size(), 1U);
  EXPECT_TRUE(held().to_seal("H40.7", "other", 10).value().empty());
  ASSERT_TRUE(store_->set_job("job-a", service::JobState::kDone, "{}", "s", kNow));
  EXPECT_EQ(held().with_ended_job("H40.7", 10).value().size(), 1U);
}

}  // namespace
}  // namespace antin::holdings
