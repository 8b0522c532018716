#include "certs/online/evidence_cache.h"

#include <gtest/gtest.h>

namespace antin::certs {
namespace {

UtcTime at(int second) {
  return UtcTime{std::chrono::sys_seconds{std::chrono::seconds{second}}};
}

CachedAnswer answer(std::size_t octets, const std::string& etag = "") {
  return {.body = Bytes(octets, 7), .fetched = at(1), .not_after = at(2), .etag = etag};
}

TEST(MemoryCache, GivesBackWhatWasKept) {
  MemoryCache cache(10'000);
  EXPECT_FALSE(cache.find("crl-1"));
  ASSERT_TRUE(cache.keep("crl-1", answer(10, "\"a\"")));
  ASSERT_TRUE(cache.keep("crl-1", answer(20, "\"b\"")));
  ASSERT_TRUE(cache.find("crl-1"));
  EXPECT_EQ(cache.find("crl-1")->body.size(), 20U);
  EXPECT_EQ(cache.find("crl-1")->etag, "\"b\"");
}

TEST(MemoryCache, WhatWasNotUsedForLongestGoesFirst) {
  MemoryCache cache(3'000);
  ASSERT_TRUE(cache.keep("a", answer(400)));
  ASSERT_TRUE(cache.keep("b", answer(400)));
  ASSERT_TRUE(cache.keep("c", answer(400)));
  ASSERT_TRUE(cache.find("a"));
  ASSERT_TRUE(cache.keep("d", answer(400)));
  EXPECT_TRUE(cache.find("a"));
  EXPECT_FALSE(cache.find("b"));
  EXPECT_TRUE(cache.find("d"));
}

TEST(MemoryCache, RefusesWhatNeverFits) {
  MemoryCache cache(3'000);
  ASSERT_TRUE(cache.keep("a", answer(100)));
  const auto kept = cache.keep("b", answer(4'000));
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, Code::kEvidenceCache);
  EXPECT_TRUE(cache.find("a"));
}

}  // namespace
}  // namespace antin::certs
