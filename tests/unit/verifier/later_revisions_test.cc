// When a signature was made, and what came after it.
#include "tests/unit/verifier/judged.h"

namespace antin::verifier {
namespace {

// ---- time ----

TEST(SigningTime, V06_IsProvenByATrustedTimestampOnly) {
  const auto report = judged(signed_by("officer-rsa2048", "2026-05-20T01:02:03Z"));
  const auto& signature = report.signatures.at(0);
  EXPECT_EQ(signature.signing_time.proven, time("2026-05-20T01:02:03Z"));
  EXPECT_EQ(signature.signing_time.source, "timestamp");
  EXPECT_EQ(signature.level, "B-T");
  EXPECT_EQ(signature.timestamps.at(0).tsa.empty(), false);
  EXPECT_FALSE(has(signature.findings, Code::kSigTimeNotProven));
}

TEST(SigningTime, V19_IsNotProvenByATimestampOverSomethingElse) {
  const auto report = judged(signed_as([](Signing& s) {
    s.timestamp = time("2026-05-20T01:02:03Z");
    s.timestamp_other_value = true;
  }));
  EXPECT_EQ(report.verdict, Verdict::kValid) << codes(report);  // V-19: it only proves nothing
  const auto& signature = report.signatures.at(0);
  EXPECT_FALSE(signature.signing_time.proven);
  EXPECT_EQ(signature.signing_time.source, "dictionary");
  EXPECT_TRUE(has(signature.findings, Code::kSigTimestampBroken));
  EXPECT_TRUE(has(signature.findings, Code::kSigTimeNotProven));
  EXPECT_EQ(signature.level, "B-B");
}

TEST(SigningTime, V09_SevenHoursAheadIsTheZoneQuirkAndChangesNothingElse) {
  const auto report =
      judged(signed_as([](Signing& s) { s.date = "D:20260601070000Z"; }));  // at 00:00:00Z
  const auto& signature = report.signatures.at(0);
  EXPECT_EQ(report.verdict, Verdict::kValid);
  EXPECT_EQ(signature.signing_time.claimed, time("2026-06-01T00:00:00Z"));
  EXPECT_TRUE(has(signature.findings, Code::kSigTimeZoneQuirk));
  EXPECT_FALSE(has(signature.findings, Code::kSigTimeInFuture));
}

TEST(SigningTime, V09_AnyOtherFutureIsAWarning) {
  const auto report = judged(signed_as([](Signing& s) { s.date = "D:20260601080000Z"; }));
  EXPECT_EQ(report.verdict, Verdict::kValid);
  EXPECT_TRUE(has(report.signatures.at(0).findings, Code::kSigTimeInFuture));
}

TEST(SigningTime, V06_AClaimNeverSavesAnExpiredCertificate) {
  const auto report = judged(signed_as([](Signing& s) {
    s.signer = "officer-expired";
    s.date = "D:20250601070000+07'00'";
  }));
  EXPECT_EQ(report.verdict, Verdict::kInsufficient);
  EXPECT_EQ(sub(report.signatures.at(0)), "OUT_OF_BOUNDS_NO_POE");
}

TEST(SigningTime, ATimestampFromAfterTheJudgementProvesNothing) {
  const auto report = judged(signed_by("officer-rsa2048", "2026-07-01T00:00:00Z"));
  EXPECT_EQ(report.verdict, Verdict::kValid) << codes(report);
  EXPECT_FALSE(report.signatures.at(0).signing_time.proven);
}

// ---- several signatures, what came after ----

TEST(LaterRevisions, V04_AFurtherSignatureIsPermitted) {
  const auto report = judged(Document{}.sign({}).sign(with([](Signing& s) {
    s.signer = "agency";
    s.field = "Sig2";
  })));
  EXPECT_EQ(report.verdict, Verdict::kValid) << codes(report);
  ASSERT_EQ(report.signatures.size(), 2U);
  EXPECT_EQ(report.revisions, 3U);
  EXPECT_EQ(report.signatures[0].coverage, Coverage::kWholeRevision);
  EXPECT_EQ(report.signatures[0].changes_after.level, pdf::ChangeLevel::kSignature);
  EXPECT_TRUE(report.signatures[0].changes_after.permitted);
  EXPECT_EQ(report.signatures[1].changes_after.level, pdf::ChangeLevel::kNone);
}

TEST(LaterRevisions, OfOurOwnHoldNoHazard) {
  auto document = Document{}.sign({});
  for (const char* field : {"Sig2", "Sig3"}) {
    document.sign(with([&](Signing& s) {
      s.signer = "agency";
      s.field = field;
      s.timestamp = time("2026-05-20T01:02:03Z");
    }));
  }
  const auto report = judged(
      document, [](Input& input) { input.policy.report_hazards = pdf::HygieneDepth::kEverything; });
  EXPECT_EQ(report.verdict, Verdict::kValid) << codes(report);
  EXPECT_TRUE(report.findings.empty()) << codes(report);
}

TEST(LaterRevisions, OneBrokenOfSeveralMakesTheDocumentInvalid) {
  auto document = Document{}.sign({}).sign(with([](Signing& s) {
    s.signer = "officer-revoked";
    s.field = "Sig2";
  }));
  const auto report = judged(document);
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.signatures.at(0).indication, Indication::kTotalPassed);
  EXPECT_EQ(report.message, Code::kSigRevoked);
}

TEST(LaterRevisions, V04_AChangedPageIsNotPermitted) {
  const auto report = judged(Document{}.sign({}).change_page("0 0 m 9 9 l S"));
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.message, Code::kSigChangedAfter);
  const auto& signature = report.signatures.at(0);
  EXPECT_EQ(signature.integrity, Integrity::kIntact);
  EXPECT_EQ(signature.indication, Indication::kTotalPassed);  // the standard's own answer stays
  EXPECT_FALSE(signature.changes_after.permitted);
  EXPECT_EQ(signature.changes_after.level, pdf::ChangeLevel::kContent) << codes(report);
}

TEST(LaterRevisions, AnUnknownCatalogueKeyIsNotPermitted) {
  const auto report = judged(Document{}.sign({}).change_catalogue("/Acme 7"));
  EXPECT_EQ(report.verdict, Verdict::kInvalid) << codes(report);
  EXPECT_FALSE(report.signatures.at(0).changes_after.permitted);
}

TEST(LaterRevisions, NothingButATimestampMayFollowACertificationThatForbidsChanges) {
  const auto certified = with([](Signing& s) { s.doc_mdp = 1; });
  const auto second = with([](Signing& s) { s.field = "Sig2"; });
  const auto refused = judged(Document{}.sign(certified).sign(second));
  EXPECT_EQ(refused.verdict, Verdict::kInvalid);
  EXPECT_EQ(refused.message, Code::kSigChangedAfter);
  const auto stamped =
      judged(Document{}.sign(certified).timestamp("Ts", time("2026-05-20T00:00:00Z")));
  EXPECT_EQ(stamped.verdict, Verdict::kValid) << codes(stamped);
}

TEST(LaterRevisions, ASecondSignatureMayFollowACertificationThatPermitsForms) {
  const auto report =
      judged(Document{}.sign(with([](Signing& s) { s.doc_mdp = 2; })).sign(with([](Signing& s) {
        s.field = "Sig2";
      })));
  EXPECT_EQ(report.verdict, Verdict::kValid) << codes(report);
}

TEST(LaterRevisions, V03_OctetsAfterTheEndAreNotAccountedFor) {
  const auto report = judged(Document{}.sign({}).append("hello"));
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.message, Code::kPdfOctetsAfterEnd);
}

// ---- document timestamps ----

TEST(DocumentTimestamp, ProvesWhenAnEarlierSignatureExisted) {
  const auto report =
      judged(signed_by("officer-revoked").timestamp("Ts", time("2026-02-01T00:00:00Z")));
  EXPECT_EQ(report.verdict, Verdict::kValid) << codes(report);
  ASSERT_EQ(report.signatures.size(), 2U);
  EXPECT_EQ(report.signatures[0].signing_time.proven, time("2026-02-01T00:00:00Z"));
  EXPECT_TRUE(report.signatures[1].document_timestamp);
  EXPECT_EQ(report.signatures[1].sub_filter, "ETSI.RFC3161");
}

TEST(DocumentTimestamp, ProvesNothingWhenItsAuthorityIsNotTrusted) {
  const auto report = judged(
      signed_by("officer-revoked").timestamp("Ts", time("2026-02-01T00:00:00Z"), "tsa-expired"));
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(sub(report.signatures.at(0)), "REVOKED_NO_POE");
  EXPECT_NE(report.signatures.at(1).indication, Indication::kTotalPassed);
}

TEST(DocumentTimestamp, OverOtherOctetsMakesTheDocumentInvalid) {
  auto document = Document{}.timestamp("Ts", time("2026-05-20T00:00:00Z"));
  const auto report = judged(document.damage("100 100 l"));
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(sub(report.signatures.at(0)), "HASH_FAILURE");
  EXPECT_EQ(report.signatures.at(0).integrity, Integrity::kBroken);
}

TEST(DocumentTimestamp, AloneIsNoSignature) {
  const auto report = judged(Document{}.timestamp("Ts", time("2026-05-20T00:00:00Z")));
  EXPECT_EQ(report.verdict, Verdict::kNoSignature) << codes(report);
  EXPECT_EQ(report.message, Code::kVerdictOnlyTimestamp);
  EXPECT_EQ(report.signatures.at(0).indication, Indication::kTotalPassed);
}

}  // namespace
}  // namespace antin::verifier
