#include "service/casework/results.h"

#include <regex>
#include <set>
#include <thread>

#include "service/casework/skipped_codes.h"
#include "service/store/register_text.h"
#include "tests/unit/service/casework/casework_fixture.h"

namespace antin::casework {
namespace {

const std::string kDossier = "H40.7-261123-0001";

class ResultsTest : public CaseworkFixture {
 protected:
  void SetUp() override {
    CaseworkFixture::SetUp();
    if (IsSkipped()) return;
    open_logged();
    cases_.emplace(*store_);
  }
  static CaseDocument document(const std::string& text) {
    return {.role = "submitted", .sha256 = Bytes(text.begin(), text.end()), .size = 1, .pages = 1};
  }
  Result<Case> submit(const std::string& id, const std::string& dossier, ResultOrigin origin = {},
                      const std::string& unit = "H40.7") {
    Case one;
    one.id = id;
    one.unit = unit;
    one.product = Product::kResult;
    one.dossier = dossier;
    one.day = "2026-11-21";
    one.facts = "{}";
    one.created = one.updated = kNow;
    return cases_->open(one, "system", std::nullopt, document("file of " + id), origin);
  }
  Result<Case> step(const Case& one, Action action) {
    Change change{.id = one.id,
                  .version = one.version,
                  .action = action,
                  .roles = Roles().set(),
                  .there = Needs().set(),
                  .actor = "key-1",
                  .now = kNow,
                  .facts = one.facts};
    change.reason = "gửi nhầm";
    change.marks = {.public_code = "code-" + one.id, .paper = paper_, .holder_hash = holder_hash_};
    change.series = series("2026-11-21", one.unit, "QĐ-UBND");
    change.series->id.product = Product::kResult;
    change.series->text = [](std::int64_t n) {
      return office::document_number(static_cast<std::uint32_t>(n), "QĐ-UBND");
    };
    return cases_->step(change);
  }
  Case done(Case at, std::initializer_list<Action> actions) {
    for (const auto action : actions) {
      auto after = step(at, action);
      EXPECT_TRUE(after) << name(action) << to_log_line(after.error());
      if (after) at = after.value();
    }
    return at;
  }
  Case registered(const std::string& id, ResultOrigin origin = {}) {
    return done(submit(id, kDossier, std::move(origin)).value(),
                {Action::kNumber, Action::kOfficerSign, Action::kSeal, Action::kRegister});
  }
  ResultRow result(const std::string& id) { return cases_->result(id).value().value(); }
  Status releasable(const std::string& id) {
    return store_->in_snapshot(
        [&](Database& database) { return may_replace(database, result_in(database, id)); });
  }
  static ResultRow result_in(Database& database, const std::string& id) {
    return result_of(database, id).value().value();
  }
  Findings checked() {
    Findings found;
    EXPECT_TRUE(store_->in_snapshot([&](Database& database) -> Status {
      ANTIN_TRY(found, check_results(database));
      return Done{};
    }));
    return found;
  }

  // As service/holdings keeps a digitised paper.
  Status digitised(const std::string& id, const std::string& number, std::int64_t ordinal) {
    return store_->in_transaction([&](Database& database) -> Status {
      return database.execute(
          "INSERT INTO held_result(id, unit, reference, fingerprint, state, owner, holder,"
          " holder_key, holder_hash, holder_sealed, procedure, kind, title, number, number_key, "
          "day,"
          " year, issuer, issuer_key, until, ordinal, scan_sha256, scan_size, pages, job, tries,"
          " original, reason, created, updated) VALUES(?1, 'H40.7', ?1, ?2, 'sealed', '', '', '',"
          " ?2, ?2, '', 'GKS', '', ?3, ?4, '2020-03-05', 2020, '', '', '', ?5, ?2, 1, 1, '', 0, '',"
          " '', 0, 0)",
          {id, holder_hash_, number, service::register_key(number), ordinal});
    });
  }

  std::optional<Cases> cases_;
  Bytes holder_hash_ = {};
  std::optional<office::PaperCode> paper_ =
      office::PaperCode{.holder = "012345678901", .paper = "GKS", .symbol = {}};
};

TEST_F(ResultsTest, R13_TheCodeComesWithTheNumber) {
  const auto one = submit("case-1", kDossier).value();
  EXPECT_EQ(result("case-1").code, "");
  const auto numbered = done(one, {Action::kNumber});
  EXPECT_EQ(numbered.number, "01/QĐ-UBND");
  const auto row = result("case-1");
  EXPECT_EQ(row.code, kDossier + "-KQ(1)");
  EXPECT_TRUE(std::regex_match(row.code, std::regex("^.+-KQ\\([1-9][0-9]*\\)$")));
  EXPECT_EQ(row.public_code, "code-case-1");
  EXPECT_EQ(row.paper_code, "012345678901.GKS.01/QĐ-UBND.01");
}

TEST_F(ResultsTest, R13_ADossierNeedsACodeThatAResultCanBeNamedBy) {
  EXPECT_EQ(code_of(submit("a", "")), Code::kPaperCode);
  EXPECT_EQ(code_of(submit("b", "có khoảng trắng")), Code::kPaperCode);
  EXPECT_EQ(code_of(submit("c", kDossier + "-KQ(1)")), Code::kPaperCode);
  EXPECT_TRUE(submit("d", kDossier));
}

TEST_F(ResultsTest, R15_DigitisedPapersHaveTheSameCounter) {
  holder_hash_ = Bytes(32, 7);
  ASSERT_TRUE(digitised("held-1", "01 / qđ-ubnd", 4));
  ASSERT_TRUE(digitised("held-2", "02/QĐ-UBND", 9));
  done(submit("case-1", kDossier).value(), {Action::kNumber});
  EXPECT_EQ(result("case-1").paper_code, "012345678901.GKS.01/QĐ-UBND.05");
  // Of nobody of whom digitised papers are found it is the first, as before.
  holder_hash_.clear();
  paper_->holder = "012345678902";
  done(submit("case-2", "other").value(), {Action::kNumber});
  EXPECT_EQ(result("case-2").paper_code, "012345678902.GKS.02/QĐ-UBND.01");
}

TEST_F(ResultsTest, R15_WithoutAnIdentityNumberThereIsNoPaperCode) {
  paper_.reset();
  done(submit("case-1", kDossier).value(), {Action::kNumber});
  done(submit("case-2", "other").value(), {Action::kNumber});
  EXPECT_EQ(result("case-1").paper_code, "");
}

TEST_F(ResultsTest, ASecondResultOfADossierSaysWhatItIs) {
  const auto one = submit("case-1", kDossier).value();
  EXPECT_EQ(code_of(submit("case-2", kDossier)), Code::kResultDossierTaken);
  EXPECT_TRUE(submit("case-3", kDossier, {.further = "Quyết định kèm theo"}));
  EXPECT_TRUE(submit("case-4", "another"));
  // What was given up leaves the dossier free.
  const auto other = submit("case-5", "given-up").value();
  done(other, {Action::kWithdraw});
  EXPECT_TRUE(submit("case-6", "given-up"));
}

TEST_F(ResultsTest, TheSameFileOfADossierIsTakenOnce) {
  const auto one = submit("case-1", kDossier).value();
  Case again = one;
  again.id = "case-2";
  EXPECT_EQ(code_of(cases_->open(again, "system", std::nullopt, document("file of case-1"),
                                 {.further = "lần nữa"})),
            Code::kResultSameDocument);
  again.dossier = "another";
  EXPECT_TRUE(cases_->open(again, "system", std::nullopt, document("file of case-1")));
}

TEST_F(ResultsTest, R13_CodesOfADossierHaveNoGapsAndAVoidedOneKeepsIts) {
  const auto one = submit("case-1", kDossier).value();
  const auto two = submit("case-2", kDossier, {.further = "thêm"}).value();
  const auto three = submit("case-3", kDossier, {.further = "thêm nữa"}).value();
  done(two, {Action::kNumber, Action::kVoid});
  done(one, {Action::kNumber});
  done(three, {Action::kNumber});
  EXPECT_EQ(result("case-2").ordinal, 1);
  EXPECT_EQ(result("case-1").ordinal, 2);
  EXPECT_EQ(result("case-3").code, kDossier + "-KQ(3)");
  EXPECT_TRUE(checked().empty());
  ASSERT_TRUE(store_->in_transaction([](Database& database) {
    return database.execute("UPDATE case_result SET ordinal=7 WHERE case_id='case-1'", {});
  }));
  const auto found = checked();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, Code::kResultCodeMissing);
  EXPECT_EQ(found[0].params[1].second, "2");
}

TEST_F(ResultsTest, R14_AReplacementNamesARegisteredResultOfItsDossierAndUnit) {
  const auto one = submit("case-1", kDossier).value();
  const auto numbered = done(one, {Action::kNumber});
  const ResultOrigin replaces{.replaces = kDossier + "-KQ(1)"};
  EXPECT_EQ(code_of(submit("case-2", kDossier, replaces)), Code::kResultReplacesUnknown);
  done(numbered, {Action::kOfficerSign, Action::kSeal, Action::kRegister});
  EXPECT_EQ(code_of(submit("case-2", "another", replaces)), Code::kResultReplacesUnknown);
  EXPECT_EQ(code_of(submit("case-2", kDossier, replaces, "H40.8")), Code::kResultReplacesUnknown);
  ASSERT_TRUE(submit("case-2", kDossier, replaces));
  EXPECT_EQ(code_of(submit("case-3", kDossier, replaces)), Code::kResultReplacedAlready);
}

TEST_F(ResultsTest, R14_AReplacementIsReleasedOnceWhatItReplacesIsRecalled) {
  const auto old = done(registered("case-1"), {Action::kRelease});
  EXPECT_TRUE(releasable("case-1"));
  registered("case-2", {.replaces = kDossier + "-KQ(1)"});
  EXPECT_EQ(result("case-2").code, kDossier + "-KQ(2)");
  const auto refused = releasable("case-2");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kResultReplacedInForce);
  const auto recalled = done(old, {Action::kRecall});
  EXPECT_TRUE(releasable("case-2"));
  // Frozen: nothing leads on.
  EXPECT_TRUE(is_final(Product::kResult, recalled.state));
  for (const auto action : {Action::kRelease, Action::kOfficerSign, Action::kSeal, Action::kVoid})
    EXPECT_EQ(code_of(step(recalled, action)), Code::kCaseFinal);
}

TEST_F(ResultsTest, R13_CodesGivenAfterABackupAreNotGivenAgain) {
  done(submit("case-1", kDossier).value(), {Action::kNumber});
  int made = 0;
  const auto skip = [&](std::int64_t to) {
    return skip_codes(
        *store_,
        {.unit = "H40.7",
         .dossier = kDossier,
         .facts = R"({"reason":"cấp sau bản sao lưu"})",
         .to = to},
        [&] { return "skipped-" + std::to_string(++made); }, kNow);
  };
  for (const std::int64_t to : {0, 1, 101})
    EXPECT_EQ(code_of(skip(to)), Code::kBookNumberGiven) << to;
  EXPECT_EQ(made, 0);
  ASSERT_TRUE(skip(3));
  EXPECT_EQ(made, 2);
  EXPECT_EQ(result("skipped-2").code, kDossier + "-KQ(3)");
  EXPECT_EQ(cases_->find("skipped-2").value()->state, State::kVoided);
  done(submit("case-2", kDossier, {.further = "Phụ lục"}).value(), {Action::kNumber});
  EXPECT_EQ(result("case-2").code, kDossier + "-KQ(4)");
  EXPECT_TRUE(checked().empty());
}

TEST_F(ResultsTest, R12_R13_FortyAtOnceGetEachNumberAndEachCodeOnce) {
  constexpr int kMany = 40;
  std::vector<std::thread> all;
  for (int i = 0; i < kMany; ++i) {
    all.emplace_back([this, i] {
      const auto id = "case-" + std::to_string(i);
      // Every second one is of one and the same dossier.
      const bool shared = i % 2 == 0;
      const auto one = submit(id, shared ? kDossier : "dossier-" + id,
                              {.further = shared ? "lần " + id : std::string()});
      ASSERT_TRUE(one) << to_log_line(one.error());
      const auto numbered = step(one.value(), Action::kNumber);
      ASSERT_TRUE(numbered) << to_log_line(numbered.error());
    });
  }
  for (auto& one : all) one.join();
  std::set<std::string> numbers, codes;
  std::set<std::int64_t> ordinals;
  for (int i = 0; i < kMany; ++i) {
    const auto id = "case-" + std::to_string(i);
    numbers.insert(cases_->find(id).value()->number);
    codes.insert(result(id).code);
    if (i % 2 == 0) ordinals.insert(result(id).ordinal);
  }
  EXPECT_EQ(numbers.size(), 40U);
  EXPECT_EQ(*numbers.begin(), "01/QĐ-UBND");
  EXPECT_TRUE(numbers.count("40/QĐ-UBND"));
  EXPECT_EQ(codes.size(), 40U);
  EXPECT_EQ(ordinals.size(), 20U);
  EXPECT_EQ(*ordinals.rbegin(), 20);
  EXPECT_TRUE(checked().empty());
}

}  // namespace
}  // namespace antin::casework
