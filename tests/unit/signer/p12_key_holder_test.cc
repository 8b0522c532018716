#include "signer/p12_key_holder.h"

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "signer/cms.h"
#include "tests/unit/signer/pki.h"

namespace antin::signer {
namespace {

Result<std::unique_ptr<P12KeyHolder>> open_with(const std::string& password) {
  const auto file = read_text(pki_path("p12/officer-rsa2048.p12"));
  return P12KeyHolder::open(as_bytes(file), "officer.p12", Secret(to_bytes(password)));
}

TEST(Pkcs12Key, SignsWhatItsCertificateVerifies) {
  const auto opened = open_with("antin-test");
  ASSERT_TRUE(opened) << to_log_line(opened.error());
  auto& holder = *opened.value();
  const auto key = hsm::find_one(holder, {}).value();
  const auto signer = certs::Certificate::from_der(key.certificate->value()).value();
  EXPECT_EQ(signer, pki_certificate("officer-rsa2048"));
  for (const auto scheme : key.schemes) {
    const auto attributes =
        signed_attributes(signer, scheme.digest, ossl::digest(scheme.digest, {as_bytes("x")}),
                          std::nullopt)
            .value();
    const auto value = holder.sign(key.uri, scheme, attributes);
    ASSERT_TRUE(value);
    EXPECT_TRUE(assemble_cms(signer, {}, scheme, attributes, value.value()));
  }
  EXPECT_FALSE(holder.sign("pkcs12:another", key.schemes.front(), ToBeSigned{Bytes{0x31, 0}}));
}

TEST(Pkcs12Key, IsFoundByFingerprintOnly) {
  const auto opened = open_with("antin-test");
  ASSERT_TRUE(opened);
  auto& holder = *opened.value();
  hsm::KeyQuery query;
  query.certificate_sha256 = pki_certificate("officer-rsa2048").sha256();
  EXPECT_EQ(holder.keys(query).value().size(), 1U);
  query.certificate_sha256 = pki_certificate("agency").sha256();
  EXPECT_TRUE(holder.keys(query).value().empty());
}

TEST(Pkcs12Key, WithAWrongPasswordOrADamagedFileIsUnusable) {
  const auto refused = open_with("wrong");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kKeyFileUnusable);
  const auto garbage = P12KeyHolder::open(as_bytes("PKCS12"), "x.p12", Secret{});
  ASSERT_FALSE(garbage);
  EXPECT_EQ(garbage.error().code, Code::kKeyFileUnusable);
}

}  // namespace
}  // namespace antin::signer
