#include "verifier/verify.h"

#include "tests/unit/verifier/judged.h"

namespace antin::verifier {
namespace {

// ---- accepted kinds, each with a damaged twin ----

struct Kind {
  const char* story;
  Signing signing;
  const char* level;
  const char* algorithm;
};

class AcceptedKinds : public testing::TestWithParam<Kind> {};

TEST_P(AcceptedKinds, V08_AreValidWithTrustAndRevocationData) {
  const auto report = judged(Document{}.sign(GetParam().signing));
  EXPECT_EQ(report.verdict, Verdict::kValid) << codes(report);
  ASSERT_EQ(report.signatures.size(), 1U);
  const auto& signature = report.signatures[0];
  EXPECT_EQ(signature.indication, Indication::kTotalPassed);
  EXPECT_EQ(signature.integrity, Integrity::kIntact);
  EXPECT_EQ(signature.coverage, Coverage::kWholeFile);
  EXPECT_EQ(signature.level, GetParam().level);
  EXPECT_EQ(signature.algorithm.signature, GetParam().algorithm);
  EXPECT_EQ(report.message, Code::kVerdictValid);
}

TEST_P(AcceptedKinds, AreBrokenByOneChangedBit) {
  const auto report = judged(Document{}.sign(GetParam().signing).damage("100 100 l"));
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  ASSERT_EQ(report.signatures.size(), 1U);
  EXPECT_EQ(report.signatures[0].integrity, Integrity::kBroken);
  EXPECT_EQ(report.signatures[0].indication, Indication::kTotalFailed);
}

INSTANTIATE_TEST_SUITE_P(
    Iso32000_12_8_3, AcceptedKinds,
    testing::Values(
        Kind{"Rsa2048", {}, "B-B", "RSASSA-PKCS1-v1_5"},
        Kind{"Rsa3072Sha384", with([](Signing& s) {
               s.signer = "officer-rsa3072";
               s.digest = DigestAlgorithm::kSha384;
             }),
             "B-B", "RSASSA-PKCS1-v1_5"},
        Kind{"Pss", with([](Signing& s) { s.padding = Signing::Padding::kPss; }), "B-B",
             "RSASSA-PSS"},
        Kind{"PssSha512", with([](Signing& s) {
               s.padding = Signing::Padding::kPss;
               s.digest = DigestAlgorithm::kSha512;
             }),
             "B-B", "RSASSA-PSS"},
        Kind{"P256", with([](Signing& s) { s.signer = "officer-p256"; }), "B-B", "ECDSA"},
        Kind{"P384Sha384", with([](Signing& s) {
               s.signer = "officer-p384";
               s.digest = DigestAlgorithm::kSha384;
             }),
             "B-B", "ECDSA"},
        Kind{"AgencySeal", with([](Signing& s) { s.signer = "agency"; }), "B-B",
             "RSASSA-PKCS1-v1_5"},
        Kind{"OldDetached", with([](Signing& s) {
               s.sub_filter = "adbe.pkcs7.detached";
               s.attributes = Signing::Attributes::kPlain;
             }),
             "CMS", "RSASSA-PKCS1-v1_5"},
        Kind{"OldDetachedWithoutAttributes", with([](Signing& s) {
               s.sub_filter = "adbe.pkcs7.detached";
               s.attributes = Signing::Attributes::kNone;
             }),
             "CMS", "RSASSA-PKCS1-v1_5"},
        Kind{"IndefiniteLengths",
             with([](Signing& s) { s.lengths = Signing::Lengths::kIndefinite; }), "B-B",
             "RSASSA-PKCS1-v1_5"},
        Kind{"BareRsaSha256", with([](Signing& s) { s.sub_filter = "adbe.x509.rsa_sha1"; }), "CMS",
             "RSASSA-PKCS1-v1_5"}),
    [](const auto& kind) { return std::string{kind.param.story}; });

// ---- one reason each ----

struct Reason {
  const char* story;
  std::function<Document()> document;
  std::function<void(Input&)> change;
  Verdict verdict;
  const char* sub_indication;
  Code message;
};

class Reasons : public testing::TestWithParam<Reason> {};

TEST_P(Reasons, DecideVerdictSubIndicationAndMessage) {
  const auto report = judged(GetParam().document(), GetParam().change);
  EXPECT_EQ(report.verdict, GetParam().verdict) << codes(report);
  ASSERT_FALSE(report.signatures.empty());
  EXPECT_EQ(sub(report.signatures[0]), GetParam().sub_indication) << codes(report);
  EXPECT_EQ(report.message, GetParam().message) << info(report.message).name;
}

Document of_expired_ca(const std::optional<std::string>& timestamp) {
  return signed_as([&](Signing& s) {
    s.signer = "officer-of-expired-ca";
    s.authority = "expired-ca";
    if (timestamp) s.timestamp = time(*timestamp);
  });
}
void add_expired_crl(Input& input) {
  input.crls.push_back(certs::Crl::from_bytes(sample::file("crl/expired-ca.crl")).value());
}
// The authority itself as anchor: no CRL of the root from before its expiry exists in tests/pki.
void trust_expired_ca(Input& input) {
  add_expired_crl(input);
  static const auto kTrust = [] {
    certs::TrustStore store;
    store.anchors.push_back(
        {.certificate = certs::Certificate::from_file_bytes(sample::file("certs/expired-ca.crt"))
                            .value()
                            .at(0),
         .purposes = {certs::Purpose::kSign},
         .trusted_from = {},
         .trusted_until = {}});
    auto others = sample::trust();
    store.anchors.push_back(others.anchors.at(0));
    store.intermediates = others.intermediates;
    return store;
  }();
  input.trust = &kTrust;
}
void no_trust(Input& input) {
  static const certs::TrustStore kNone;
  input.trust = &kNone;
}

INSTANTIATE_TEST_SUITE_P(
    Trust, Reasons,
    testing::Values(Reason{"NoAnchorAtAll", [] { return Document{}.sign({}); }, no_trust,
                           Verdict::kInsufficient, "NO_CERTIFICATE_CHAIN_FOUND",
                           Code::kSigNoTrustedChain},
                    Reason{"NoAnchorButTampered",
                           [] { return Document{}.sign({}).damage("100 100 l"); }, no_trust,
                           Verdict::kInvalid, "HASH_FAILURE", Code::kSigDigestMismatch},
                    Reason{"NoRevocationData", [] { return Document{}.sign({}); },
                           [](Input& input) { input.crls.clear(); }, Verdict::kInsufficient,
                           "TRY_LATER", Code::kSigRevocationUnknown},
                    Reason{"SameNamesOtherKeys",
                           [] { return signed_by("fake-officer"); },
                           {},
                           Verdict::kInsufficient,
                           "NO_CERTIFICATE_CHAIN_FOUND",
                           Code::kSigNoTrustedChain},
                    Reason{"KeyUsageForbids",
                           [] { return signed_by("officer-encipher"); },
                           {},
                           Verdict::kInsufficient,
                           "CHAIN_CONSTRAINTS_FAILURE",
                           Code::kCertUsage},
                    Reason{"RevokedWithoutTimestamp",
                           [] { return signed_by("officer-revoked"); },
                           {},
                           Verdict::kInvalid,
                           "REVOKED_NO_POE",
                           Code::kSigRevoked},
                    Reason{"TimestampAfterRevocation",
                           [] { return signed_by("officer-revoked", "2026-04-01T00:00:00Z"); },
                           {},
                           Verdict::kInvalid,
                           "REVOKED_NO_POE",
                           Code::kSigRevoked},
                    Reason{"TimestampBeforeRevocation",
                           [] { return signed_by("officer-revoked", "2026-02-01T00:00:00Z"); },
                           {},
                           Verdict::kValid,
                           "",
                           Code::kVerdictValid},
                    Reason{"ExpiredWithoutTimestamp",
                           [] { return signed_by("officer-expired"); },
                           {},
                           Verdict::kInsufficient,
                           "OUT_OF_BOUNDS_NO_POE",
                           Code::kSigExpiredNoPoe},
                    Reason{"ExpiredWithTimestampAndOnlyALaterCrl",
                           [] { return signed_by("officer-expired", "2025-10-01T00:00:00Z"); },
                           {},
                           Verdict::kInsufficient,
                           "OUT_OF_BOUNDS_NO_POE",
                           Code::kCertExpired},
                    Reason{"ExpiredWithTimestampAndCrlOfItsTime",
                           [] { return of_expired_ca("2025-12-20T00:00:00Z"); }, trust_expired_ca,
                           Verdict::kValid, "", Code::kVerdictValid},
                    Reason{"ExpiredAuthorityWithoutTimestamp",
                           [] { return of_expired_ca(std::nullopt); }, add_expired_crl,
                           Verdict::kInsufficient, "OUT_OF_BOUNDS_NO_POE", Code::kCertCaExpired},
                    Reason{"TimestampAfterExpiry",
                           [] { return signed_by("officer-expired", "2026-02-01T00:00:00Z"); },
                           {},
                           Verdict::kInsufficient,
                           "OUT_OF_BOUNDS_NO_POE",
                           Code::kSigExpiredNoPoe},
                    Reason{"NotYetValid",
                           [] { return signed_by("officer-future"); },
                           {},
                           Verdict::kInsufficient,
                           "OUT_OF_BOUNDS_NO_POE",
                           Code::kSigNotYetValidNoPoe},
                    Reason{"ProvenBeforeItsCertificate",
                           [] { return signed_by("officer-future", "2026-02-01T00:00:00Z"); },
                           {},
                           Verdict::kInvalid,
                           "NOT_YET_VALID",
                           Code::kSigNotYetValid}),
    [](const auto& reason) { return std::string{reason.param.story}; });

INSTANTIATE_TEST_SUITE_P(
    Algorithms, Reasons,
    testing::Values(
        Reason{"Rsa1024",
               [] { return signed_by("officer-weak"); },
               {},
               Verdict::kInvalid,
               "CRYPTO_CONSTRAINTS_FAILURE",
               Code::kSigAlgorithmWeak},
        Reason{"Sha1Digest",
               [] { return signed_as([](Signing& s) { s.digest = DigestAlgorithm::kSha1; }); },
               {},
               Verdict::kInvalid,
               "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
               Code::kSigAlgorithmWeakNoPoe},
        Reason{"Sha1CertificateSignature",
               [] { return signed_by("officer-sha1"); },
               {},
               Verdict::kInvalid,
               "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
               Code::kSigAlgorithmWeakNoPoe},
        Reason{"OldSha1Container",
               [] { return signed_as([](Signing& s) { s.sub_filter = "adbe.pkcs7.sha1"; }); },
               {},
               Verdict::kInvalid,
               "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
               Code::kSigAlgorithmWeakNoPoe}),
    [](const auto& reason) { return std::string{reason.param.story}; });

INSTANTIATE_TEST_SUITE_P(
    Format, Reasons,
    testing::Values(
        Reason{"OctetsAfterTheCms",
               [] { return signed_as([](Signing& s) {
                      s.after_cms = {0, 0, 7};
                    }); },
               {},
               Verdict::kInvalid,
               "FORMAT_FAILURE",
               Code::kSigTrailingOctets},
        Reason{"ContentInsideADetachedSignature",
               [] { return signed_as([](Signing& s) { s.content = Signing::Content::kInside; }); },
               {},
               Verdict::kInvalid,
               "FORMAT_FAILURE",
               Code::kSigEncapsulatedContent},
        Reason{"AnotherCertificateOfTheSameName",
               [] { return signed_as([](Signing& s) { s.other_certificate = "fake-officer"; }); },
               {},
               Verdict::kInvalid,
               "SIG_CRYPTO_FAILURE",
               Code::kSigValueWrong},
        Reason{"NoCertificateOfTheSigner",
               [] { return signed_as([](Signing& s) { s.other_certificate = "root"; }); },
               {},
               Verdict::kInsufficient,
               "NO_SIGNING_CERTIFICATE_FOUND",
               Code::kSigSignerNotFound},
        Reason{"UnknownSubFilter",
               [] { return signed_as([](Signing& s) { s.sub_filter = "acme.secret"; }); },
               {},
               Verdict::kInvalid,
               "FORMAT_FAILURE",
               Code::kSigSubFilterUnknown},
        Reason{
            "AttributesAbsentInCades",
            [] { return signed_as([](Signing& s) { s.attributes = Signing::Attributes::kNone; }); },
            {},
            Verdict::kInvalid,
            "FORMAT_FAILURE",
            Code::kSigAttributeInvalid}),
    [](const auto& reason) { return std::string{reason.param.story}; });

// ---- the rest ----

TEST(Verify, ADocumentWithoutSignatureHasNone) {
  const auto report = judged(Document{});
  EXPECT_EQ(report.verdict, Verdict::kNoSignature);
  EXPECT_EQ(report.message, Code::kVerdictNoSignature);
  EXPECT_EQ(report.pages, 1U);
}

TEST(Verify, WhatIsNoPdfCannotBeJudged) {
  certs::TrustStore none;
  Input input = sample::input(Document{}, none);
  input.document = SharedBytes{to_bytes(std::string_view{"hello"})};
  const auto report = verify(input);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kPdfNotPdf);
}

}  // namespace
}  // namespace antin::verifier
