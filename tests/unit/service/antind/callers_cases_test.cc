#include "service/antind/callers_cases.h"

#include "tests/fakes/store_fixture.h"

namespace antin::service {
namespace {

using casework::Case;

const UtcTime kNow = *from_rfc3339("2026-11-21T02:00:00Z");

// Two units with a case and a book each.
class CallersCasesTest : public fakes::StoreFixture {
 protected:
  void SetUp() override {
    fakes::StoreFixture::SetUp();
    if (IsSkipped()) return;
    for (const auto* unit : {"A", "B"}) {
      Case one;
      one.id = std::string("case-") + unit;
      one.unit = unit;
      one.day = "2026-11-20";
      one.created = one.updated = kNow;
      ASSERT_TRUE(CallersCases(*store_, everywhere_).open(one, std::nullopt, std::nullopt));
      const auto reserve = [&](Database& database) -> Status {
        casework::Books books(
            database, [](const StoreEvent&) { return Status(Done{}); }, kNow, "");
        ANTIN_TRY(const auto row,
                  books.reserve({.id = {.unit = unit,
                                        .product = casework::Product::kCertifiedCopy,
                                        .series = "dien_tu",
                                        .year = 2026},
                                 .day = "2026-11-20",
                                 .name = "01/2026",
                                 .text = [](std::int64_t n) { return std::to_string(n); }},
                                one.id, {}));
        static_cast<void>(row);
        return Done{};
      };
      ASSERT_TRUE(store_->in_transaction(reserve));
    }
  }
  static Caller caller(const std::set<std::string>& units) {
    return {.key_id = "system", .scopes = {Scope::kCases, Scope::kClerk}, .units = units};
  }
  CallersCases as(const Caller& who) { return {*store_, who}; }
  template <class T>
  static Code code_of(const Result<T>& result) {
    return result ? Code::kInternal : result.error().code;
  }
  const Caller everywhere_ = caller({});
  const Caller a_ = caller({"A"});
};

const std::string kBookOfB = "B/certified_copy/dien_tu/2026";

TEST_F(CallersCasesTest, ACaseOfAnotherUnitDoesNotExist) {
  EXPECT_EQ(as(a_).find("case-A").value().unit, "A");
  EXPECT_EQ(code_of(as(a_).find("case-B")), Code::kCaseUnknown);
  EXPECT_TRUE(as(everywhere_).find("case-B"));
  casework::Change change;
  change.id = "case-B";
  EXPECT_EQ(code_of(as(a_).steps({change}, std::nullopt)), Code::kCaseUnknown);
}

TEST_F(CallersCasesTest, ASearchStaysInItsUnits) {
  EXPECT_EQ(as(everywhere_).search({}).value().size(), 2U);
  const auto found = as(a_).search({}).value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].unit, "A");
  EXPECT_TRUE(as(a_).search({.units = {"B"}}).value().empty());
  EXPECT_EQ(as(everywhere_).search({.units = {"B"}}).value().size(), 1U);
}

TEST_F(CallersCasesTest, NoCaseIsOpenedForAnotherUnit) {
  Case one;
  one.id = "case-C";
  one.unit = "B";
  EXPECT_EQ(code_of(as(a_).open(one, std::nullopt, std::nullopt)), Code::kKeyUnit);
}

TEST_F(CallersCasesTest, AnotherSystemKnowsTheCasesThatItOpened) {
  const Caller system{
      .key_id = "ministry", .scopes = {Scope::kCases, Scope::kSubmit}, .units = {"A"}};
  EXPECT_TRUE(as(system).is_other_system());
  EXPECT_FALSE(as(a_).is_other_system());
  EXPECT_EQ(code_of(as(system).find("case-A")), Code::kCaseUnknown);
  EXPECT_TRUE(as(system).search({}).value().empty());
  Case one;
  one.id = "case-C";
  one.unit = "A";
  one.owner = "ministry";
  one.day = "2026-11-20";
  one.created = one.updated = kNow;
  ASSERT_TRUE(as(system).open(one, std::nullopt, std::nullopt));
  EXPECT_TRUE(as(system).find("case-C"));
  ASSERT_EQ(as(system).search({}).value().size(), 1U);
  // The office sees them all; books name people whom that system does not know.
  EXPECT_EQ(as(a_).search({}).value().size(), 2U);
  EXPECT_TRUE(as(system).books(0).value().empty());
  EXPECT_EQ(code_of(as(system).book("A/certified_copy/dien_tu/2026")), Code::kBookUnknown);
  EXPECT_TRUE(as(system).open_rows_before("2026-12-01").value().empty());
}

TEST_F(CallersCasesTest, ABookOfAnotherUnitDoesNotExist) {
  EXPECT_EQ(as(a_).books(0).value().size(), 1U);
  EXPECT_EQ(as(everywhere_).books(2026).value().size(), 2U);
  EXPECT_EQ(code_of(as(a_).book(kBookOfB)), Code::kBookUnknown);
  EXPECT_EQ(code_of(as(a_).rows(kBookOfB, 1, 10)), Code::kBookUnknown);
  EXPECT_EQ(code_of(as(a_).close(kBookOfB, "2026-12-31", kNow)), Code::kBookUnknown);
  EXPECT_EQ(code_of(as(everywhere_).close(kBookOfB, "2026-12-31", kNow)), Code::kBookRowOpen);
  EXPECT_EQ(as(a_).open_rows_before("2026-11-21").value().size(), 1U);
  EXPECT_EQ(as(everywhere_).open_rows_before("2026-11-21").value().size(), 2U);
}

TEST_F(CallersCasesTest, A01_RightsBecomeRoles) {
  EXPECT_EQ(as(a_).roles(), casework::roles_of({casework::Role::kClerk}));
  const Caller nobody{.key_id = "system", .scopes = {Scope::kCases, Scope::kSign}};
  EXPECT_TRUE(as(nobody).roles().none());
}

}  // namespace
}  // namespace antin::service
