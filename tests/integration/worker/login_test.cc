// What a worker says of a sign-in with a certificate (docs/PROTOCOL.login.md), and what it cannot
// be asked.

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "hsm/signed_attributes.h"
#include "service/worker/worker.h"
#include "tests/fakes/soft_key_holder.h"
#include "tests/unit/verifier/sample.h"

namespace antin::service::worker {
namespace {

namespace sample = verifier::sample;

class Login : public ::testing::Test {
 protected:
  static Bytes certificate(const std::string& name) {
    return certs::Certificate::from_file_bytes(sample::file("certs/" + name + ".crt"))
        .value()
        .front()
        .der();
  }
  // What a program beside the token signs, and with which content type.
  static Bytes attributes(const std::string& origin, const std::string& signer,
                          hsm::SignedContent content = hsm::SignedContent::kLogin) {
    const auto text =
        "antin-login/1\n" + origin + "\n" + std::string(112, 'a') + "\n2026-06-01T00:00:00Z\n";
    return hsm::build_signed_attributes(
        {.message_digest = ossl::digest(DigestAlgorithm::kSha256, {as_bytes(text)}),
         .certificate_sha256 = ossl::sha256(certificate(signer)),
         .signing_time = std::nullopt,
         .content = content});
  }
  static Bytes signed_with(const std::string& name, SignatureScheme scheme, const Bytes& octets) {
    fakes::SoftKeyHolder holder;
    EXPECT_TRUE(holder.add(name, std::string(as_text(sample::file("keys/" + name + ".key")))));
    return holder.sign(name, scheme, ToBeSigned(octets)).value().value();
  }
  static cbor::Map question(const std::string& signer = "officer-rsa2048",
                            SignatureScheme scheme = {SignatureAlgorithm::kRsaPkcs1,
                                                      DigestAlgorithm::kSha256}) {
    const auto octets = attributes("https://antin.xa.example", signer);
    return {{"what", "signature"},           {"certificate", certificate(signer)},
            {"attributes", octets},          {"algorithm", name(scheme.algorithm)},
            {"digest", name(scheme.digest)}, {"signature", signed_with(signer, scheme, octets)}};
  }
  Status may_sign(const std::string& who, const std::string& at = "2026-06-01T00:00:00Z") const {
    return judge_login(
        cbor::Map{{"what", "certificate"},
                  {"certificate", certificate(who)},
                  {"chain", cbor::Array{certificate("issuing-ca")}},
                  {"now", sample::time(at).since_epoch().time_since_epoch().count()}},
        settings_, nullptr);
  }
  Code asked(cbor::Map body) const {
    const auto judged = judge_login(std::move(body), settings_, nullptr);
    return judged ? Code::kInternal : judged.error().code;
  }
  static Code code_of(const Status& status) {
    return status ? Code::kInternal : status.error().code;
  }
  static Settings settings() {
    Settings settings;
    settings.trust = sample::trust();
    settings.crls = sample::crls();
    return settings;
  }

  const Settings settings_ = settings();
};

TEST_F(Login, TakesTheSignatureOfTheCertificatesOwnKey) {
  EXPECT_TRUE(judge_login(question(), settings_, nullptr));
  EXPECT_TRUE(
      judge_login(question("officer-p256", {SignatureAlgorithm::kEcdsa, DigestAlgorithm::kSha256}),
                  settings_, nullptr));
  EXPECT_TRUE(judge_login(
      question("officer-rsa3072", {SignatureAlgorithm::kRsaPss, DigestAlgorithm::kSha384}),
      settings_, nullptr));
}

TEST_F(Login, RefusesASignatureOverAnythingElse) {
  // Another site's page, and a document's attributes: antind builds those of a login of its own.
  for (const auto& other :
       {attributes("https://evil.example", "officer-rsa2048"),
        attributes("https://antin.xa.example", "officer-rsa2048", hsm::SignedContent::kDocument)}) {
    auto body = question();
    body["signature"] = signed_with(
        "officer-rsa2048", {SignatureAlgorithm::kRsaPkcs1, DigestAlgorithm::kSha256}, other);
    EXPECT_EQ(asked(body), Code::kLoginSignature);
  }
  auto flipped = question();
  auto value = *flipped["signature"].bytes();
  value.back() ^= 1U;
  flipped["signature"] = value;
  EXPECT_EQ(asked(flipped), Code::kLoginSignature);
}

TEST_F(Login, RefusesAnotherKeyOrScheme) {
  // The right words, signed by somebody whose certificate is not the one that is shown.
  auto body = question();
  body["certificate"] = certificate("officer-rsa3072");
  EXPECT_EQ(asked(body), Code::kLoginSignature);
  body = question();
  body["certificate"] = certificate("fake-officer");
  EXPECT_EQ(asked(body), Code::kLoginSignature);
  body = question();
  body["algorithm"] = "RSASSA-PSS";
  EXPECT_EQ(asked(body), Code::kLoginSignature);
  body["algorithm"] = "ECDSA";
  EXPECT_EQ(asked(body), Code::kLoginSignature);
}

TEST_F(Login, S04RefusesWhoMayNotSignToday) {
  EXPECT_TRUE(may_sign("officer-rsa2048"));
  EXPECT_EQ(code_of(may_sign("officer-revoked")), Code::kCertificateRevoked);
  EXPECT_EQ(code_of(may_sign("officer-expired")), Code::kCertificateExpired);
  EXPECT_EQ(code_of(may_sign("officer-future")), Code::kCertificateNotYetValid);
  EXPECT_EQ(code_of(may_sign("officer-encipher")), Code::kCertificateUsage);
  EXPECT_EQ(code_of(may_sign("officer-weak")), Code::kCertificateWeakKey);
  EXPECT_EQ(code_of(may_sign("fake-officer")), Code::kCertificateUntrusted);
}

TEST_F(Login, S04ARevocationThatNobodyCanTellRefuses) {
  EXPECT_TRUE(may_sign("officer-no-crl"));  // names no list, but its issuer's is here
  Settings without = settings();
  without.crls.clear();
  const auto judged = judge_login(
      cbor::Map{
          {"what", "certificate"},
          {"certificate", certificate("officer-rsa2048")},
          {"chain", cbor::Array{certificate("issuing-ca")}},
          {"now", sample::time("2026-06-01T00:00:00Z").since_epoch().time_since_epoch().count()}},
      without, nullptr);
  EXPECT_EQ(code_of(judged), Code::kRevocationUnknown);
}

TEST_F(Login, NobodyIsTrustedWhereNoAnchorIs) {
  Settings nobody = settings();
  nobody.trust = {};
  const auto judged = judge_login(
      cbor::Map{
          {"what", "certificate"},
          {"certificate", certificate("officer-rsa2048")},
          {"chain", cbor::Array{certificate("root")}},
          {"now", sample::time("2026-06-01T00:00:00Z").since_epoch().time_since_epoch().count()}},
      nobody, nullptr);
  EXPECT_EQ(code_of(judged), Code::kCertificateUntrusted);
}

TEST_F(Login, TakesNoQuestionThatIsNone) {
  for (const auto* member :
       {"what", "certificate", "attributes", "algorithm", "digest", "signature"}) {
    auto body = question();
    body.erase(member);
    EXPECT_EQ(asked(body), Code::kIpcMalformed) << member;
  }
  auto body = question();
  body["what"] = "both";
  EXPECT_EQ(asked(body), Code::kIpcMalformed);
  body = question();
  body["digest"] = "SHA-1";
  EXPECT_EQ(asked(body), Code::kIpcMalformed);
  body = question();
  body["certificate"] = Bytes{0x30, 0x00};
  EXPECT_EQ(asked(body), Code::kCertMalformed);
}

}  // namespace
}  // namespace antin::service::worker
