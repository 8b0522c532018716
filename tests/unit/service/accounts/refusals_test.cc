#include "service/accounts/refusals.h"

#include <gtest/gtest.h>

namespace antin::accounts {
namespace {

using Time = std::chrono::steady_clock::time_point;
constexpr Time kBegin{};

TEST(Refusals, TheFirstIsDueAtOnceAndThoseOfTheHourAreOneNumber) {
  Refusals refusals;
  refusals.count({.account = {}, .network = "a"});
  auto due = refusals.due(kBegin);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].who.network, "a");
  EXPECT_EQ(due[0].times, 1U);
  for (int i = 0; i < 500; ++i) refusals.count({.account = {}, .network = "a"});
  EXPECT_TRUE(refusals.due(kBegin + std::chrono::minutes(59)).empty());
  // Another network, and somebody's account, are told for themselves.
  refusals.count({.account = {}, .network = "b"});
  refusals.count({.account = "le.thi.thu", .network = "a"});
  EXPECT_EQ(refusals.due(kBegin + std::chrono::minutes(59)).size(), 2U);
  due = refusals.due(kBegin + std::chrono::minutes(60));
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].times, 500U);
  EXPECT_TRUE(refusals.due(kBegin + std::chrono::minutes(60)).empty());
}

TEST(Refusals, FromHoweverManyNetworksNoMoreThanAThousandAreHeldApart) {
  Refusals refusals;
  for (int i = 0; i < 3'000; ++i)
    refusals.count({.account = {}, .network = "network " + std::to_string(i)});
  const auto due = refusals.due(kBegin);
  EXPECT_EQ(due.size(), 1'001U);
  EXPECT_EQ(due.front().who.network, "*");
  EXPECT_EQ(due.front().times, 2'000U);
  // An hour later there is room again.
  EXPECT_TRUE(refusals.due(kBegin + std::chrono::hours(1)).empty());
  refusals.count({.account = {}, .network = "new"});
  EXPECT_EQ(refusals.due(kBegin + std::chrono::hours(1)).at(0).who.network, "new");
}

TEST(Refusals, WhatCouldNotBeWrittenIsDueWithTheNext) {
  Refusals refusals;
  for (int i = 0; i < 3; ++i) refusals.count({.account = "le.thi.thu", .network = "a"});
  refusals.put_back(refusals.due(kBegin));
  refusals.count({.account = "le.thi.thu", .network = "a"});
  const auto due = refusals.due(kBegin + std::chrono::seconds(1));
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].times, 4U);
  EXPECT_TRUE(refusals.due(kBegin + std::chrono::seconds(2)).empty());
}

}  // namespace
}  // namespace antin::accounts
