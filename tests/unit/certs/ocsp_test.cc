#include "certs/ocsp.h"

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include "tests/servers/responder.h"
#include "tests/unit/certs/make_ocsp.h"

namespace antin::certs {
namespace {

Code refusal(ByteView octets) {
  const auto read = OcspResponse::from_bytes(octets);
  EXPECT_FALSE(read);
  return read ? Code::kInternal : read.error().code;
}

TEST(OcspResponse, TellsWhatItSays) {
  const auto answer = make(Answer{.nonce = Bytes{1, 2, 3}});
  const auto leaf = cert("officer-p256");
  const auto issuer = cert("issuing-ca");
  EXPECT_EQ(to_rfc3339(answer.produced_at()), "2026-05-31T23:00:00Z");
  EXPECT_EQ(answer.responder_line(), cert("ocsp").subject_line());
  EXPECT_EQ(answer.certificates(), std::vector{cert("ocsp")});
  EXPECT_EQ(answer.nonce(), (Bytes{1, 2, 3}));
  EXPECT_EQ(answer.this_update(leaf, issuer), instant("2026-05-31T23:00:00Z"));
  EXPECT_EQ(answer.next_update(leaf, issuer), instant("2026-06-01T23:00:00Z"));
  EXPECT_EQ(answer.signature_digest(), DigestAlgorithm::kSha256);
  EXPECT_TRUE(answer.signature_verifies_with(cert("ocsp")));
  EXPECT_FALSE(answer.signature_verifies_with(issuer));
  EXPECT_EQ(OcspResponse::from_bytes(answer.der()).value().sha256(), answer.sha256());
  EXPECT_EQ(make(Answer{.flags = OCSP_RESPID_KEY}).responder_line().size(), 40U);
}

TEST(OcspResponse, TellsTheDigestOfAPssSignature) {
  const auto basic = make_basic({});
  const auto key = private_key("ocsp");
  const ossl::DigestContextPtr context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* parameters = nullptr;
  EVP_DigestSignInit(context.get(), &parameters, EVP_sha384(), nullptr, key.get());
  EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
  ASSERT_EQ(
      OCSP_basic_sign_ctx(basic.get(), cert("ocsp").x509(), context.get(), nullptr, OCSP_NOTIME),
      1);
  const auto answer = OcspResponse::from_bytes(to_der(basic.get(), i2d_OCSP_BASICRESP)).value();
  EXPECT_EQ(answer.signature_digest(), DigestAlgorithm::kSha384);
  EXPECT_TRUE(answer.signature_verifies_with(cert("ocsp")));
}

TEST(OcspResponse, ABareAnswerIsWrapped) {
  const auto basic = make_basic({});
  const auto bare = OcspResponse::from_bytes(to_der(basic.get(), i2d_OCSP_BASICRESP)).value();
  const ossl::OcspResponsePtr whole{
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get())};
  EXPECT_EQ(bare.der(), to_der(whole.get(), i2d_OCSP_RESPONSE));
}

TEST(OcspResponse, SpeaksOfOneCertificateOfOneIssuerWithAnyDigest) {
  for (const auto* digest : {EVP_sha1(), EVP_sha256(), EVP_sha512(), EVP_md5()}) {
    Answer what;
    what.singles.front().digest = digest;
    const auto answer = make(what);
    EXPECT_TRUE(answer.speaks_of(cert("officer-p256"), cert("issuing-ca")));
    // Another serial number; another key under the issuer's name.
    EXPECT_FALSE(answer.speaks_of(cert("officer-p384"), cert("issuing-ca")));
    EXPECT_FALSE(answer.speaks_of(cert("officer-p256"), cert("issuing-ca-2")));
    EXPECT_FALSE(answer.speaks_of(cert("officer-p256"), cert("root")));
    EXPECT_TRUE(answer.speaks_of(cert("officer-p256"), cert("issuing-ca-cross")));
    EXPECT_FALSE(answer.next_update(cert("officer-p384"), cert("issuing-ca")));
  }
}

TEST(OcspResponse, RefusesDamageAndWhatIsNoAnswer) {
  const auto good = make_response({});
  EXPECT_EQ(refusal({}), Code::kOcspMalformed);
  EXPECT_EQ(refusal(ByteView{good}.first(good.size() - 1)), Code::kOcspMalformed);
  EXPECT_EQ(refusal(cert("root").der()), Code::kOcspMalformed);
  EXPECT_EQ(refusal(crl("root").der()), Code::kOcspMalformed);
}

TEST(OcspResponse, RefusesOctetsAfterTheAnswer) {
  auto whole = make_response({});
  whole.push_back(0);
  EXPECT_EQ(refusal(whole), Code::kOcspMalformed);
  auto bare = to_der(make_basic({}).get(), i2d_OCSP_BASICRESP);
  bare.push_back(0);
  EXPECT_EQ(refusal(bare), Code::kOcspMalformed);
}

TEST(OcspResponse, RefusesWhatIsTooLarge) {
  EXPECT_EQ(refusal(Bytes((std::size_t{1} << 20U) + 1, 0x30)), Code::kOcspMalformed);
  Answer what;
  what.singles.assign(256, Single{});
  EXPECT_TRUE(OcspResponse::from_bytes(make_response(what)));
  what.singles.emplace_back();
  EXPECT_EQ(refusal(make_response(what)), Code::kOcspMalformed);
  what.singles.assign(1, Single{});
  what.extra.assign(63, "officer-p256");
  EXPECT_TRUE(OcspResponse::from_bytes(make_response(what)));
  what.extra.emplace_back("officer-p256");
  EXPECT_EQ(refusal(make_response(what)), Code::kOcspMalformed);
}

TEST(OcspResponse, ARefusalOfTheServerIsNoAnswer) {
  for (const int status : {OCSP_RESPONSE_STATUS_TRYLATER, OCSP_RESPONSE_STATUS_UNAUTHORIZED,
                           OCSP_RESPONSE_STATUS_INTERNALERROR}) {
    const ossl::OcspResponsePtr response{OCSP_response_create(status, nullptr)};
    const auto read = OcspResponse::from_bytes(to_der(response.get(), i2d_OCSP_RESPONSE));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Code::kOcspRefused);
    EXPECT_EQ(read.error().params.at(0).second, std::to_string(status));
  }
}

TEST(OcspRequest, IsAnsweredByAnIndependentResponder) {
  const auto responder = testpki::Responder::open(pki_path("")).value();
  const auto leaf = cert("officer-p256");
  const auto issuer = cert("issuing-ca");
  const Bytes nonce(32, 7);
  const auto request = make_ocsp_request(leaf, issuer, nonce).value();
  using testpki::Fault;
  const auto answer = [&](Fault fault) {
    return responder.ocsp(request, test_now(), fault).value();
  };
  const auto good = read_ocsp_answer(answer(Fault::kNone), leaf, issuer, nonce);
  ASSERT_TRUE(good);
  EXPECT_EQ(good.value().nonce(), nonce);
  EXPECT_EQ(read_ocsp_answer(answer(Fault::kWrongNonce), leaf, issuer, nonce).error().code,
            Code::kOcspMismatch);
  EXPECT_EQ(read_ocsp_answer(answer(Fault::kOtherSerial), leaf, issuer, nonce).error().code,
            Code::kOcspMismatch);
  EXPECT_EQ(
      read_ocsp_answer(answer(Fault::kNone), cert("officer-p384"), issuer, nonce).error().code,
      Code::kOcspMismatch);
  EXPECT_EQ(read_ocsp_answer(answer(Fault::kRefused), leaf, issuer, nonce).error().code,
            Code::kOcspRefused);
  EXPECT_TRUE(read_ocsp_answer(answer(Fault::kNoNonce), leaf, issuer, nonce));
}

TEST(OcspRequest, NonceHasOneTo32OctetsOrIsLeftOut) {
  const auto leaf = cert("officer-p256");
  const auto issuer = cert("issuing-ca");
  EXPECT_TRUE(make_ocsp_request(leaf, issuer, Bytes(32, 1)));
  EXPECT_FALSE(make_ocsp_request(leaf, issuer, Bytes(33, 1)));
  EXPECT_LT(make_ocsp_request(leaf, issuer, {}).value().size(),
            make_ocsp_request(leaf, issuer, Bytes(1, 1)).value().size());
}

TEST(EvidenceUrls, AreTheHttpOnesOfTheCertificate) {
  const auto leaf = cert("officer-p256");
  EXPECT_EQ(ocsp_urls(leaf), leaf.ocsp_urls());
  ASSERT_EQ(crl_urls(leaf).size(), 1U);
  EXPECT_TRUE(crl_urls(leaf).front().starts_with("http://pki.antin.invalid/"));
  EXPECT_TRUE(ocsp_urls(cert("officer-no-crl")).empty());
  EXPECT_TRUE(delta_crl_urls(leaf).empty());
}

TEST(EvidenceUrls, LeaveOutOtherSchemesAndWhatIsTooMany) {
  const auto key = private_key("issuing-ca");
  const ossl::X509Ptr made{X509_new()};
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_set1_notBefore(made.get(), asn_time("2025-01-01T00:00:00Z").get());
  X509_set1_notAfter(made.get(), asn_time("2034-01-01T00:00:00Z").get());
  X509_set_pubkey(made.get(), key.get());
  std::string points = "URI:ldap://a/b,URI:HTTP://a/0.crl";
  for (int i = 1; i < 20; ++i) points += ",URI:http://a/" + std::to_string(i) + ".crl";
  add_extension(made.get(), NID_crl_distribution_points, points.c_str());
  add_extension(made.get(), NID_freshest_crl, "URI:https://a/delta.crl");
  add_extension(made.get(), NID_info_access,
                "OCSP;URI:file:///etc/passwd,OCSP;URI:http://o/,caIssuers;URI:http://i/");
  X509_sign(made.get(), key.get(), EVP_sha256());
  const auto made_certificate = Certificate::from_der(to_der(made.get(), i2d_X509)).value();
  const auto lists = crl_urls(made_certificate);
  ASSERT_EQ(lists.size(), 8U);
  EXPECT_EQ(lists.front(), "HTTP://a/0.crl");
  EXPECT_EQ(delta_crl_urls(made_certificate), std::vector<std::string>{"https://a/delta.crl"});
  EXPECT_EQ(ocsp_urls(made_certificate), std::vector<std::string>{"http://o/"});
  EXPECT_EQ(issuer_urls(made_certificate), std::vector<std::string>{"http://i/"});
}

TEST(Crl, TellsTheDigestOfItsSignature) {
  EXPECT_EQ(crl("issuing-ca").signature_digest(), DigestAlgorithm::kSha256);
}

}  // namespace
}  // namespace antin::certs
