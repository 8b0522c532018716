#include "service/office/index_report.h"

#include <gtest/gtest.h>

namespace antin::office {
namespace {

UtcTime vietnam(const std::string& local) {
  return from_rfc3339(local + "+07:00").value();
}

constexpr const char* kHead =
    "\xEF\xBB\xBFTháng,Mã đơn vị,Tên đơn vị,Số yêu cầu,Bản sao điện tử đã phát hành,Từ chối,"
    "Hủy bỏ giá trị pháp lý,Thời gian trung bình (phút)\r\n";

TEST(IndexReport, C22_OneLinePerUnit) {
  const auto none = std::nullopt;
  const std::vector<IndexRow> rows{
      {"H40.02", "UBND xã Bạch Ngọc", vietnam("2026-11-02T08:00:00"), none,
       vietnam("2026-11-02T09:00:00"), none, 1},
      {"H40.01", "UBND xã Đô Lương", vietnam("2026-11-02T08:00:00"), vietnam("2026-11-02T08:10:00"),
       none, none, 1},
      {"H40.01", "UBND xã Đô Lương", vietnam("2026-11-03T08:00:00"), vietnam("2026-11-03T08:21:00"),
       none, vietnam("2026-11-20T08:00:00"), 5},
      {"H40.01", "UBND xã Đô Lương", vietnam("2026-11-30T23:59:59"), none, none, none, 1}};
  EXPECT_EQ(index_report({2026, 11}, rows), std::string{kHead} +
                                                "11/2026,H40.01,UBND xã Đô Lương,3,6,0,1,16\r\n" +
                                                "11/2026,H40.02,UBND xã Bạch Ngọc,1,0,1,0,\r\n");
}

TEST(IndexReport, C22_MonthsAreThoseOfVietNam) {
  const std::vector<IndexRow> rows{{"H", "A", vietnam("2026-12-31T23:50:00"),
                                    vietnam("2027-01-01T00:00:00"), std::nullopt, std::nullopt, 1}};
  EXPECT_EQ(index_report({2026, 12}, rows), std::string{kHead} + "12/2026,H,A,1,0,0,0,\r\n");
  EXPECT_EQ(index_report({2027, 1}, rows), std::string{kHead} + "01/2027,H,A,0,1,0,0,10\r\n");
}

TEST(IndexReport, C22_TextsAreNoFormulasAndQuoted) {
  const std::vector<IndexRow> rows{{"=1+1", "UBND \"A\", xã B", vietnam("2026-11-02T08:00:00"),
                                    std::nullopt, std::nullopt, std::nullopt, 1}};
  EXPECT_EQ(index_report({2026, 11}, rows),
            std::string{kHead} + "11/2026,'=1+1,\"UBND \"\"A\"\", xã B\",1,0,0,0,\r\n");
}

TEST(IndexReport, C22_NoRowsGiveTheHeadAlone) {
  EXPECT_EQ(index_report({2026, 11}, {}), kHead);
}

}  // namespace
}  // namespace antin::office
