// EN 319 102-1 §5.6 piece by piece; tests/conformance/lta judges whole documents by a table.
#include "certs/ossl/digest.h"
#include "tests/servers/responder.h"
#include "tests/unit/verifier/judged.h"
#include "verifier/proofs.h"
#include "verifier/verify.h"

namespace antin::verifier {
namespace {

// ---- the set of proofs ----

TEST(Proofs, AreTheEarliestAndNeverLaterThanTheJudgement) {
  Proofs proofs{time("2026-06-01T00:00:00Z")};
  const Bytes one(32, 1);
  EXPECT_EQ(proofs.of(one), time("2026-06-01T00:00:00Z"));
  EXPECT_FALSE(proofs.known(one));
  proofs.add(one, time("2025-01-01T00:00:00Z"));
  proofs.add(one, time("2025-02-01T00:00:00Z"));
  EXPECT_EQ(proofs.of(one), time("2025-01-01T00:00:00Z"));
  const Bytes two(32, 2);
  proofs.add(two, time("2027-01-01T00:00:00Z"));
  EXPECT_EQ(proofs.of(two), time("2026-06-01T00:00:00Z"));
}

TEST(Proofs, ThatCostSomethingAreLookedForOnce) {
  Proofs proofs{time("2026-06-01T00:00:00Z")};
  const Bytes one(32, 1);
  int asked = 0;
  proofs.add_when_asked([&](Proofs& into) {
    ++asked;
    into.add(one, time("2025-01-01T00:00:00Z"));
  });
  EXPECT_FALSE(proofs.known(one));
  EXPECT_EQ(proofs.of(one), time("2025-01-01T00:00:00Z"));
  EXPECT_EQ(proofs.of(one), time("2025-01-01T00:00:00Z"));
  EXPECT_EQ(asked, 1);
}

// ---- document timestamps under one another ----

// What tests/pki's responder says of tsa-expired at `at`.
certs::OcspResponse answer_about_the_ended_server(UtcTime at) {
  const auto certificate = [](const char* name) {
    return certs::Certificate::from_file_bytes(sample::file("certs/" + std::string{name} + ".crt"))
        .value()
        .at(0);
  };
  const auto request =
      certs::make_ocsp_request(certificate("tsa-expired"), certificate("issuing-ca"), {}).value();
  const auto responder = testpki::Responder::open(ANTIN_SOURCE_DIR "/tests/pki").value();
  const auto answer = responder.ocsp(request, at, testpki::Fault::kNone).value();
  return certs::OcspResponse::from_bytes(answer).value();
}

TEST(DocumentTimestamps, OneWhoseServerEndedCountsUnderANewerOneWithEvidenceOfItsTime) {
  const auto with_evidence = [](Input& input) {
    input.ocsp.push_back(answer_about_the_ended_server(time("2025-11-01T00:00:00Z")));
  };
  auto document = signed_by("officer-revoked");
  document.timestamp("Ts1", time("2025-11-01T00:00:00Z"), "tsa-expired");
  EXPECT_EQ(judged(document, with_evidence).verdict, Verdict::kInvalid);
  document.timestamp("Ts2", time("2025-12-15T00:00:00Z"));
  EXPECT_EQ(judged(document).verdict, Verdict::kInsufficient);
  const auto renewed = judged(document, with_evidence);
  EXPECT_EQ(renewed.verdict, Verdict::kValid);
  EXPECT_EQ(renewed.signatures.at(0).best_signature_time, time("2025-11-01T00:00:00Z"));
  EXPECT_EQ(renewed.signatures.at(0).process, "archival");
}

TEST(DocumentTimestamps, RenewedTooLateProveNothingOlder) {
  auto document = signed_by("officer-revoked");
  document.timestamp("Ts1", time("2025-11-01T00:00:00Z"), "tsa-expired")
      .timestamp("Ts2", time("2026-02-01T00:00:00Z"));
  const auto report = judged(document);
  EXPECT_EQ(report.signatures.at(0).best_signature_time, time("2026-02-01T00:00:00Z"));
  EXPECT_EQ(sub(report.signatures.at(1)), "OUT_OF_BOUNDS_NO_POE");
  EXPECT_EQ(report.verdict, Verdict::kInsufficient);
}

TEST(DocumentTimestamps, AnInnerOneMustNotBeLaterThanOneThatCoversIt) {
  auto document = signed_by("officer-rsa2048");
  document.timestamp("Ts1", time("2026-05-20T00:00:00Z"))
      .timestamp("Ts2", time("2026-05-10T00:00:00Z"));
  const auto report = judged(document);
  EXPECT_EQ(sub(report.signatures.at(1)), "TIMESTAMP_ORDER_FAILURE");
  EXPECT_EQ(report.verdict, Verdict::kInsufficient);
}

TEST(DocumentTimestamps, OneEarlierThanTheSignaturesOwnIsAContradiction) {
  auto document =
      Document{}.sign(with([](Signing& s) { s.timestamp = time("2026-05-20T00:00:00Z"); }));
  document.timestamp("Ts", time("2026-05-10T00:00:00Z"));
  EXPECT_EQ(sub(judged(document).signatures.at(0)), "TIMESTAMP_ORDER_FAILURE");
}

// ---- revocation ----

TEST(Revocation, SuspendedIsNeitherRevokedNorGood) {
  const auto report = judged(signed_by("officer-on-hold"));
  EXPECT_EQ(report.verdict, Verdict::kInsufficient);
  EXPECT_EQ(sub(report.signatures.at(0)), "TRY_LATER");
  EXPECT_EQ(report.message, Code::kSigCertificateHold);
}

TEST(Revocation, OfAnAuthorityIsUncertainWithoutProofAndSaysSo) {
  const auto report = judged(
      Document{}.sign(with([](Signing& s) {
        s.signer = "officer-of-revoked-ca";
        s.authority = "revoked-ca";
      })),
      [](Input& input) {
        input.crls.push_back(certs::Crl::from_bytes(sample::file("crl/revoked-ca.crl")).value());
      });
  EXPECT_EQ(report.verdict, Verdict::kInsufficient);
  EXPECT_EQ(sub(report.signatures.at(0)), "REVOKED_CA_NO_POE");
}

TEST(Revocation, AListOlderThanThePolicyAllowsIsStale) {
  const auto strict = [](Input& input) {
    input.at = time("2026-08-01T00:00:00Z");
    input.policy.revocation.max_age = std::chrono::hours{24};
  };
  const auto report = judged(Document{}.sign({}), strict);
  EXPECT_EQ(report.verdict, Verdict::kInsufficient);
  EXPECT_EQ(sub(report.signatures.at(0)), "TRY_LATER");
  EXPECT_EQ(report.message, Code::kSigEvidenceStale);
  EXPECT_EQ(
      judged(Document{}.sign({}), [](Input& input) { input.at = time("2026-08-01T00:00:00Z"); })
          .verdict,
      Verdict::kValid);
}

TEST(Revocation, MayBeUnknownOnlyWhereThePolicySaysSo) {
  const auto lenient = [](Input& input) {
    input.crls.clear();
    input.policy.revocation.signer = RevocationPolicy::Need::kIfAvailable;
    input.policy.revocation.authorities = RevocationPolicy::Need::kIfAvailable;
  };
  EXPECT_EQ(judged(Document{}.sign({}), lenient).verdict, Verdict::kValid);
  EXPECT_EQ(judged(signed_by("officer-revoked"),
                   [](Input& input) {
                     input.policy.revocation.signer = RevocationPolicy::Need::kIfAvailable;
                   })
                .verdict,
            Verdict::kInvalid);
}

// ---- the rest of the report ----

TEST(RequiredLevel, IsAConstraintOfThePolicy) {
  const auto needs_time = [](Input& input) { input.policy.required_level = "B-T"; };
  const auto report = judged(Document{}.sign({}), needs_time);
  EXPECT_EQ(report.verdict, Verdict::kInsufficient);
  EXPECT_EQ(sub(report.signatures.at(0)), "SIG_CONSTRAINTS_FAILURE");
  const auto stamped =
      Document{}.sign(with([](Signing& s) { s.timestamp = time("2026-05-20T00:00:00Z"); }));
  EXPECT_EQ(judged(stamped, needs_time).verdict, Verdict::kValid);
}

TEST(Anchors, ThatAreNoLongerTrustedNeedAProof) {
  static const auto kEnded = [] {
    auto trust = sample::trust();
    trust.anchors.at(0).trusted_until = time("2026-05-15T00:00:00Z");
    return trust;
  }();
  const auto ended = [](Input& input) { input.trust = &kEnded; };
  const auto report = judged(Document{}.sign({}), ended);
  EXPECT_EQ(report.verdict, Verdict::kInsufficient);
  EXPECT_EQ(sub(report.signatures.at(0)), "NO_CERTIFICATE_CHAIN_FOUND_NO_POE");
  EXPECT_EQ(report.message, Code::kSigAnchorEndedNoPoe);
}

TEST(ValidationObjects, HoldWhatTheJudgementRestsOnOnce) {
  auto document =
      Document{}.sign(with([](Signing& s) { s.timestamp = time("2026-05-20T00:00:00Z"); }));
  document.timestamp("Ts", time("2026-05-21T00:00:00Z"));
  const auto report = judged(document);
  using Kind = ValidationObject::Kind;
  const auto count = [&](Kind kind) {
    return std::count_if(report.validation_objects.begin(), report.validation_objects.end(),
                         [&](const auto& object) { return object.kind == kind; });
  };
  EXPECT_EQ(count(Kind::kCertificate), 4);  // officer, tsa, issuing-ca, root
  EXPECT_EQ(count(Kind::kCrl), 2);
  EXPECT_EQ(count(Kind::kTimestamp), 2);
  EXPECT_EQ(count(Kind::kSignature), 1);
  for (const auto& object : report.validation_objects) {
    EXPECT_EQ(object.sha256, to_hex(ossl::sha256(object.octets.view())));
    EXPECT_FALSE(object.used_by.empty());
  }
  const auto& signature = report.signatures.at(0);
  const auto own =
      std::find_if(report.validation_objects.begin(), report.validation_objects.end(),
                   [&](const auto& object) { return object.sha256 == signature.signature_sha256; });
  ASSERT_NE(own, report.validation_objects.end());
  EXPECT_EQ(own->proven, time("2026-05-20T00:00:00Z"));
  EXPECT_EQ(report.judged_at, time("2026-06-01T00:00:00Z"));
  EXPECT_EQ(report.policy, "viet-nam");
  EXPECT_FALSE(has(signature.findings, Code::kSigPastValidated));
}

}  // namespace
}  // namespace antin::verifier
