#include "service/accounts/tries.h"

#include <gtest/gtest.h>

namespace antin::accounts {
namespace {

using std::chrono::seconds;
constexpr auto kNew = Tries::Network::kUnknown, kKnown = Tries::Network::kSignedInBefore;

class TriesTest : public ::testing::Test {
 protected:
  std::int64_t wait(const std::string& name, const std::string& network,
                    Tries::Network known = kNew) {
    const auto pause = tries_.begin(name, network, known, now_);
    return pause ? pause->count() : 0;
  }
  Tries tries_;
  Tries::Ticks now_{std::chrono::hours(5)};
};

TEST_F(TriesTest, AfterFiveFromOneNetworkEachFurtherOneWaitsTwiceAsLongUpToAMinute) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(wait("an", "a"), 0);
  for (const std::int64_t pause : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    EXPECT_EQ(wait("an", "a"), pause);
    EXPECT_EQ(wait("an", "a"), pause) << "who does not wait is not made to wait longer";
    now_ += seconds(pause);
    EXPECT_EQ(wait("an", "a"), 0);
  }
}

TEST_F(TriesTest, NobodyElseWaitsForThat) {
  for (int i = 0; i < 5; ++i) wait("an", "a");
  EXPECT_EQ(wait("an", "a"), 1);
  EXPECT_EQ(wait("an", "b"), 0);
  EXPECT_EQ(wait("binh", "a"), 0);
}

TEST_F(TriesTest, TheRightPasswordForgetsItsNetworksTries) {
  for (int i = 0; i < 5; ++i) wait("an", "a");
  now_ += seconds(1);
  EXPECT_EQ(wait("an", "a"), 0);
  tries_.was_right("an", "a");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(wait("an", "a"), 0);
  EXPECT_EQ(wait("an", "a"), 1);
}

TEST_F(TriesTest, AfterFiftyFromAnywhereOnlyNetworksOfTheAccountGoOnAtOnce) {
  for (int i = 0; i < 50; ++i) EXPECT_EQ(wait("an", "net " + std::to_string(i)), 0);
  EXPECT_EQ(wait("an", "another"), 1);
  EXPECT_EQ(wait("an", "the office's", kKnown), 0);
  EXPECT_EQ(wait("binh", "another"), 0);
}

TEST_F(TriesTest, AnHourForgets) {
  for (int i = 0; i < 50; ++i) wait("an", "a" + std::to_string(i % 10));
  EXPECT_GT(wait("an", "a1"), 0);
  now_ += seconds(3'600);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(wait("an", "a1"), 0);
}

TEST_F(TriesTest, AFloodOfNamesDoesNotFreeWhoIsWaiting) {
  for (int i = 0; i < 8; ++i) {
    wait("an", "a");
    now_ += seconds(10);
  }
  EXPECT_EQ(wait("an", "a"), 0);
  for (int i = 0; i < 70'000; ++i) wait("name" + std::to_string(i), "b");
  EXPECT_GT(wait("an", "a"), 0);
}

}  // namespace
}  // namespace antin::accounts
