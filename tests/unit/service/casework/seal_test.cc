#include "service/casework/seal.h"

#include <gtest/gtest.h>

namespace antin::casework {
namespace {

using By = SignatureFact::By;
using Verdict = SignatureFact::Verdict;
using After = SignatureFact::After;

SignatureFact signature(By by, const char* name) {
  return {.by = by,
          .verdict = Verdict::kPassed,
          .after = After::kNothing,
          .name = name,
          .certificate_sha256 = Bytes(32, by == By::kPerson ? 1 : 2),
          .unit = SignatureFact::Unit::kSame,
          .authority = SignatureFact::Authority::kHeld};
}

SignedDocument document(std::vector<SignatureFact> signatures) {
  // Whoever signed before another has that one behind.
  for (std::size_t i = 0; i + 1 < signatures.size(); ++i) signatures[i].after = After::kSignatures;
  return {.signatures = std::move(signatures), .unit = "Xã Đô Lương", .day = "21/11/2026"};
}

const SignatureFact kPerson = signature(By::kPerson, "Trần Văn Bình");
const SignatureFact kAgency = signature(By::kAgency, "UBND xã Đô Lương");

Code refused(const Status& status) {
  return status ? Code::kInternal : status.error().code;
}

TEST(Seal, C02_OnlyOnWhatTheOfficerSigned) {
  EXPECT_TRUE(seal_allowed(Product::kCertifiedCopy, document({kPerson})));
  EXPECT_EQ(refused(seal_allowed(Product::kCertifiedCopy, document({}))),
            Code::kSealOfficerMissing);
}

TEST(Seal, C02_M19_Verbatim) {
  EXPECT_EQ(info(Code::kSealOfficerMissing).vi,
            "Chưa có chữ ký số của người thực hiện chứng thực; không được ký số của cơ quan.");
}

TEST(Seal, R10_OnAResultOnlyAfterAPersonWithAuthority) {
  EXPECT_TRUE(seal_allowed(Product::kResult, document({kPerson})));
  EXPECT_EQ(refused(seal_allowed(Product::kResult, document({}))), Code::kSealPersonMissing);
}

TEST(Seal, R10_CopiesAreExempt) {
  EXPECT_TRUE(seal_allowed(Product::kRegisterCopy, document({})));
  EXPECT_TRUE(seal_allowed(Product::kOfficeCopy, document({})));
}

TEST(Seal, R01_OfARegisterCopyAPersonMaySignAndThenHasAuthority) {
  EXPECT_TRUE(seal_allowed(Product::kRegisterCopy, document({kPerson})));
  auto other = kPerson;
  other.authority = SignatureFact::Authority::kNone;
  EXPECT_EQ(refused(seal_allowed(Product::kRegisterCopy, document({other}))),
            Code::kSealNotAuthorised);
}

TEST(Seal, R05_AnOfficeCopyHoldsNoSignatureOfAPerson) {
  EXPECT_EQ(refused(seal_allowed(Product::kOfficeCopy, document({kPerson}))),
            Code::kSealSignatureUnwanted);
}

TEST(Seal, NeverTwice) {
  for (const auto product :
       {Product::kCertifiedCopy, Product::kRegisterCopy, Product::kOfficeCopy, Product::kResult})
    EXPECT_EQ(refused(seal_allowed(product, document({kPerson, kAgency}))), Code::kSealAlready);
}

// Each fact alone refuses it, whichever signature it is of.
TEST(Seal, C02_EachSingleFaultRefuses) {
  struct Fault {
    void (*make)(SignatureFact&);
    Code code;
  };
  const std::vector<Fault> faults{
      {[](SignatureFact& s) { s.verdict = Verdict::kFailed; }, Code::kSealSignatureBroken},
      {[](SignatureFact& s) { s.verdict = Verdict::kRevocationUnknown; },
       Code::kSealRevocationUnknown},
      {[](SignatureFact& s) { s.after = After::kMore; }, Code::kSealChangedAfter},
      {[](SignatureFact& s) { s.after = After::kSignatures; }, Code::kSealChangedAfter},
      {[](SignatureFact& s) { s.unit = SignatureFact::Unit::kOther; }, Code::kSealOtherUnit},
      {[](SignatureFact& s) { s.authority = SignatureFact::Authority::kNone; },
       Code::kSealNotAuthorised}};
  for (const auto product : {Product::kCertifiedCopy, Product::kResult}) {
    for (const auto& fault : faults) {
      auto person = kPerson;
      fault.make(person);
      EXPECT_EQ(refused(seal_allowed(product, document({person}))), fault.code);
    }
  }
}

TEST(Seal, C03_EveryOneWhoSignedACertifiedCopyHasAuthorityOfAResultOneIsEnough) {
  auto colleague = signature(By::kPerson, "Lê Thị Hoa");
  colleague.authority = SignatureFact::Authority::kNone;
  EXPECT_EQ(refused(seal_allowed(Product::kCertifiedCopy, document({colleague, kPerson}))),
            Code::kSealNotAuthorised);
  EXPECT_TRUE(seal_allowed(Product::kResult, document({colleague, kPerson})));
  EXPECT_TRUE(seal_allowed(Product::kResult, document({kPerson, colleague})));
  // But a broken one among them is never enough.
  colleague.verdict = Verdict::kFailed;
  EXPECT_EQ(refused(seal_allowed(Product::kResult, document({kPerson, colleague}))),
            Code::kSealSignatureBroken);
}

TEST(Seal, S04_UnknownRevocationNeedsAConfirmationOnRecord) {
  auto person = kPerson;
  person.verdict = Verdict::kRevocationUnknown;
  auto asked = document({person});
  EXPECT_EQ(refused(seal_allowed(Product::kCertifiedCopy, asked)), Code::kSealRevocationUnknown);
  asked.unknown = SignedDocument::Unknown::kConfirmed;
  EXPECT_TRUE(seal_allowed(Product::kCertifiedCopy, asked));
  asked.signatures[0].verdict = Verdict::kFailed;
  EXPECT_EQ(refused(seal_allowed(Product::kCertifiedCopy, asked)), Code::kSealSignatureBroken);
}

TEST(Release, C02_ThePersonThenTheAgencyOverEverything) {
  EXPECT_TRUE(release_allowed(Product::kCertifiedCopy, document({kPerson, kAgency})));
  EXPECT_TRUE(release_allowed(Product::kResult, document({kPerson, kAgency})));
  EXPECT_TRUE(release_allowed(Product::kRegisterCopy, document({kAgency})));
  EXPECT_TRUE(release_allowed(Product::kOfficeCopy, document({kAgency})));
}

TEST(Release, C02_WithoutOneOfTheTwoNothingLeaves) {
  EXPECT_EQ(refused(release_allowed(Product::kCertifiedCopy, document({kPerson}))),
            Code::kReleaseSealMissing);
  EXPECT_EQ(refused(release_allowed(Product::kCertifiedCopy, document({kAgency}))),
            Code::kSealOfficerMissing);
  EXPECT_EQ(refused(release_allowed(Product::kResult, document({kAgency}))),
            Code::kSealPersonMissing);
  EXPECT_EQ(refused(release_allowed(Product::kOfficeCopy, document({}))),
            Code::kReleaseSealMissing);
}

TEST(Release, C02_TheAgencyBeforeThePersonIsTheWrongOrder) {
  EXPECT_EQ(refused(release_allowed(Product::kCertifiedCopy, document({kAgency, kPerson}))),
            Code::kReleaseSignatureOrder);
}

TEST(Release, C02_EachSingleFaultOfTheSealRefuses) {
  auto other = kAgency;
  other.unit = SignatureFact::Unit::kOther;
  EXPECT_EQ(refused(release_allowed(Product::kCertifiedCopy, document({kPerson, other}))),
            Code::kSealOtherUnit);
  auto broken = kAgency;
  broken.verdict = Verdict::kFailed;
  EXPECT_EQ(refused(release_allowed(Product::kCertifiedCopy, document({kPerson, broken}))),
            Code::kSealSignatureBroken);
  auto followed = kAgency;
  followed.after = After::kMore;
  EXPECT_EQ(refused(release_allowed(Product::kCertifiedCopy, document({kPerson, followed}))),
            Code::kSealChangedAfter);
  EXPECT_EQ(
      refused(release_allowed(Product::kCertifiedCopy, document({kPerson, kAgency, kAgency}))),
      Code::kSealAlready);
}

TEST(Release, R05_OfAnOfficeCopyTheAgencyAloneSigned) {
  EXPECT_EQ(refused(release_allowed(Product::kOfficeCopy, document({kPerson, kAgency}))),
            Code::kSealSignatureUnwanted);
}

}  // namespace
}  // namespace antin::casework
