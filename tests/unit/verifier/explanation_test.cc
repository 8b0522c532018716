#include "verifier/explanation.h"

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "verifier/verdict.h"

namespace antin::verifier {
namespace {

using testing::Contains;
using testing::IsEmpty;

TEST(Explanation, EveryCodeHasAClauseAnEffectAndSomethingToDo) {
  for (const auto& row : all_codes()) {
    const auto explanation = explanation_of(row.code);
    EXPECT_FALSE(explanation.clause.empty()) << row.name;
    for (const auto language : {Language::kVietnamese, Language::kEnglish}) {
      EXPECT_FALSE(effect_text(explanation, language).empty()) << row.name;
      EXPECT_FALSE(what_to_do(row.code, language).empty()) << row.name;
    }
  }
}

TEST(Explanation, ASubIndicationDecidesAsTheVerdictDoes) {
  for (const auto& row : all_codes()) {
    if (!row.sub_indication) continue;
    EXPECT_EQ(explanation_of(row.code).effect,
              refuses(*row.sub_indication) ? Effect::kInvalid : Effect::kUndecided)
        << row.name;
  }
}

TEST(Explanation, SaysWhatBecomesOfTheResult) {
  EXPECT_EQ(explanation_of(Code::kPdfByteRangeGap).effect, Effect::kInvalid);
  EXPECT_EQ(explanation_of(Code::kSigRevocationUnknown).effect, Effect::kUndecided);
  EXPECT_EQ(explanation_of(Code::kVerdictValid).effect, Effect::kValid);
  EXPECT_EQ(explanation_of(Code::kPdfChangePageContent).effect, Effect::kWhenForbidden);
  EXPECT_EQ(explanation_of(Code::kFileUnreadable).effect, Effect::kFailed);
  const auto script = explanation_of(Code::kHygieneJavascript);
  EXPECT_EQ(script.effect, Effect::kNone);
  EXPECT_EQ(script.severity, "warning");
  EXPECT_TRUE(script.may_end_a_command);
}

TEST(Explanation, OfAllCodesIsReadByPrograms) {
  const auto all = nlohmann::json::parse(explanations_json());
  EXPECT_EQ(all.size(), all_codes().size());
  const auto one = nlohmann::json::parse(explanation_json(Code::kPdfByteRangeGap));
  EXPECT_EQ(one["code"], "pdf.byte_range_gap");
  EXPECT_EQ(one["exit_code"], 1);
  EXPECT_EQ(one["sub_indication"], "FORMAT_FAILURE");
  EXPECT_THAT(all, Contains(one));
}

TEST(Explanation, NamesTheNearestOfAWrongCode) {
  EXPECT_EQ(similar_codes("pdf.byte_rnage_gap", 3).front(), "pdf.byte_range_gap");
  EXPECT_EQ(similar_codes("byte_range_gap", 3).front(), "pdf.byte_range_gap");
  EXPECT_THAT(similar_codes("javascript", 3), Contains("hygiene.javascript"));
  EXPECT_THAT(similar_codes("zzzzzzzzzzzzzzzzzzzz", 3), IsEmpty());
  EXPECT_LE(similar_codes(std::string(100'000, 'a'), 3).size(), 3U);
}

}  // namespace
}  // namespace antin::verifier
