#include "service/antind/callers_origins.h"

#include "tests/fakes/store_fixture.h"

namespace antin::service {
namespace {

using casework::OriginEntry;

// Two units with an entry each.
class CallersOriginsTest : public fakes::StoreFixture {
 protected:
  void SetUp() override {
    fakes::StoreFixture::SetUp();
    if (IsSkipped()) return;
    std::size_t added = 0;
    ASSERT_TRUE(as(everywhere_).add({entry("A"), entry("B")}, added));
    ASSERT_EQ(added, 2U);
  }
  static OriginEntry entry(const std::string& unit) {
    OriginEntry one;
    one.id = "entry-" + unit;
    one.unit = unit;
    one.kind = "khai_sinh";
    one.book = "Sổ đăng ký khai sinh năm 1998";
    one.number = "15";
    one.day = "1998-06-01";
    one.holder = "Đặng Thị Huệ";
    return one;
  }
  static Caller caller(const std::set<std::string>& units) {
    return {.key_id = "system", .scopes = {Scope::kCases}, .units = units};
  }
  CallersOrigins as(const Caller& who) { return {*store_, who}; }
  const Caller everywhere_ = caller({});
  const Caller a_ = caller({"A"});
};

TEST_F(CallersOriginsTest, A01_AnEntryOfAnotherUnitDoesNotExist) {
  EXPECT_TRUE(as(a_).find("entry-A"));
  const auto other = as(a_).find("entry-B");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::kOriginUnknown);
  EXPECT_TRUE(as(everywhere_).find("entry-B"));
}

TEST_F(CallersOriginsTest, A01_ASearchStaysWithinTheUnits) {
  EXPECT_EQ(as(everywhere_).search({}).value().size(), 2U);
  EXPECT_EQ(as(a_).search({}).value().size(), 1U);
  EXPECT_EQ(as(a_).search({.units = {"B"}}).value().size(), 0U);
}

TEST_F(CallersOriginsTest, A01_NobodyWritesInTheRegisterOfAnotherUnit) {
  auto one = entry("B");
  one.id = "entry-C";
  one.number = "16";
  std::size_t added = 0;
  const auto refused = as(a_).add({one}, added);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kKeyUnit);
  one.unit = "A";
  EXPECT_TRUE(as(a_).add({one}, added));
}

}  // namespace
}  // namespace antin::service
