#include "service/casework/cases.h"

#include "service/casework/handled.h"
#include "service/store/schema.h"
#include "tests/unit/service/casework/casework_fixture.h"

namespace antin::casework {
namespace {

class CasesTest : public CaseworkFixture {
 protected:
  void SetUp() override {
    CaseworkFixture::SetUp();
    if (IsSkipped()) return;
    open_logged();
    cases_.emplace(*store_);
  }
  static Case fresh(const std::string& id) {
    Case one;
    one.id = id;
    one.unit = "H40.7";
    one.owner = "key-1";
    one.visit = "luot-1";
    one.requester = "Nguyễn Thị Ánh";
    one.paper = "Giấy khai sinh";
    one.day = "2026-11-21";
    one.facts = "{}";
    one.created = one.updated = kNow;
    return one;
  }
  Case opened(const std::string& id) {
    return cases_->open(fresh(id), "key-1", std::nullopt).value();
  }
  static Change change(const Case& one, Action action) {
    Change made{.id = one.id,
                .version = one.version,
                .action = action,
                .roles = Roles().set(),
                .there = Needs().set(),
                .actor = "key-1",
                .now = kNow,
                .facts = one.facts,
                .requester = one.requester,
                .paper = one.paper};
    if (action == Action::kAttest) made.series = series();
    made.reason = "quét nhầm";
    return made;
  }
  Case done(const Case& one, std::initializer_list<Action> actions) {
    auto at = one;
    for (const auto action : actions) {
      auto after = cases_->step(change(at, action));
      EXPECT_TRUE(after) << name(action);
      if (after) at = after.value();
    }
    return at;
  }
  Case captured(const std::string& id) {
    return done(opened(id), {Action::kCheck, Action::kCapture});
  }
  std::vector<std::string> ids(const Search& search) {
    const auto cases = cases_->search(search);
    std::vector<std::string> found;
    EXPECT_TRUE(cases);
    for (const auto& one : cases.value()) found.push_back(one.id);
    return found;
  }

  std::optional<Cases> cases_;
};

using Ids = std::vector<std::string>;

TEST_F(CasesTest, C01_ACaseGoesItsWayAndEveryStepIsAnEvent) {
  const auto end = done(captured("c-1"), {Action::kAttest, Action::kOfficerSign, Action::kSeal,
                                          Action::kRegister, Action::kRelease});
  EXPECT_EQ(end.state, State::kReleased);
  EXPECT_EQ(end.number, "01/ĐT");
  EXPECT_EQ(end.version, 8);
  const auto events = cases_->events("c-1").value();
  ASSERT_EQ(events.size(), 8U);
  EXPECT_EQ(events[0].action, "open");
  EXPECT_EQ(events[3].action, "attest");
  EXPECT_EQ(events[3].from, "captured");
  EXPECT_EQ(events[3].to, "attested");
  EXPECT_EQ(events[3].actor, "key-1");
  EXPECT_EQ(cases_->row(end.row).value()->state, RowState::kFinal);
}

TEST_F(CasesTest, C01_TheWrongOrderChangesNothing) {
  const auto one = captured("c-1");
  EXPECT_EQ(code_of(cases_->step(change(one, Action::kSeal))), Code::kCaseWrongOrder);
  EXPECT_EQ(cases_->find("c-1").value()->version, one.version);
  EXPECT_EQ(cases_->events("c-1").value().size(), 3U);
}

TEST_F(CasesTest, TwoClerksCannotOverwriteEachOther) {
  const auto one = captured("c-1");
  ASSERT_TRUE(cases_->step(change(one, Action::kAttest)));
  const auto late = cases_->step(change(one, Action::kAttest));
  ASSERT_EQ(code_of(late), Code::kCaseChanged);
  EXPECT_EQ(late.error().params.at(0).second, "4");
  EXPECT_EQ(late.error().params.at(1).second, "3");
  EXPECT_EQ(reserve(series()).value().number, 2);
}

TEST_F(CasesTest, C10_ANumberIsReservedWithTheAttestationAndVoidedWithTheCase) {
  const auto one = done(captured("c-1"), {Action::kAttest});
  EXPECT_EQ(cases_->row(one.row).value()->state, RowState::kReserved);
  EXPECT_EQ(cases_->row(one.row).value()->case_id, "c-1");
  const auto end = done(one, {Action::kVoid});
  EXPECT_EQ(end.state, State::kVoided);
  EXPECT_EQ(end.number, "01/ĐT");
  EXPECT_EQ(cases_->row(one.row).value()->note, "Hủy: quét nhầm");
  EXPECT_EQ(done(captured("c-2"), {Action::kAttest}).number, "02/ĐT");
}

TEST_F(CasesTest, C05_ARefusalUsesNoNumber) {
  EXPECT_EQ(done(captured("c-1"), {Action::kRefuse}).state, State::kRefused);
  EXPECT_EQ(done(captured("c-2"), {Action::kAttest}).number, "01/ĐT");
}

TEST_F(CasesTest, C08_PapersOfOneVisitGetConsecutiveNumbersOrNone) {
  std::vector<Change> all;
  for (const auto* id : {"c-1", "c-2", "c-3"}) all.push_back(change(captured(id), Action::kAttest));
  auto broken = all;
  broken[2].there.reset();
  EXPECT_EQ(code_of(cases_->steps(broken)), Code::kCaseIncomplete);
  const auto after = cases_->steps(all);
  ASSERT_TRUE(after);
  EXPECT_EQ(after.value()[0].number, "01/ĐT");
  EXPECT_EQ(after.value()[1].number, "02/ĐT");
  EXPECT_EQ(after.value()[2].number, "03/ĐT");
}

TEST_F(CasesTest, C08_SeveralCopiesOfOneOriginalHaveOneNumber) {
  auto attest = change(captured("c-1"), Action::kAttest);
  attest.book.copies = 5;
  const auto one = cases_->step(attest).value();
  EXPECT_EQ(cases_->row(one.row).value()->facts.copies, 5);
  EXPECT_EQ(done(captured("c-2"), {Action::kAttest}).number, "02/ĐT");
}

TEST_F(CasesTest, C22_WhatBecameOfRequestsInAMonth) {
  const auto released = done(
      opened("case-1"), {Action::kCheck, Action::kCapture, Action::kAttest, Action::kOfficerSign,
                         Action::kSeal, Action::kRegister, Action::kRelease});
  const auto refused = done(opened("case-2"), {Action::kRefuse});
  const auto waiting = opened("case-3");
  EXPECT_EQ(released.state, State::kReleased);
  EXPECT_EQ(refused.state, State::kRefused);
  EXPECT_EQ(waiting.state, State::kReceived);
  const auto of = [&](const char* from, const char* until, const std::vector<std::string>& units) {
    std::vector<Handled> found;
    EXPECT_TRUE(store_->in_snapshot([&](Database& database) -> Status {
      ANTIN_TRY(found, handled(database, units, *from_rfc3339(from), *from_rfc3339(until)));
      return Done{};
    }));
    return found;
  };
  const auto november = of("2026-11-01T00:00:00+07:00", "2026-12-01T00:00:00+07:00", {"H40.7"});
  ASSERT_EQ(november.size(), 3U);
  EXPECT_EQ(november[0].released, std::optional(kNow));
  EXPECT_FALSE(november[0].refused);
  EXPECT_EQ(november[1].refused, std::optional(kNow));
  EXPECT_FALSE(november[2].released);
  EXPECT_TRUE(of("2026-12-01T00:00:00+07:00", "2027-01-01T00:00:00+07:00", {}).empty());
  EXPECT_TRUE(of("2026-11-01T00:00:00+07:00", "2026-12-01T00:00:00+07:00", {"H40.8"}).empty());
}

TEST_F(CasesTest, TheSameRequestAgainTakesNoSecondNumber) {
  const auto one = captured("c-1");
  const Once once{"key-1", "so-ngau-nhien-1", Bytes(32, 1)};
  ASSERT_TRUE(cases_->step(change(one, Action::kAttest), once));
  const auto again = cases_->step(change(one, Action::kAttest), once);
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value().number, "01/ĐT");
  EXPECT_EQ(again.value().version, 4);
  const Once other{"key-1", "so-ngau-nhien-1", Bytes(32, 2)};
  EXPECT_EQ(code_of(cases_->step(change(one, Action::kAttest), other)),
            Code::kIdempotencyKeyReused);
  EXPECT_EQ(reserve(series()).value().number, 2);
}

TEST_F(CasesTest, TheSameRequestAgainOpensNoSecondCase) {
  const Once once{"key-1", "so-ngau-nhien-1", Bytes(32, 1)};
  ASSERT_TRUE(cases_->open(fresh("c-1"), "key-1", once));
  EXPECT_EQ(cases_->open(fresh("c-2"), "key-1", once).value().id, "c-1");
  EXPECT_FALSE(cases_->find("c-2").value());
}

TEST_F(CasesTest, A07_SearchKnowsNeitherAccentsNorCase) {
  ASSERT_TRUE(cases_->open(fresh("c-1"), "key-1", std::nullopt));
  auto other = fresh("c-2");
  other.requester = "Đỗ Văn Út";
  other.paper = "Bằng tốt nghiệp";
  other.unit = "H40.8";
  other.day = "2026-11-23";
  ASSERT_TRUE(cases_->open(other, "key-1", std::nullopt));
  EXPECT_EQ(ids({.paper = "giay khai sinh"}), Ids{"c-1"});
  EXPECT_EQ(ids({.requester = "DO VAN"}), Ids{"c-2"});
  // Decomposed letters: the same as composed ones.
  EXPECT_EQ(ids({.requester = "A\xCC\x81nh"}), Ids{"c-1"});
  EXPECT_EQ(ids({.requester = "%"}), (Ids{"c-2", "c-1"}));
  EXPECT_EQ(ids({.units = {"H40.8"}}), Ids{"c-2"});
  EXPECT_EQ(ids({.from_day = "2026-11-22"}), Ids{"c-2"});
  EXPECT_EQ(ids({.to_day = "2026-11-21"}), Ids{"c-1"});
  EXPECT_EQ(ids({.before = "c-2"}), Ids{"c-1"});
  EXPECT_EQ(ids({.most = 1}), Ids{"c-2"});
  EXPECT_EQ(ids({.state = State::kChecked}), Ids{});
  EXPECT_EQ(ids({.states = {State::kChecked, State::kReceived}}), (Ids{"c-2", "c-1"}));
  EXPECT_EQ(ids({.states = {State::kChecked, State::kAttested}}), Ids{});
  EXPECT_EQ(ids({.most = 1, .order = Search::Order::kOldest}), Ids{"c-1"});
}

TEST_F(CasesTest, ACaseIsFoundByItsNumberHoweverItIsTyped) {
  done(captured("c-1"), {Action::kAttest});
  EXPECT_EQ(ids({.number = "1 / đt"}), Ids{"c-1"});
  EXPECT_EQ(ids({.number = "2/ĐT"}), Ids{});
}

TEST_F(CasesTest, TheNewestDocumentOfEachKindIsTheCases) {
  auto capture = change(done(opened("c-1"), {Action::kCheck}), Action::kCapture);
  capture.document =
      CaseDocument{.role = "capture", .sha256 = Bytes(32, 1), .size = 10, .pages = 2};
  const auto once = cases_->step(capture).value();
  auto again = change(once, Action::kCapture);
  again.document = CaseDocument{.role = "capture", .sha256 = Bytes(32, 2), .size = 11, .pages = 3};
  ASSERT_TRUE(cases_->step(again));
  const auto documents = cases_->documents("c-1").value();
  ASSERT_EQ(documents.size(), 1U);
  EXPECT_EQ(documents[0].version, 2);
  EXPECT_EQ(documents[0].sha256, Bytes(32, 2));
  // A backup has them all, the first scan as well.
  int kept = 0;
  ASSERT_TRUE(store_->in_snapshot([&](Database& database) {
    return service::each_document(database, [&](const service::KeptDocument&) -> Status {
      ++kept;
      return Done{};
    });
  }));
  EXPECT_EQ(kept, 2);
}

TEST_F(CasesTest, AnUnknownCaseIsUnknown) {
  Case nobody = fresh("c-9");
  EXPECT_EQ(code_of(cases_->step(change(nobody, Action::kCheck))), Code::kCaseUnknown);
  EXPECT_EQ(code_of(cases_->amend("c-9", 1, "{}", "note", "key-1", kNow)), Code::kCaseUnknown);
}

TEST_F(CasesTest, WhatComesBetweenTwoStepsIsAnEventToo) {
  const auto one = captured("c-1");
  const auto after =
      cases_->amend("c-1", one.version, R"({"seal":"j-1"})", "seal_asked", "key-1", kNow);
  ASSERT_TRUE(after);
  EXPECT_EQ(after.value().state, State::kCaptured);
  EXPECT_EQ(after.value().facts, R"({"seal":"j-1"})");
  EXPECT_EQ(cases_->events("c-1").value().back().action, "seal_asked");
  EXPECT_EQ(code_of(cases_->amend("c-1", one.version, "{}", "seal_asked", "key-1", kNow)),
            Code::kCaseChanged);
}

}  // namespace
}  // namespace antin::casework
