#include "service/antind/upgrade.h"

#include <gtest/gtest.h>

namespace antin::service {
namespace {

TEST(Upgrade, AFurtherVersionBeginsWithWhatWasReleased) {
  const auto before = as_bytes("%PDF released");
  EXPECT_TRUE(check_only_appended(before, as_bytes("%PDF released and appended")));
}

TEST(Upgrade, AVersionThatTouchesReleasedOctetsIsRefused) {
  const auto before = as_bytes("%PDF released");
  for (const auto* after : {"%PDF Released and appended", "%PDF releaseD and appended",
                            " %PDF released and appended", "%PDF released", "%PDF release", ""}) {
    const auto checked = check_only_appended(before, as_bytes(after));
    ASSERT_FALSE(checked) << after;
    EXPECT_EQ(checked.error().code, Code::kExtendWouldBreak) << after;
  }
}

TEST(Upgrade, IsOwedWhereTimeMayBringWhatIsMissing) {
  for (const auto code :
       {Code::kEvidenceMissing, Code::kEvidenceNotFresh, Code::kEvidenceUnreachable,
        Code::kTimestampUnreachable, Code::kTimestampDataMissing})
    EXPECT_TRUE(may_be_reached_later({Code::kLevelNotReached, code})) << info(code).name;
}

TEST(Upgrade, IsNotOwedWhereNoNetworkHelps) {
  EXPECT_FALSE(may_be_reached_later({}));
  EXPECT_FALSE(may_be_reached_later({Code::kLevelNotReached}));
  for (const auto code : {Code::kExtendTooLate, Code::kExtendNoPath, Code::kLevelNeedsTrust})
    EXPECT_FALSE(may_be_reached_later({Code::kEvidenceMissing, code, Code::kLevelNotReached}))
        << info(code).name;
}

TEST(Upgrade, IsNotTriedAgainWhereTheDocumentIsTheReason) {
  for (const auto code : {Code::kWorkerCrashed, Code::kResourceLimit, Code::kExtendInputBroken,
                          Code::kExtendWouldBreak, Code::kStoredDocumentDamaged})
    EXPECT_TRUE(is_final(code)) << info(code).name;
  for (const auto code : {Code::kTimestampUnreachable, Code::kTimestampRefused, Code::kClockSkew,
                          Code::kStoreFailed, Code::kEvidenceMissing})
    EXPECT_FALSE(is_final(code)) << info(code).name;
}

TEST(Upgrade, PausesGrowToAQuarterOfAnHour) {
  using std::chrono::seconds;
  EXPECT_EQ(pause_after(seconds(30), 0), seconds(30));
  EXPECT_EQ(pause_after(seconds(30), 1), seconds(60));
  EXPECT_EQ(pause_after(seconds(30), 4), seconds(480));
  for (const std::int64_t tries : {5, 10, 1'000'000'000})
    EXPECT_EQ(pause_after(seconds(30), tries), kLongestPause);
  EXPECT_EQ(pause_after(seconds(30), -1), seconds(30));
}

TEST(Upgrade, KnowsTheOrderOfTheLevels) {
  EXPECT_LT(level_rank("B-B"), level_rank("B-T"));
  EXPECT_LT(level_rank("B-T"), level_rank("B-LT"));
  EXPECT_LT(level_rank("B-LT"), level_rank("B-LTA"));
  for (const auto* other : {"", "B", "b-t", "B-LTAA"}) EXPECT_FALSE(level_rank(other)) << other;
}

}  // namespace
}  // namespace antin::service
