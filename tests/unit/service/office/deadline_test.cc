#include "service/office/deadline.h"

#include <gtest/gtest.h>

#include "tests/unit/service/office/shipped.h"

namespace antin::office {
namespace {

const WorkingHours& hours() {
  static const auto rules = shipped().at(day("2026-06-01")).value();
  return rules->hours;
}

UtcTime vietnam(const std::string& local) {
  return from_rfc3339(local + "+07:00").value();
}

Result<Deadline> due(const std::string& local, const Extension& extension = {}) {
  return deadline(vietnam(local), hours(), shipped().calendar(), extension);
}

TEST(Deadline, C15_UntilThreeOClockTheSameDay) {
  const auto at_three = due("2026-06-01T15:00:00").value();
  EXPECT_EQ(at_three.day, day("2026-06-01"));
  EXPECT_FALSE(at_three.appointment);
  EXPECT_EQ(at_three.at, vietnam("2026-06-01T17:00:00"));
  EXPECT_TRUE(at_three.notices.empty());
  const auto later = due("2026-06-01T15:00:01").value();
  EXPECT_EQ(later.day, day("2026-06-02"));
  EXPECT_TRUE(later.appointment);
  EXPECT_EQ(due("2026-06-01T00:00:00").value().day, day("2026-06-01"));
  EXPECT_EQ(due("2026-06-01T23:59:59").value().day, day("2026-06-02"));
}

TEST(Deadline, C15_TheHourIsThatOfVietNam) {
  // 15:00:00 in Viet Nam is 08:00:00 UTC.
  const auto& calendar = shipped().calendar();
  EXPECT_EQ(deadline(from_rfc3339("2026-06-01T08:00:00Z").value(), hours(), calendar).value().day,
            day("2026-06-01"));
  EXPECT_EQ(deadline(from_rfc3339("2026-06-01T08:00:01Z").value(), hours(), calendar).value().day,
            day("2026-06-02"));
}

TEST(Deadline, C15_DaysOffAreLeftOut) {
  EXPECT_EQ(due("2026-06-05T15:00:01").value().day, day("2026-06-08"));  // Friday afternoon
  EXPECT_EQ(due("2026-06-06T09:00:00").value().day, day("2026-06-08"));  // Saturday
  EXPECT_EQ(due("2026-02-13T16:00:00").value().day, day("2026-02-23"));  // before Tết
  EXPECT_EQ(due("2026-09-02T10:00:00").value().day, day("2026-09-03"));  // 2 September
  EXPECT_EQ(due("2026-08-22T10:00:00").value().day,
            day("2026-08-22"));  // a Saturday that is worked
  EXPECT_EQ(due("2026-08-21T16:00:00").value().day, day("2026-08-22"));
}

TEST(Deadline, C15_TwoMoreWorkingDaysNeedAReason) {
  EXPECT_EQ(due("2026-06-04T10:00:00", {2, "nhiều trang", ""}).value().day, day("2026-06-08"));
  EXPECT_EQ(due("2026-06-04T15:30:00", {2, "nhiều trang", ""}).value().day, day("2026-06-09"));
  EXPECT_EQ(due("2026-06-04T10:00:00", {1, "", ""}).error().code, Code::kExtensionReason);
}

TEST(Deadline, C15_LongerOnlyByWrittenAgreement) {
  const auto refused = due("2026-06-01T10:00:00", {3, "số lượng lớn", ""});
  EXPECT_EQ(refused.error().code, Code::kExtensionAgreement);
  EXPECT_EQ(due("2026-06-01T10:00:00", {3, "số lượng lớn", "05/TT"}).value().day,
            day("2026-06-04"));
  EXPECT_EQ(due("2026-06-01T10:00:00", {3, "", "05/TT"}).error().code, Code::kExtensionReason);
  EXPECT_EQ(due("2026-06-01T10:00:00", {251, "x", "05/TT"}).error().code,
            Code::kExtensionAgreement);
}

TEST(Deadline, C15_TheAppointmentNamesHourAndDay) {
  EXPECT_EQ(due("2026-06-01T15:30:00").value().appointment_text(),
            "17 giờ 00 phút, ngày 02 tháng 6 năm 2026");
}

TEST(Deadline, C15_UncertainDaysAreToldOf) {
  const auto near = due("2026-11-23T15:30:00").value();
  EXPECT_EQ(near.day, day("2026-11-24"));
  ASSERT_EQ(near.notices.size(), 1U);
  EXPECT_EQ(near.notices.front().code, Code::kCalendarUncertain);
  const auto over_new_year = due("2026-12-31T15:30:00").value();
  EXPECT_EQ(over_new_year.day, day("2027-01-04"));
  ASSERT_EQ(over_new_year.notices.size(), 1U);
  EXPECT_EQ(over_new_year.notices.front().params.front().second, "2027");
  EXPECT_TRUE(due("2026-11-23T14:00:00").value().notices.empty());
}

TEST(Deadline, C10_ARowIsSignedByTheEndOfTheNextWorkingDay) {
  const auto& calendar = shipped().calendar();
  EXPECT_EQ(sign_until(day("2026-06-05"), calendar), day("2026-06-08"));
  // Friday's row is in time on Monday, and late on Tuesday.
  EXPECT_EQ(late_before(day("2026-06-08"), calendar), day("2026-06-05"));
  EXPECT_EQ(late_before(day("2026-06-09"), calendar), day("2026-06-08"));
}

}  // namespace
}  // namespace antin::office
