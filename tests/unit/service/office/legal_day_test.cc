#include "service/office/legal_day.h"

#include <gtest/gtest.h>

#include "service/office/clock_text.h"

namespace antin::office {
namespace {

UtcTime utc(const char* text) {
  return from_rfc3339(text).value();
}

TEST(LegalDay, C10_TheYearEndsAtSeventeenHoursUtc) {
  const auto before = LegalDay::of(utc("2026-12-31T16:59:59Z"));
  const auto after = LegalDay::of(utc("2026-12-31T17:00:00Z"));
  EXPECT_EQ(before.iso(), "2026-12-31");
  EXPECT_EQ(after.iso(), "2027-01-01");
  EXPECT_EQ(before.year(), 2026);
  EXPECT_EQ(after.year(), 2027);
  EXPECT_EQ(before.next(), after);
  EXPECT_EQ(after.begins(), utc("2026-12-31T17:00:00Z"));
}

TEST(LegalDay, S19_TheHourIsThatOfVietNam) {
  const auto at = TimeOfDay::of(utc("2026-11-21T02:05:07Z"));
  EXPECT_EQ(at, (TimeOfDay{9, 5, 7}));
  EXPECT_EQ(to_the_second(at), "09:05:07");
  EXPECT_EQ(to_the_minute(at), "09:05");
  EXPECT_EQ(at.in_words(), "09 giờ 05 phút");
  EXPECT_EQ(TimeOfDay::of(utc("2026-12-31T17:00:00Z")), (TimeOfDay{0, 0, 0}));
  EXPECT_EQ(LegalDay::parse("2026-11-21")->at({9, 5, 7}), utc("2026-11-21T02:05:07Z"));
}

TEST(LegalDay, ReadsAndPrintsBothForms) {
  const auto day = LegalDay::parse("2026-06-01");
  ASSERT_TRUE(day);
  EXPECT_EQ(day->vietnam(), "01/06/2026");
  EXPECT_EQ(LegalDay::parse_vietnam("01/06/2026"), day);
  EXPECT_EQ(LegalDay::parse_vietnam("1/6/2026"), day);
  EXPECT_EQ(LegalDay::from(2026, 6, 1), day);
}

TEST(LegalDay, RefusesDaysThatDoNotExist) {
  for (const char* bad : {"", "2026-02-29", "2026-13-01", "2026-6-1", "26-06-01", "2026/06/01",
                          "2026-06-01 ", "3000-01-01", "1899-12-31", "2026-06-0a"})
    EXPECT_FALSE(LegalDay::parse(bad)) << bad;
  for (const char* bad : {"", "29/02/2026", "01/13/2026", "1/6/26", "01-06-2026", "01/06/2026/1",
                          "+1/06/2026", " 1/06/2026", "001/06/2026"})
    EXPECT_FALSE(LegalDay::parse_vietnam(bad)) << bad;
  EXPECT_TRUE(LegalDay::parse("2028-02-29"));
}

TEST(LegalDay, CountsDaysAcrossYears) {
  const auto day = *LegalDay::parse("2026-12-30");
  EXPECT_EQ(day.plus_days(3).iso(), "2027-01-02");
  EXPECT_EQ(day.plus_days(-364).iso(), "2025-12-31");
  EXPECT_EQ(day.plus_days(3).days_since(day), 3);
  EXPECT_LT(day, day.next());
  EXPECT_FALSE(day.is_weekend());
  EXPECT_TRUE(LegalDay::parse("2027-01-02")->is_weekend());
}

TEST(LegalDay, C11_TheAttestationWritesTwoDigits) {
  EXPECT_EQ(LegalDay::parse("2026-06-01")->in_attestation(), "ngày 01 tháng 06 năm 2026");
}

TEST(LegalDay, R12_DocumentsWriteAZeroBeforeSmallDaysAndTheFirstTwoMonths) {
  EXPECT_EQ(LegalDay::parse("2026-02-09")->in_document(), "ngày 09 tháng 02 năm 2026");
  EXPECT_EQ(LegalDay::parse("2026-03-09")->in_document(), "ngày 09 tháng 3 năm 2026");
  EXPECT_EQ(LegalDay::parse("2026-11-21")->in_document(), "ngày 21 tháng 11 năm 2026");
}

TEST(TimeOfDay, ReadsHoursMinutesAndSeconds) {
  EXPECT_EQ(TimeOfDay::parse("15:00"), (TimeOfDay{15, 0, 0}));
  EXPECT_EQ(TimeOfDay::parse("23:59:59"), (TimeOfDay{23, 59, 59}));
  for (const char* bad : {"", "15", "24:00", "15:60", "15:00:60", "15:00:00:00", "-1:00", "015:00"})
    EXPECT_FALSE(TimeOfDay::parse(bad)) << bad;
}

}  // namespace
}  // namespace antin::office
