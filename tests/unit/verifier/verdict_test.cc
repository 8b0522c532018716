#include "verifier/verdict.h"

#include <gtest/gtest.h>

namespace antin::verifier {
namespace {

using enum SubIndication;

SignatureFacts passed() {
  return {.document_timestamp = false,
          .indication = Indication::kTotalPassed,
          .sub_indication = std::nullopt,
          .integrity = Integrity::kIntact,
          .coverage = Coverage::kWholeFile,
          .changes_permitted = true};
}
SignatureFacts because(SubIndication reason) {
  auto facts = passed();
  facts.sub_indication = reason;
  facts.indication = indication_of(reason);
  return facts;
}
SignatureFacts timestamp() {
  auto facts = passed();
  facts.document_timestamp = true;
  return facts;
}

TEST(Verdict, NeedsASignature) {
  EXPECT_EQ(verdict_of({}, FileState::kAccountedFor), Verdict::kNoSignature);
  EXPECT_EQ(verdict_of({timestamp()}, FileState::kAccountedFor), Verdict::kNoSignature);
  EXPECT_EQ(verdict_of({passed(), timestamp()}, FileState::kAccountedFor), Verdict::kValid);
}

TEST(Verdict, IsValidOnlyWhenEverySignaturePassedAndEveryOctetIsAccountedFor) {
  EXPECT_EQ(verdict_of({passed(), passed()}, FileState::kAccountedFor), Verdict::kValid);
  EXPECT_EQ(verdict_of({passed()}, FileState::kAmbiguous), Verdict::kInsufficient);
  EXPECT_EQ(verdict_of({passed()}, FileState::kUnaccountedFor), Verdict::kInvalid);
  EXPECT_EQ(verdict_of({passed(), because(kTryLater)}, FileState::kAccountedFor),
            Verdict::kInsufficient);
}

TEST(Verdict, EverySubIndicationHasTheOneAnswerOfTheInterface) {
  for (int i = 0; i <= static_cast<int>(kSignedDataNotFound); ++i) {
    const auto reason = static_cast<SubIndication>(i);
    const bool invalid = indication_of(reason) == Indication::kTotalFailed ||
                         reason == kRevokedNoPoe || reason == kCryptoConstraintsFailure ||
                         reason == kCryptoConstraintsFailureNoPoe;
    EXPECT_EQ(verdict_of({because(reason)}, FileState::kAccountedFor),
              invalid ? Verdict::kInvalid : Verdict::kInsufficient)
        << name(reason);
    EXPECT_EQ(refuses(reason), invalid) << name(reason);
  }
}

TEST(Verdict, ADefiniteFailureBeatsUncertainty) {
  EXPECT_EQ(
      verdict_of({because(kNoCertificateChainFound), because(kHashFailure)}, FileState::kAmbiguous),
      Verdict::kInvalid);
  auto changed = because(kTryLater);
  changed.changes_permitted = false;
  EXPECT_EQ(verdict_of({changed}, FileState::kAccountedFor), Verdict::kInvalid);
  auto broken = because(kNoCertificateChainFound);
  broken.integrity = Integrity::kBroken;
  EXPECT_EQ(verdict_of({broken}, FileState::kAccountedFor), Verdict::kInvalid);
  auto partial = passed();
  partial.coverage = Coverage::kPartial;
  EXPECT_EQ(verdict_of({partial}, FileState::kAccountedFor), Verdict::kInvalid);
}

TEST(Verdict, ANotCheckedSignatureIsNeverValid) {
  auto unchecked = passed();
  unchecked.integrity = Integrity::kNotCheckable;
  EXPECT_EQ(verdict_of({unchecked}, FileState::kAccountedFor), Verdict::kInsufficient);
}

TEST(Verdict, ABrokenTimestampSpoilsADocumentWithoutSignature) {
  auto broken = timestamp();
  broken.integrity = Integrity::kBroken;
  EXPECT_EQ(verdict_of({broken}, FileState::kAccountedFor), Verdict::kInvalid);
}

TEST(DecidingSubIndication, TakesErrorsOnlyAndTheMostDefiniteFirst) {
  const Findings findings = {{Code::kSigRevocationUnknown, Severity::kError, {}, {}},
                             {Code::kSigRevoked, Severity::kError, {}, {}},
                             {Code::kSigDigestMismatch, Severity::kWarning, {}, {}}};
  EXPECT_EQ(deciding_sub_indication(findings), kRevokedNoPoe);
  auto worse = findings;
  worse.push_back({Code::kSigTrailingOctets, Severity::kError, {}, {}});
  EXPECT_EQ(deciding_sub_indication(worse), kFormatFailure);
  EXPECT_EQ(deciding_sub_indication({{Code::kSigChangedAfter, Severity::kError, {}, {}}}),
            std::nullopt);
}

TEST(ExitCode, V16_IsTheInterfaces) {
  EXPECT_EQ(exit_code(Verdict::kValid), 0);
  EXPECT_EQ(exit_code(Verdict::kInvalid), 1);
  EXPECT_EQ(exit_code(Verdict::kInsufficient), 2);
  EXPECT_EQ(exit_code(Verdict::kNoSignature), 2);
}

}  // namespace
}  // namespace antin::verifier
