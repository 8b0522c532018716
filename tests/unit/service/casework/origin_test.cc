#include "service/casework/origin.h"

#include "tests/unit/service/casework/casework_fixture.h"

namespace antin::casework {
namespace {

class OriginsTest : public CaseworkFixture {
 protected:
  void SetUp() override {
    CaseworkFixture::SetUp();
    if (IsSkipped()) return;
    open_logged();
    origins_.emplace(*store_);
  }
  static OriginEntry entry(const std::string& id, const std::string& number = "15",
                           const std::string& holder = "Đặng Thị Huệ") {
    OriginEntry one;
    one.id = id;
    one.unit = "H40.7";
    one.kind = "khai_sinh";
    one.book = "Sổ đăng ký khai sinh năm 1998";
    one.number = number;
    one.day = "1998-06-01";
    one.paper = "Giấy khai sinh";
    one.holder = holder;
    one.fields = R"([{"code":"ho_ten","value":")" + holder + R"("}])";
    one.text = holder + " Quỳnh Diễn";
    one.legal = "registers-2020";
    one.actor = "key-1";
    one.created = kNow;
    return one;
  }
  static OriginEntry correction(const std::string& id, const std::string& of) {
    auto one = entry(id, "15", "Đặng Thị Huế");
    one.corrects = of;
    one.basis = "12/QĐ-UBND ngày 02/03/2026";
    return one;
  }
  Code added(const OriginEntry& one) { return code_of(origins_->add({one}, count_)); }
  std::vector<std::string> ids(const OriginSearch& search) {
    std::vector<std::string> found;
    const auto all = origins_->search(search);
    EXPECT_TRUE(all);
    for (const auto& one : all.value()) found.push_back(one.id);
    return found;
  }

  std::optional<Origins> origins_;
  std::size_t count_ = 0;
};

using Ids = std::vector<std::string>;

TEST_F(OriginsTest, R01_AnEntryIsKeptAsItCame) {
  ASSERT_EQ(added(entry("e-1")), Code::kInternal);
  EXPECT_EQ(count_, 1U);
  const auto kept = origins_->find("e-1").value();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->fields, entry("e-1").fields);
  EXPECT_EQ(kept->book, "Sổ đăng ký khai sinh năm 1998");
  EXPECT_EQ(kept->day, "1998-06-01");
  EXPECT_EQ(kept->legal, "registers-2020");
  EXPECT_FALSE(origins_->find("e-2").value());
}

TEST_F(OriginsTest, TheSameEntryAgainChangesNothing) {
  ASSERT_EQ(added(entry("e-1")), Code::kInternal);
  const auto again = origins_->add({entry("e-2")}, count_);
  ASSERT_TRUE(again);
  EXPECT_EQ(count_, 0U);
  EXPECT_EQ(again.value().at(0).id, "e-1");
  EXPECT_FALSE(origins_->find("e-2").value());
}

TEST_F(OriginsTest, R01_ANumberOfARegisterHasOneEntry) {
  ASSERT_EQ(added(entry("e-1")), Code::kInternal);
  EXPECT_EQ(added(entry("e-2", "015", "Nguyễn Văn Khác")), Code::kOriginNumberTaken);
  EXPECT_EQ(added(entry("e-3", "16", "Nguyễn Văn Khác")), Code::kInternal);
  auto elsewhere = entry("e-4", "15", "Nguyễn Văn Khác");
  elsewhere.unit = "H40.8";
  EXPECT_EQ(added(elsewhere), Code::kInternal);
}

TEST_F(OriginsTest, AllOfThemOrNone) {
  ASSERT_EQ(added(entry("e-1")), Code::kInternal);
  EXPECT_EQ(code_of(origins_->add({entry("e-2", "20"), entry("e-3", "15", "Khác")}, count_)),
            Code::kOriginNumberTaken);
  EXPECT_FALSE(origins_->find("e-2").value());
}

TEST_F(OriginsTest, ACorrectionLeavesWhatItCorrects) {
  ASSERT_EQ(added(entry("e-1")), Code::kInternal);
  ASSERT_EQ(added(correction("e-2", "e-1")), Code::kInternal);
  EXPECT_EQ(origins_->find("e-1").value()->corrected_by, "e-2");
  EXPECT_EQ(origins_->find("e-1").value()->holder, "Đặng Thị Huệ");
  EXPECT_EQ(ids({}), Ids{"e-2"});
  EXPECT_EQ(ids({.corrected = OriginSearch::Corrected::kIncluded}), (Ids{"e-2", "e-1"}));
  // Sent again it is the same; another correction of the old one is refused.
  ASSERT_EQ(added(correction("e-3", "e-1")), Code::kInternal);
  EXPECT_EQ(count_, 0U);
  auto other = correction("e-4", "e-1");
  other.number = "99";
  EXPECT_EQ(added(other), Code::kOriginCorrected);
}

TEST_F(OriginsTest, ACorrectionOfNothingIsRefused) {
  EXPECT_EQ(added(correction("e-2", "e-1")), Code::kOriginUnknown);
  auto elsewhere = entry("e-1");
  elsewhere.unit = "H40.8";
  ASSERT_EQ(added(elsewhere), Code::kInternal);
  EXPECT_EQ(added(correction("e-2", "e-1")), Code::kOriginUnknown);
}

TEST_F(OriginsTest, A07_AnEntryIsFoundWithoutAccentsAndCase) {
  ASSERT_EQ(added(entry("e-1")), Code::kInternal);
  ASSERT_EQ(added(entry("e-2", "16", "Nguyễn Văn Khác")), Code::kInternal);
  EXPECT_EQ(ids({.holder = "dang thi hue"}), Ids{"e-1"});
  EXPECT_EQ(ids({.text = "QUYNH DIEN"}), (Ids{"e-2", "e-1"}));
  EXPECT_EQ(ids({.book = "nam 1998", .number = "016"}), Ids{"e-2"});
  EXPECT_EQ(ids({.units = {"H40.8"}}), Ids{});
  EXPECT_EQ(ids({.kind = "ket_hon"}), Ids{});
  EXPECT_EQ(ids({.before = "e-2"}), Ids{"e-1"});
  EXPECT_EQ(ids({.most = 1}), Ids{"e-2"});
}

TEST_F(OriginsTest, R01_AnEntryThatWasChangedByOtherMeansIsFound) {
  ASSERT_EQ(added(entry("e-1")), Code::kInternal);
  const auto digest = [&] {
    std::optional<Bytes> found;
    EXPECT_TRUE(store_->in_snapshot([&](Database& database) -> Status {
      ANTIN_TRY(found, audit::register_digest(database, "origin_entry", "e-1"));
      return Done{};
    }));
    return found;
  };
  const auto before = digest();
  ASSERT_TRUE(before);
  ASSERT_TRUE(store_->in_transaction([](Database& database) -> Status {
    return database.execute("UPDATE origin_entry SET holder='Khác' WHERE id='e-1'", {});
  }));
  EXPECT_NE(digest(), before);
}

}  // namespace
}  // namespace antin::casework
