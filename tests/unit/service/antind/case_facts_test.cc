#include "service/antind/case_facts.h"

#include <gtest/gtest.h>

namespace antin::service {
namespace {

using casework::Need;
using casework::State;
using nlohmann::json;

Code refused(const json& given, State state = State::kReceived, const json& kept = json::object()) {
  const auto merged = merge_facts(kept, given, state);
  return merged ? Code::kInternal : merged.error().code;
}

TEST(CaseFacts, A07_TextsAreKeptInFormC) {
  const auto facts = merge_facts({}, {{"requester", "A\xCC\x81nh"}}, State::kReceived);
  ASSERT_TRUE(facts);
  EXPECT_EQ(text_fact(facts.value(), "requester"), "Ánh");
}

TEST(CaseFacts, C21_NobodyIsAskedWhereTheyLive) {
  for (const auto* place : {"residence", "address", "commune", "province", "household"})
    EXPECT_EQ(refused({{place, "Xã khác"}}), Code::kCaseFacts) << place;
}

TEST(CaseFacts, WhatIsNotKnownOrOfAnotherTypeIsRefused) {
  EXPECT_EQ(refused({{"colour", "red"}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"seal", {{"job", "j"}}}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"requester", 1}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"requester", "  "}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"requester", "a\nb"}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"requester", std::string(201, 'a')}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"requester", "\xFF"}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"pages", 0}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"pages", "2"}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"pages", 5'001}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"ground", 7}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"decision_date", "2026-02-30"}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"answers", {{"secret", true}}}}), Code::kCaseFacts);
  EXPECT_EQ(refused(json::array()), Code::kCaseFacts);
  EXPECT_EQ(refused({{"requester", std::string(200, 'a')}, {"pages", 5'000}}), Code::kInternal);
}

TEST(CaseFacts, R11_WhoSignsIsAListOfDifferentAccounts) {
  EXPECT_EQ(refused({{"signers", {"anh", "binh"}}}), Code::kInternal);
  EXPECT_EQ(refused({{"signers", json::array()}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"signers", "anh"}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"signers", {"anh", "anh"}}}), Code::kCaseFacts);
  EXPECT_EQ(refused({{"signers", json::array({"anh", 1})}}), Code::kCaseFacts);
  auto eleven = json::array();
  for (int i = 0; i < 11; ++i) eleven.push_back(std::to_string(i));
  EXPECT_EQ(refused({{"signers", eleven}}), Code::kCaseFacts);
  const json kept{{"signers", json::array({"anh"})}};
  EXPECT_EQ(refused({{"signers", json::array({"binh"})}}, State::kNumbered, kept),
            Code::kCaseFacts);
}

TEST(CaseFacts, WhatStandsOnTheAttestationStaysOnceThereIsANumber) {
  const json kept{{"requester", "Ánh"}, {"pages", 2}};
  EXPECT_EQ(refused({{"pages", 3}}, State::kCaptured, kept), Code::kInternal);
  for (const auto state : {State::kAttested, State::kNumbered, State::kOfficerSigned,
                           State::kRegistered, State::kReleased}) {
    EXPECT_EQ(refused({{"pages", 3}}, state, kept), Code::kCaseFacts);
    EXPECT_EQ(refused({{"signer", "ai-do"}}, state, kept), Code::kCaseFacts);
    EXPECT_EQ(refused({{"pages", 2}, {"delivery", "a@b.vn"}}, state, kept), Code::kInternal);
  }
}

TEST(CaseFacts, NeedsAreMetByWhatIsThere) {
  EXPECT_TRUE(needs_in(json::object()).none());
  EXPECT_EQ(needs_in({{"paper", "Giấy khai sinh"}}), casework::Needs());
  EXPECT_EQ(needs_in({{"paper", "Giấy khai sinh"}, {"pages", 1}}),
            casework::needs_of({Need::kPaper}));
  EXPECT_EQ(needs_in({{"decision", "1/QĐ"}}), casework::Needs());
  EXPECT_EQ(needs_in({{"decision", "1/QĐ"}, {"decision_date", "2026-11-23"}}),
            casework::needs_of({Need::kDecision}));
}

TEST(CaseFacts, OfADamagedCaseAreNone) {
  casework::Case one;
  one.facts = "[1";
  EXPECT_EQ(facts_of(one), json::object());
}

}  // namespace
}  // namespace antin::service
