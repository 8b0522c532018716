#include "service/antind/case_signatures.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

namespace antin::service {
namespace {

using casework::SignatureFact;
using nlohmann::json;
using Verdict = SignatureFact::Verdict;
using After = SignatureFact::After;

const std::string kPerson(64, 'a'), kAgency(64, 'b');

json signature(const std::string& certificate, int revision) {
  return {{"kind", "signature"},
          {"revision", revision},
          {"indication", "TOTAL-PASSED"},
          {"sub_indication", nullptr},
          {"integrity", "intact"},
          {"coverage", "whole_file"},
          {"changes_after", {{"level", "none"}, {"permitted", true}, {"items", json::array()}}},
          {"signer", {{"name", "Nguyễn Văn Ảnh"}, {"sha256", certificate}}}};
}

json report(json::array_t signatures) {
  return {{"verdict", "VALID"}, {"findings", json::array()}, {"signatures", std::move(signatures)}};
}

std::vector<SignatureFact> read(const json& given) {
  auto facts = signatures_in(given.dump(), {Bytes(32, 0xBB)});
  EXPECT_TRUE(facts);
  return facts ? std::move(facts).value() : std::vector<SignatureFact>();
}

// One signature with one thing changed.
SignatureFact with(const char* pointer, const json& value, const char* verdict = "VALID") {
  auto given = report({signature(kPerson, 1)});
  given["signatures"][0][json::json_pointer(pointer)] = value;
  given["verdict"] = verdict;
  return read(given).at(0);
}

TEST(CaseSignatures, AGoodOneIsPassed) {
  const auto facts = read(report({signature(kPerson, 1)}));
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_EQ(facts[0].verdict, Verdict::kPassed);
  EXPECT_EQ(facts[0].after, After::kNothing);
  EXPECT_EQ(facts[0].by, SignatureFact::By::kPerson);
  EXPECT_EQ(facts[0].certificate_sha256, Bytes(32, 0xAA));
  // Whose it is is not for the report to say.
  EXPECT_EQ(facts[0].unit, SignatureFact::Unit::kOther);
  EXPECT_EQ(facts[0].authority, SignatureFact::Authority::kNone);
}

TEST(CaseSignatures, EverythingElseIsNot) {
  EXPECT_EQ(with("/indication", "TOTAL-FAILED").verdict, Verdict::kFailed);
  EXPECT_EQ(with("/indication", "INDETERMINATE").verdict, Verdict::kFailed);
  EXPECT_EQ(with("/indication", 1).verdict, Verdict::kFailed);
  EXPECT_EQ(with("/integrity", "broken").verdict, Verdict::kFailed);
  EXPECT_EQ(with("/signer", nullptr).verdict, Verdict::kFailed);
  EXPECT_EQ(with("/coverage", "partial").after, After::kMore);
  EXPECT_EQ(with("/indication", "TOTAL-PASSED", "INVALID").verdict, Verdict::kFailed);
  EXPECT_EQ(with("/indication", "TOTAL-PASSED", "").verdict, Verdict::kFailed);
}

TEST(CaseSignatures, TheDocumentAsAWholeCountsToo) {
  // All signatures passed and still not VALID: something that is nobody's.
  EXPECT_EQ(with("/indication", "TOTAL-PASSED", "INSUFFICIENT").verdict, Verdict::kFailed);
}

TEST(CaseSignatures, S04_UnknownRevocationAloneCanBeConfirmed) {
  auto given = report({signature(kPerson, 1)});
  given["verdict"] = "INSUFFICIENT";
  given["signatures"][0]["indication"] = "INDETERMINATE";
  given["signatures"][0]["sub_indication"] = "TRY_LATER";
  EXPECT_EQ(read(given).at(0).verdict, Verdict::kRevocationUnknown);
  given["findings"].push_back({{"code", "pdf.ambiguous"}, {"severity", "warning"}});
  EXPECT_EQ(read(given).at(0).verdict, Verdict::kFailed);
}

TEST(CaseSignatures, WhatFollowsIsTold) {
  auto given = signature(kPerson, 1);
  given["coverage"] = "whole_revision";
  const auto after = [&](const char* level, bool permitted) {
    given["changes_after"] = {{"level", level}, {"permitted", permitted}};
    return read(report({given})).at(0).after;
  };
  EXPECT_EQ(after("none", true), After::kNothing);
  EXPECT_EQ(after("long_term_data", true), After::kNothing);
  EXPECT_EQ(after("signature", true), After::kSignatures);
  EXPECT_EQ(after("signature", false), After::kMore);
  EXPECT_EQ(after("annotation", true), After::kMore);
  EXPECT_EQ(after("form_filling", true), After::kMore);
}

TEST(CaseSignatures, AreInTheOrderOfTheirRevisionsWithoutTimestamps) {
  auto stamp = signature(kAgency, 3);
  stamp["kind"] = "document_timestamp";
  const auto facts = read(report({stamp, signature(kAgency, 2), signature(kPerson, 1)}));
  ASSERT_EQ(facts.size(), 2U);
  EXPECT_EQ(facts[0].by, SignatureFact::By::kPerson);
  EXPECT_EQ(facts[1].by, SignatureFact::By::kAgency);
}

TEST(CaseSignatures, WhatIsNoReportIsRefused) {
  for (const auto* text : {"", "{", "[]", "{}", R"({"signatures":1})"}) {
    const auto facts = signatures_in(text, {});
    ASSERT_FALSE(facts) << text;
    EXPECT_EQ(facts.error().code, Code::kIpcMalformed);
  }
}

}  // namespace
}  // namespace antin::service
