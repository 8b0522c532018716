#include "service/antind/inspected.h"

#include <optional>

#include <gtest/gtest.h>

namespace antin::service {
namespace {

constexpr std::size_t kSize = 1'000;

StoredOriginal original() {
  return {.id = "",
          .sha256 = {},
          .size = kSize,
          .name = "",
          .owner = "",
          .created = UtcTime(std::chrono::sys_seconds{}),
          .revisions = {}};
}

cbor::Value revision(std::int64_t end, std::size_t digest = 32) {
  return cbor::Map{{"end", end}, {"sha256", Bytes(digest)}};
}

cbor::Value said(cbor::Array revisions, std::int64_t signed_end, std::int64_t pages = 1,
                 std::size_t digest = 32) {
  return cbor::Map{{"revisions", std::move(revisions)},
                   {"signed_end", signed_end},
                   {"pages", pages},
                   {"officers", cbor::Array{Bytes(digest)}},
                   {"agencies", cbor::Array{}}};
}

std::optional<Code> outcome(const cbor::Value& body) {
  auto into = original();
  std::optional<StoredEntry> entry = StoredEntry{};
  const auto taken = take_inspected(body, entry, into);
  return taken ? std::nullopt : std::optional(taken.error().code);
}

TEST(Inspected, WhatAWorkerReadIsTaken) {
  auto into = original();
  std::optional<StoredEntry> entry = StoredEntry{};
  ASSERT_TRUE(take_inspected(said({revision(700), revision(1'000)}, 1'000, 3), entry, into));
  EXPECT_EQ(into.revisions.size(), 2U);
  EXPECT_EQ(into.signed_end, 1'000U);
  EXPECT_EQ(entry->pages, 3U);
  EXPECT_EQ(entry->officers.size(), 1U);
}

TEST(Inspected, AWorkerThatLiesAboutPlacesIsNotBelieved) {
  ASSERT_EQ(outcome(said({revision(700)}, 700)), std::nullopt);
  EXPECT_EQ(outcome(said({revision(-1)}, 700)), Code::kIpcMalformed);
  EXPECT_EQ(outcome(said({revision(0)}, 700)), Code::kIpcMalformed);
  EXPECT_EQ(outcome(said({revision(1'001)}, 700)), Code::kIpcMalformed);
  EXPECT_EQ(outcome(said({revision(700), revision(600)}, 700)), Code::kIpcMalformed);
  EXPECT_EQ(outcome(said({revision(700)}, 1'001)), Code::kIpcMalformed);
  EXPECT_EQ(outcome(said({revision(700)}, -1)), Code::kIpcMalformed);
  EXPECT_EQ(outcome(said({revision(700)}, 700, -1)), Code::kIpcMalformed);
  EXPECT_EQ(outcome(said({revision(700)}, 700, 1'001)), Code::kIpcMalformed);
}

TEST(Inspected, ADigestOfAnotherLengthIsNone) {
  EXPECT_EQ(outcome(said({revision(700, 20)}, 700)), Code::kIpcMalformed);
  EXPECT_EQ(outcome(said({revision(700)}, 700, 1, 20)), Code::kIpcMalformed);
}

}  // namespace
}  // namespace antin::service
