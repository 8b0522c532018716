#include "service/office/fee.h"

#include <gtest/gtest.h>

#include "tests/unit/service/office/shipped.h"

namespace antin::office {
namespace {

FeeTable table() {
  return shipped().at(day("2026-06-01")).value()->fees;
}

struct Vector {
  std::uint32_t pages;
  std::int64_t dong;
};

class C16_FeePerCopy : public testing::TestWithParam<Vector> {};

TEST_P(C16_FeePerCopy, IsThatOfTheCircular) {
  EXPECT_EQ(fee(table(), {BookForm::kElectronic, GetParam().pages, 1}).value().total,
            GetParam().dong);
}

INSTANTIATE_TEST_SUITE_P(TT226, C16_FeePerCopy,
                         testing::Values(Vector{1, 2'000}, Vector{2, 4'000}, Vector{3, 5'000},
                                         Vector{10, 12'000}, Vector{197, 199'000},
                                         Vector{198, 200'000}, Vector{199, 200'000},
                                         Vector{10'000, 200'000}),
                         [](const auto& one) { return std::to_string(one.param.pages) + "Pages"; });

TEST(Fee, C16_EachCopyIsChargedOnceForTheChosenForm) {
  const auto paid = fee(table(), {BookForm::kPaper, 3, 5}).value();
  EXPECT_EQ(paid.form, BookForm::kPaper);
  EXPECT_EQ(paid.per_copy, 5'000);
  EXPECT_EQ(paid.total, 25'000);
  EXPECT_EQ(fee(table(), {BookForm::kPaper, 199, 10'000}).value().total, 2'000'000'000);
}

TEST(Fee, C16_NothingIsChargedForNothing) {
  for (const auto& bad :
       {FeeQuestion{BookForm::kPaper, 0, 1}, FeeQuestion{BookForm::kPaper, 1, 0},
        FeeQuestion{BookForm::kPaper, 10'001, 1}, FeeQuestion{BookForm::kPaper, 1, 4'294'967'295U}})
    EXPECT_EQ(fee(table(), bad).error().code, Code::kFeePages);
}

TEST(Fee, IsWrittenWithDots) {
  EXPECT_EQ(dong_text(0), "0 đồng");
  EXPECT_EQ(dong_text(2'000), "2.000 đồng");
  EXPECT_EQ(dong_text(200'000), "200.000 đồng");
  EXPECT_EQ(dong_text(2'000'000'000), "2.000.000.000 đồng");
}

}  // namespace
}  // namespace antin::office
