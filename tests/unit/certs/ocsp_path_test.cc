// What OCSP answers prove about a certificate, RFC 6960 §3.2 and §4.2.2.

#include <gtest/gtest.h>

#include "certs/path.h"
#include "tests/unit/certs/make_ocsp.h"

namespace antin::certs {
namespace {

using State = PathResult::State;
using Revocation = RevocationStatus::State;

struct Case {
  std::vector<OcspResponse> answers;
  std::vector<Crl> crls = {crl("root")};
  std::string leaf = "officer-p256";
  UtcTime at = test_now();
  std::vector<Certificate> candidates = {};
  std::vector<Certificate> intermediates = {cert("issuing-ca")};
};

PathResult judge(Case what) {
  const TrustStore trust{{anchor("root")}, what.intermediates};
  auto input = input_for(what.leaf, trust);
  input.crls = std::move(what.crls);
  input.ocsp = std::move(what.answers);
  input.candidates = std::move(what.candidates);
  input.at = what.at;
  auto result = build_path(input);
  result.anchor.reset();  // `trust` ends here
  return result;
}

PathResult judge(const Answer& answer) {
  return judge(Case{.answers = {make(answer)}});
}

TEST(OcspStatus, ADelegatedResponderProvesGood) {
  const auto answer = make(Answer{});
  const auto result = judge(Case{.answers = {answer}});
  EXPECT_EQ(result.state, State::kValid);
  const auto& status = result.revocation.at(0);
  EXPECT_EQ(status.state, Revocation::kGood);
  EXPECT_EQ(status.source, "ocsp");
  EXPECT_EQ(status.this_update, instant("2026-05-31T23:00:00Z"));
  EXPECT_EQ(status.next_update, instant("2026-06-01T23:00:00Z"));
  EXPECT_EQ(status.evidence_sha256, to_hex(answer.sha256()));
  EXPECT_TRUE(result.findings.empty());
}

TEST(OcspStatus, TheAuthorityItselfProvesGoodByNameAndByKey) {
  EXPECT_EQ(judge(Answer{.signer = "issuing-ca"}).state, State::kValid);
  EXPECT_EQ(judge(Answer{.signer = "issuing-ca", .flags = OCSP_RESPID_KEY | OCSP_NOCERTS}).state,
            State::kValid);
  EXPECT_EQ(judge(Answer{.flags = OCSP_RESPID_KEY}).state, State::kValid);
}

TEST(OcspStatus, AResponderAtHandNeedNotBeInTheAnswer) {
  const Answer bare{.flags = OCSP_NOCERTS};
  const auto missing = judge(bare);
  EXPECT_EQ(missing.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(missing.findings, Code::kOcspSignature));
  EXPECT_EQ(judge(Case{.answers = {make(bare)}, .candidates = {cert("ocsp")}}).state,
            State::kValid);
}

TEST(OcspStatus, RevokedBeforeIsDecisiveAndAfterwardsIsTold) {
  const auto before = judge(Answer{.singles = {revoked("2026-05-01T00:00:00Z")}});
  EXPECT_EQ(before.state, State::kRevoked);
  EXPECT_EQ(before.revocation.at(0).reason, "keyCompromise");
  EXPECT_EQ(before.revocation[0].revoked_at, instant("2026-05-01T00:00:00Z"));
  EXPECT_EQ(before.revocation[0].source, "ocsp");
  const auto answer = make(Answer{.singles = {revoked("2026-05-01T00:00:00Z")}});
  const auto after = judge(Case{.answers = {answer}, .at = instant("2026-04-30T23:59:59Z")});
  EXPECT_EQ(after.state, State::kValid);
  EXPECT_TRUE(has(after.findings, Code::kCertRevokedLater));
}

TEST(OcspStatus, AStaleAnswerStillProvesARevocation) {
  const auto answer = make(Answer{.singles = {revoked("2026-05-01T00:00:00Z")}});
  EXPECT_EQ(judge(Case{.answers = {answer}, .at = instant("2027-06-01T00:00:00Z")}).state,
            State::kRevoked);
}

TEST(OcspStatus, UnknownIsNotGood) {
  Single unknown;
  unknown.status = V_OCSP_CERTSTATUS_UNKNOWN;
  const auto result = judge(Answer{.singles = {unknown}});
  EXPECT_EQ(result.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(result.findings, Code::kOcspUnknown));
  // The list knows it.
  EXPECT_EQ(
      judge(Case{.answers = {make(Answer{.singles = {unknown}})}, .crls = current_crls()}).state,
      State::kValid);
}

TEST(OcspStatus, ACertificateThatWasNeverIssuedIsNotGood) {
  // RFC 6960 §2.2: revoked, certificateHold, 1 January 1970.
  const auto never = revoked("1970-01-01T00:00:00Z", OCSP_REVOKED_STATUS_CERTIFICATEHOLD);
  EXPECT_EQ(judge(Answer{.singles = {never}}).state, State::kRevoked);
}

// --- answers of somebody who may not give them

TEST(OcspAuthority, SomebodyElsesKeyIsNotAuthorised) {
  const auto result = judge(Answer{.signer = "agency"});
  EXPECT_EQ(result.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(result.findings, Code::kOcspResponder));
}

TEST(OcspAuthority, WithoutThePurposeNobodyIsDelegated) {
  EXPECT_TRUE(has(judge(Answer{.signer = "ocsp-no-eku"}).findings, Code::kOcspResponder));
  const auto plain = issue(Responder{.no_check = true, .may_answer = false});
  EXPECT_EQ(judge(Answer{.signer_certificate = plain}).state, State::kRevocationUnknown);
  const auto able = issue(Responder{.no_check = true});
  EXPECT_EQ(judge(Answer{.signer_certificate = able}).state, State::kValid);
}

TEST(OcspAuthority, AnotherAuthorityOfTheSameNameDelegatesNobody) {
  const auto result =
      judge(Case{.answers = {make(Answer{.signer = "ocsp-of-ca-2", .extra = {"issuing-ca-2"}})},
                 .intermediates = {cert("issuing-ca"), cert("issuing-ca-2")}});
  EXPECT_EQ(result.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(result.findings, Code::kOcspResponder));
  const auto itself = judge(Case{.answers = {make(Answer{.signer = "issuing-ca-2"})},
                                 .intermediates = {cert("issuing-ca"), cert("issuing-ca-2")}});
  EXPECT_EQ(itself.state, State::kRevocationUnknown);
}

TEST(OcspAuthority, TheAuthorityAboveIsNotTheIssuer) {
  EXPECT_EQ(judge(Answer{.signer = "root"}).state, State::kRevocationUnknown);
  const auto of_root = issue(Responder{.issuer = "root", .no_check = true});
  EXPECT_EQ(judge(Answer{.signer_certificate = of_root}).state, State::kRevocationUnknown);
}

TEST(OcspAuthority, NobodySpeaksForHimself) {
  Single own;
  own.certificate = "ocsp-revoked";
  const auto answer = make(Answer{.singles = {own}, .signer = "ocsp-revoked"});
  const TrustStore trust = test_trust();
  auto input = input_for("ocsp-revoked", trust);
  input.purpose = Purpose::kOcsp;
  input.crls = {crl("root")};
  input.ocsp = {answer};
  EXPECT_EQ(build_path(input).state, State::kRevocationUnknown);
}

TEST(OcspAuthority, ABrokenSignatureProvesNothing) {
  auto der = make_response({.flags = OCSP_NOCERTS});
  der.back() ^= 1U;
  const auto answer = OcspResponse::from_bytes(der);
  ASSERT_TRUE(answer);
  const auto result = judge(Case{.answers = {answer.value()}, .candidates = {cert("ocsp")}});
  EXPECT_EQ(result.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(result.findings, Code::kOcspSignature));
}

TEST(OcspAuthority, AnotherCertificatesAnswerIsNotHeard) {
  Single other;
  other.certificate = "officer-p384";
  EXPECT_EQ(judge(Answer{.singles = {other}}).state, State::kRevocationUnknown);
  Single fake;
  fake.certificate = "fake-officer";
  fake.issuer = "fake-issuing-ca";  // serial number and name of the real ones
  const auto result =
      judge(Case{.answers = {make(Answer{.singles = {fake}})}, .leaf = "officer-rsa2048"});
  EXPECT_EQ(result.state, State::kRevocationUnknown);
}

// --- the responder's own certificate

TEST(OcspResponderCertificate, MustBeInForceWhenItAnswered) {
  const auto expired = judge(Answer{.signer = "ocsp-expired"});
  EXPECT_EQ(expired.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(expired.findings, Code::kOcspResponderInvalid));
  const auto later = issue(Responder{.from = "2026-06-01T00:00:00Z", .no_check = true});
  EXPECT_TRUE(
      has(judge(Answer{.signer_certificate = later}).findings, Code::kOcspResponderInvalid));
}

TEST(OcspResponderCertificate, MayExpireAfterItHasAnswered) {
  const auto brief = issue(Responder{.until = "2026-05-31T23:30:00Z", .no_check = true});
  EXPECT_EQ(judge(Answer{.signer_certificate = brief}).state, State::kValid);
}

TEST(OcspResponderCertificate, WithoutNoCheckItsStatusMustBeKnown) {
  const auto checked = issue(Responder{});
  const auto answer = make(Answer{.signer_certificate = checked});
  const auto unknown = judge(Case{.answers = {answer}});
  EXPECT_EQ(unknown.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(unknown.findings, Code::kOcspResponderInvalid));
  // A list that ends before the time in question says nothing of the officer, but it covers the
  // responder when it answered.
  const auto list = make(List{.serial = 1, .next_update = "2026-05-31T23:30:00Z"});
  const auto known = judge(Case{
      .answers = {answer}, .crls = {crl("root"), list}, .at = instant("2026-05-31T23:00:00Z")});
  EXPECT_EQ(known.state, State::kValid);
  EXPECT_EQ(known.revocation.at(0).source, "ocsp");
}

TEST(OcspResponderCertificate, ARevokedResponderIsNotBelieved) {
  const auto responder = issue(Responder{});
  const auto answer =
      make(Answer{.singles = {revoked("2026-03-01T00:00:00Z")}, .signer_certificate = responder});
  // What it says would be visible as a revocation; the list itself says good.
  for (const char* date : {"2026-02-01T00:00:00Z", "2026-05-20T00:00:00Z"}) {
    const auto result =
        judge(Case{.answers = {answer}, .crls = {crl("root"), make(List{.revoked_at = date})}});
    EXPECT_EQ(result.state, State::kValid);
    EXPECT_TRUE(has(result.findings, Code::kOcspResponderInvalid));
  }
}

TEST(OcspResponderCertificate, RevokedLaterCountsUnlessCompromiseIsExcluded) {
  const auto answer = make(Answer{.singles = {revoked("2026-03-01T00:00:00Z")},
                                  .signer_certificate = issue(Responder{})});
  const auto judged = [&](int reason) {
    const auto list = make(List{.revoked_at = "2026-08-01T00:00:00Z",
                                .reason = reason,
                                .this_update = "2026-09-01T00:00:00Z"});
    return judge(Case{.answers = {answer}, .crls = {crl("root"), list}}).state;
  };
  EXPECT_EQ(judged(CRL_REASON_KEY_COMPROMISE), State::kValid);  // the answer is not heard
  EXPECT_EQ(judged(CRL_REASON_UNSPECIFIED), State::kValid);
  EXPECT_EQ(judged(CRL_REASON_SUPERSEDED), State::kRevoked);
}

TEST(OcspResponderCertificate, TwoRespondersDoNotVouchForEachOther) {
  const auto one = issue(Responder{.key = "ocsp", .serial = 7001});
  const auto two = issue(Responder{.key = "ocsp-no-eku", .serial = 7002});
  const auto about = [](const Certificate& who, const std::string& key, const Certificate& signer) {
    Answer answer{.signer = key, .signer_certificate = signer};
    auto basic = ossl::OcspBasicPtr{OCSP_BASICRESP_new()};
    const ossl::OcspCertIdPtr id{
        OCSP_cert_to_id(EVP_sha1(), who.x509(), cert("issuing-ca").x509())};
    OCSP_basic_add1_status(basic.get(), id.get(), V_OCSP_CERTSTATUS_GOOD, -1, nullptr,
                           asn_time("2026-05-31T23:00:00Z").get(),
                           asn_time("2026-06-01T23:00:00Z").get());
    ASN1_GENERALIZEDTIME_set(
        const_cast<ASN1_GENERALIZEDTIME*>(OCSP_resp_get0_produced_at(basic.get())),
        instant("2026-05-31T23:00:00Z").since_epoch().time_since_epoch().count());
    OCSP_basic_sign(basic.get(), signer.x509(), private_key(key).get(), EVP_sha256(), nullptr,
                    OCSP_NOTIME);
    return OcspResponse::from_bytes(to_der(basic.get(), i2d_OCSP_BASICRESP)).value();
  };
  const auto of_one = about(one, "ocsp-no-eku", two);
  const auto of_two = about(two, "ocsp", one);
  const auto answer = make(Answer{.signer_certificate = one});
  EXPECT_EQ(judge(Case{.answers = {answer, of_one, of_two}}).state, State::kRevocationUnknown);
  // Someone outside of the circle ends it.
  const auto from_outside = about(two, "ocsp", cert("ocsp"));
  EXPECT_EQ(judge(Case{.answers = {answer, of_one, from_outside}}).state, State::kValid);
}

// --- times

TEST(OcspTimes, AStaleAnswerProvesNothingGood) {
  Single old;
  old.this_update = "2026-05-20T00:00:00Z";
  old.next_update = "2026-05-31T23:59:59Z";
  const auto result = judge(Answer{.singles = {old}, .produced_at = "2026-05-20T00:00:00Z"});
  EXPECT_EQ(result.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(result.findings, Code::kOcspStale));
  old.next_update = "2026-06-01T00:00:00Z";
  EXPECT_EQ(judge(Answer{.singles = {old}, .produced_at = "2026-05-20T00:00:00Z"}).state,
            State::kValid);
}

TEST(OcspTimes, WithoutNextUpdateAnAnswerIsForThePresentOnly) {
  Single open;
  open.next_update = nullptr;
  open.this_update = "2026-05-31T23:55:00Z";
  EXPECT_EQ(judge(Answer{.singles = {open}, .produced_at = "2026-05-31T23:55:00Z"}).state,
            State::kValid);
  open.this_update = "2026-05-31T23:54:59Z";
  EXPECT_EQ(judge(Answer{.singles = {open}, .produced_at = "2026-05-31T23:55:00Z"}).state,
            State::kRevocationUnknown);
}

TEST(OcspTimes, AnAnswerGivenLaterSpeaksForAnEarlierTime) {
  EXPECT_EQ(judge(Case{.answers = {make(Answer{})}, .at = instant("2025-06-01T00:00:00Z")}).state,
            State::kValid);
}

TEST(OcspTimes, ThatContradictEachOtherProveNothingGood) {
  Single future;
  future.this_update = "2026-06-01T12:00:00Z";
  const auto early = judge(Answer{.singles = {future}});
  EXPECT_EQ(early.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(early.findings, Code::kOcspTimes));
  Single backwards;
  backwards.this_update = "2026-06-01T00:00:00Z";
  backwards.next_update = "2026-05-31T00:00:00Z";
  EXPECT_TRUE(
      has(judge(Answer{.singles = {backwards}, .produced_at = "2026-06-01T00:00:00Z"}).findings,
          Code::kOcspTimes));
  const auto late = judge(Answer{.produced_at = "2026-07-01T00:00:00Z"});
  EXPECT_TRUE(has(late.findings, Code::kOcspTimes));
}

TEST(OcspTimes, AfterExpiryOnlyAnArchiveStillKnows) {
  const auto judged = [](const char* cutoff) {
    Single single;
    single.certificate = "officer-expired";
    single.archive_cutoff = cutoff;
    return judge(Case{.answers = {make(Answer{.singles = {single}})},
                      .leaf = "officer-expired",
                      .at = instant("2025-12-01T00:00:00Z")});
  };
  const auto forgotten = judged(nullptr);
  EXPECT_EQ(forgotten.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(forgotten.findings, Code::kOcspAfterExpiry));
  EXPECT_EQ(judged("2026-01-01T00:00:00Z").state, State::kRevocationUnknown);
  EXPECT_EQ(judged("2025-12-31T00:00:00Z").state, State::kValid);
}

// --- contents

TEST(OcspContents, ACriticalExtensionThatNobodyKnowsMakesItUnusable) {
  const auto whole = judge(Answer{.critical_extension = "1.2.3.4"});
  EXPECT_EQ(whole.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(whole.findings, Code::kOcspUnsupported));
  Single single;
  single.critical_extension = "1.2.3.4";
  EXPECT_TRUE(has(judge(Answer{.singles = {single}}).findings, Code::kOcspUnsupported));
  // The same extension in another single response does not concern this one.
  single.certificate = "officer-p384";
  EXPECT_EQ(judge(Answer{.singles = {single, Single{}}}).state, State::kValid);
}

TEST(OcspContents, TwoStatesOfOneCertificateAreNoEvidence) {
  Single unknown;
  unknown.status = V_OCSP_CERTSTATUS_UNKNOWN;
  const auto hold = revoked("2026-05-01T00:00:00Z", OCSP_REVOKED_STATUS_CERTIFICATEHOLD);
  for (const auto& other : {unknown, hold}) {
    const auto result = judge(Answer{.singles = {Single{}, other}});
    EXPECT_EQ(result.state, State::kRevocationUnknown);
    EXPECT_TRUE(has(result.findings, Code::kOcspContradiction));
  }
  EXPECT_EQ(judge(Answer{.singles = {Single{}, revoked("2026-05-01T00:00:00Z")}}).state,
            State::kRevoked);
  Single again;
  again.digest = EVP_sha256();
  EXPECT_EQ(judge(Answer{.singles = {Single{}, again}}).state, State::kValid);
}

// --- lists and answers together

TEST(OcspAndLists, ADefiniteRevocationIsNeverUndone) {
  Single good;
  good.certificate = "officer-revoked";
  const auto newer = judge(Case{.answers = {make(Answer{.singles = {good}})},
                                .crls = current_crls(),
                                .leaf = "officer-revoked"});
  EXPECT_EQ(newer.state, State::kRevoked);
  EXPECT_EQ(newer.revocation.at(0).source, "crl");
  const auto older =
      judge(Case{.answers = {make(Answer{.singles = {revoked("2026-05-02T00:00:00Z")}})},
                 .crls = {crl("root"), crl("issuing-ca-later")}});
  EXPECT_EQ(older.state, State::kRevoked);
  EXPECT_EQ(older.revocation.at(0).source, "ocsp");
}

TEST(OcspAndLists, OnlyANewerStatementEndsASuspension) {
  Single good;
  good.certificate = "officer-on-hold";
  const auto judged = [&](const char* known_at) {
    good.this_update = known_at;
    return judge(Case{.answers = {make(Answer{.singles = {good}, .produced_at = known_at})},
                      .crls = current_crls(),  // of 15 May
                      .leaf = "officer-on-hold"})
        .state;
  };
  EXPECT_EQ(judged("2026-05-14T00:00:00Z"), State::kRevoked);
  EXPECT_EQ(judged("2026-05-15T00:00:00Z"), State::kRevoked);
  EXPECT_EQ(judged("2026-05-16T00:00:00Z"), State::kValid);
}

TEST(OcspAndLists, ANewerSuspensionEndsWhatAnOlderListSaid) {
  const auto hold = revoked("2026-05-20T00:00:00Z", OCSP_REVOKED_STATUS_CERTIFICATEHOLD);
  const auto result =
      judge(Case{.answers = {make(Answer{.singles = {hold}})}, .crls = current_crls()});
  EXPECT_EQ(result.state, State::kRevoked);
  EXPECT_EQ(result.revocation.at(0).reason, "certificateHold");
}

TEST(OcspAndLists, TheNewestStatementIsTheOneThatIsShown) {
  const auto newer = judge(Case{.answers = {make(Answer{})}, .crls = current_crls()});
  EXPECT_EQ(newer.revocation.at(0).source, "ocsp");
  const auto older =
      judge(Case{.answers = {make(Answer{})}, .crls = {crl("root"), crl("issuing-ca-later")}});
  EXPECT_EQ(older.revocation.at(0).source, "crl");
}

TEST(OcspAndLists, AStatementFromWithinValidityGoesBeforeOneMadeAfterExpiry) {
  Single within;
  within.certificate = "officer-expired";
  within.this_update = "2025-12-01T00:00:00Z";
  within.next_update = "2025-12-08T00:00:00Z";
  const auto answer = make(Answer{.singles = {within}, .produced_at = "2025-12-01T00:00:00Z"});
  const auto result = judge(Case{.answers = {answer},
                                 .crls = current_crls(),  // of May 2026
                                 .leaf = "officer-expired",
                                 .at = instant("2025-12-05T00:00:00Z")});
  EXPECT_EQ(result.state, State::kValid);
  EXPECT_EQ(result.revocation.at(0).source, "ocsp");
  const auto list =
      make(List{.this_update = "2025-12-01T00:00:00Z", .next_update = "2025-12-08T00:00:00Z"});
  auto crls = current_crls();
  crls.push_back(list);
  EXPECT_EQ(judge(Case{.answers = {},
                       .crls = crls,
                       .leaf = "officer-expired",
                       .at = instant("2025-12-05T00:00:00Z")})
                .state,
            State::kValid);
}

TEST(OcspBudget, ManyAnswersAndRespondersOfOneNameEndInUnknown) {
  std::vector<OcspResponse> answers{make(Answer{})};
  const auto bare = make_response({.flags = OCSP_NOCERTS});
  for (int i = 0; i < 300; ++i) {
    auto broken = bare;
    broken.back() ^= static_cast<std::uint8_t>(1 + i % 255);
    answers.insert(answers.begin(), OcspResponse::from_bytes(broken).value());
  }
  const auto result = judge(Case{.answers = answers, .candidates = {cert("ocsp")}});
  EXPECT_EQ(result.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(result.findings, Code::kCertPathBudget));
}

TEST(OcspBudget, CrossCertifiedAuthoritiesOfOneNameStayBounded) {
  const TrustStore trust{{anchor("root"), anchor("other-root")},
                         {cert("issuing-ca"), cert("issuing-ca-cross"), cert("issuing-ca-2")}};
  auto input = input_for("officer-p256", trust);
  input.crls = {crl("root")};
  input.ocsp = {make(Answer{}), make(Answer{.signer = "issuing-ca"})};
  EXPECT_EQ(build_path(input).state, State::kValid);
  // Only the other root's way is left, and nobody says whether the cross certificate is revoked.
  input.crls.clear();
  EXPECT_EQ(build_path(input).state, State::kRevocationUnknown);
}

}  // namespace
}  // namespace antin::certs
