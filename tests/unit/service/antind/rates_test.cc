#include "service/antind/rates.h"

#include <gtest/gtest.h>

#include "service/http/address.h"

namespace antin::service {
namespace {

using std::chrono::seconds;
using Ticks = Rates::Ticks;
using Cost = Rates::Cost;

constexpr Ticks kStart{std::chrono::hours(1)};

TEST(TokenBuckets, GiveABurstAndThenARate) {
  TokenBuckets buckets({.per_minute = 30, .burst = 3}, 16);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(buckets.take("a", kStart));
  EXPECT_EQ(buckets.take("a", kStart), seconds(2));
  EXPECT_FALSE(buckets.take("b", kStart));
  EXPECT_EQ(buckets.take("a", kStart + seconds(1)), seconds(1));
  EXPECT_FALSE(buckets.take("a", kStart + seconds(2)));
  EXPECT_TRUE(buckets.take("a", kStart + seconds(2)));
  // However long the pause, no more than the burst.
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(buckets.take("a", kStart + seconds(900)));
  EXPECT_TRUE(buckets.take("a", kStart + seconds(900)));
}

TEST(TokenBuckets, RememberSoManyAndForgetWhoeverCameFirst) {
  TokenBuckets buckets({.per_minute = 1, .burst = 1}, 3);
  for (const auto* who : {"a", "b", "c", "a", "d"}) static_cast<void>(buckets.take(who, kStart));
  EXPECT_EQ(buckets.size(), 3U);
  EXPECT_TRUE(buckets.wait_of("a", kStart));
  EXPECT_FALSE(buckets.wait_of("b", kStart));
}

TEST(TokenBuckets, AtZeroEverybodyTakesWhatTheyLike) {
  TokenBuckets buckets({.per_minute = 0, .burst = 1}, 3);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(buckets.take("a", kStart));
}

Config::Rates few() {
  Config::Rates rates;
  rates.address_cheap = {60, 2};
  rates.address_costly = {60, 1};
  rates.key_cheap = {60, 3};
  rates.key_costly = {60, 2};
  rates.failures = {60, 2};
  return rates;
}

TEST(Rates, CountCheapAndCostlyAndAddressesAndKeysApart) {
  Rates rates(few());
  EXPECT_FALSE(rates.address("192.0.2.1", Cost::kCostly, kStart));
  EXPECT_TRUE(rates.address("192.0.2.1", Cost::kCostly, kStart));
  EXPECT_FALSE(rates.address("192.0.2.1", Cost::kCheap, kStart));
  EXPECT_FALSE(rates.key("k", "192.0.2.1", Cost::kCostly, kStart));
  EXPECT_FALSE(rates.key("k", "192.0.2.2", Cost::kCostly, kStart));
  EXPECT_TRUE(rates.key("k", "192.0.2.3", Cost::kCostly, kStart));
  EXPECT_FALSE(rates.key("other", "192.0.2.3", Cost::kCostly, kStart));
}

TEST(Rates, ANetworkOfIpv6IsOneClient) {
  Rates rates(few());
  EXPECT_FALSE(rates.address("2001:db8:1:2::1", Cost::kCostly, kStart));
  EXPECT_TRUE(rates.address("2001:db8:1:2:ffff::9", Cost::kCostly, kStart));
  EXPECT_FALSE(rates.address("2001:db8:1:3::1", Cost::kCostly, kStart));
  EXPECT_FALSE(rates.address("::ffff:192.0.2.1", Cost::kCostly, kStart));
  EXPECT_TRUE(rates.address("192.0.2.1", Cost::kCostly, kStart));
}

TEST(Rates, ProgramsOnTheSameComputerAreFreeUnlessAskedFor) {
  Rates rates(few());
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(rates.address("127.0.0.1", Cost::kCostly, kStart));
  auto limited = few();
  limited.limit_loopback = true;
  Rates strict(limited);
  EXPECT_FALSE(strict.address("127.0.0.1", Cost::kCostly, kStart));
  EXPECT_TRUE(strict.address("127.0.0.1", Cost::kCostly, kStart));
}

TEST(Rates, WrongKeysAreSlowedAndNobodyElseWithThem) {
  Rates rates(few());
  rates.was_right("192.0.2.1", "known");
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(rates.may_try("192.0.2.1", "", kStart));
    rates.was_wrong("192.0.2.1", kStart);
  }
  EXPECT_EQ(rates.may_try("192.0.2.1", "", kStart), seconds(1));
  // A right guess is not told from a wrong one.
  EXPECT_TRUE(rates.may_try("192.0.2.1", "guessed", kStart));
  EXPECT_FALSE(rates.may_try("192.0.2.1", "known", kStart));
  EXPECT_FALSE(rates.may_try("192.0.2.2", "", kStart));
  EXPECT_FALSE(rates.may_try("192.0.2.1", "", kStart + seconds(1)));
}

TEST(Address, IsNumericAndNothingElse) {
  for (const auto* good : {"127.0.0.1", "::1", "2001:db8::1", "::ffff:1.2.3.4"})
    EXPECT_TRUE(is_address(good)) << good;
  for (const auto* bad :
       {"", "localhost", "1.2.3", "1.2.3.4 ", "[::1]", "fe80::1%eth0", "1.2.3.4:5"})
    EXPECT_FALSE(is_address(bad)) << bad;
  EXPECT_TRUE(is_loopback("127.3.2.1") && is_loopback("::1") && is_loopback("::ffff:127.0.0.1"));
  EXPECT_FALSE(is_loopback("128.0.0.1") || is_loopback("::2") || is_loopback("localhost"));
}

TEST(AddressRange, IsReadStrictly) {
  EXPECT_TRUE(AddressRange::read("10.0.0.0/8")->contains("10.255.0.1"));
  EXPECT_FALSE(AddressRange::read("10.0.0.0/8")->contains("11.0.0.1"));
  EXPECT_TRUE(AddressRange::read("0.0.0.0/0")->contains("203.0.113.5"));
  EXPECT_FALSE(AddressRange::read("0.0.0.0/0")->contains("2001:db8::1"));
  for (const auto* bad : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "/8", "a/8",
                          "2001:db8::1/32", "10.0.0.0/-1"})
    EXPECT_FALSE(AddressRange::read(bad)) << bad;
}

}  // namespace
}  // namespace antin::service
