// What a further signature shows, from the signed octets to the verdict.

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/verifier/sample.h"

namespace antin::verifier {
namespace {

using sample::Document;
using sample::Signing;

/// The sample page draws a line from (0, 0) to (100, 100).
constexpr const char* kOverTheLine = "[0 0 100 100]";
constexpr const char* kBlank = "[300 300 400 400]";
constexpr const char* kOpaque = "1 g 0 0 100 100 re f";
constexpr const char* kCrossing = "0 0 1 RG 1 w 0 100 m 100 0 l S";

Report with_second(const std::string& appearance, const std::string& rect,
                   const std::string& signer = "agency") {
  Signing second;
  second.signer = signer;
  second.field = "Sig2";
  second.appearance = appearance;
  second.rect = rect;
  const auto trust = sample::trust();
  auto report = verify(sample::input(Document{}.sign({}).sign(second), trust));
  if (!report) throw std::runtime_error(to_log_line(report.error()));
  return std::move(report).value();
}

bool says(const SignatureReport& signature, Code code) {
  return std::any_of(signature.findings.begin(), signature.findings.end(),
                     [&](const Finding& finding) { return finding.code == code; });
}
bool changed(const SignatureReport& signature, Code code) {
  const auto& items = signature.changes_after.items;
  return std::any_of(items.begin(), items.end(),
                     [&](const ChangeItem& item) { return item.change.what == code; });
}

TEST(Overlay, OpaqueCoverBySomebodyTrustedIsInvalidAllTheSame) {
  const auto report = with_second(kOpaque, kOverTheLine);
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.signatures.at(1).indication, Indication::kTotalPassed);
  EXPECT_TRUE(changed(report.signatures.at(0), Code::kPdfChangeHides));
  EXPECT_EQ(with_second(kOpaque, kBlank).verdict, Verdict::kValid);
}

TEST(Overlay, CrossingByASignatureThatStandsIsValidAndSaid) {
  const auto report = with_second(kCrossing, kOverTheLine);
  EXPECT_EQ(report.verdict, Verdict::kValid);
  EXPECT_TRUE(says(report.signatures.at(0), Code::kPdfChangeOverlaps));
  EXPECT_FALSE(says(with_second(kCrossing, kBlank).signatures.at(0), Code::kPdfChangeOverlaps));
}

TEST(Overlay, CrossingByARevokedSignerIsNotPermitted) {
  const auto report = with_second(kCrossing, kOverTheLine, "officer-revoked");
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_TRUE(changed(report.signatures.at(0), Code::kPdfChangeOverlapRefused));
  EXPECT_FALSE(report.signatures.at(0).changes_after.permitted);
}

// Without any anchor a clean file is INSUFFICIENT, and one with hidden content INVALID.
TEST(Overlay, WithoutTrustACrossingStaysOpenAndACoverDoesNot) {
  const certs::TrustStore nobody;
  for (const bool opaque : {true, false}) {
    Signing second;
    second.field = "Sig2";
    second.appearance = opaque ? kOpaque : kCrossing;
    second.rect = kOverTheLine;
    const auto report = verify(sample::input(Document{}.sign({}).sign(second), nobody));
    ASSERT_TRUE(report);
    EXPECT_EQ(report.value().verdict, opaque ? Verdict::kInvalid : Verdict::kInsufficient);
    EXPECT_EQ(says(report.value().signatures.at(0), Code::kPdfOverlapUndecided), !opaque);
  }
}

}  // namespace
}  // namespace antin::verifier
