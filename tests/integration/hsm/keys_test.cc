#include <gtest/gtest.h>

#include "tests/integration/hsm/fixture.h"

namespace antin::hsm {
namespace {

class Keys : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(outcome(log_in(*keys_)), "ok"); }
  std::string found(const KeyQuery& query) {
    const auto key = find_one(*keys_, query);
    return key ? key.value().label : outcome(key);
  }

  Bytes certificate_of(const std::string& label) {
    const auto key = must(find_one(*keys_, labelled(label)));
    return key.certificate ? key.certificate->value() : Bytes{};
  }

  fakes::SoftHsmToken token_;
  std::unique_ptr<Pkcs11KeyHolder> keys_ = holder(options({fakes::SoftHsmToken::kModule}));
};

TEST_F(Keys, S09_AreFoundByUriFingerprintIdAndLabel) {
  EXPECT_EQ(found(labelled("rsa3072")), "rsa3072");
  EXPECT_EQ(found(by_uri("pkcs11:token=antin%20test;object=p384;type=private")), "p384");
  EXPECT_EQ(found(by_uri("pkcs11:id=%04")), "p256");
  EXPECT_EQ(found(by_uri("pkcs11:object=p256;type=cert")), "p256");
  EXPECT_EQ(found(by_uri("pkcs11:object=p256?module-name=softhsm2")), "p256");
  KeyQuery by_id;
  by_id.id = Bytes{0x01};
  EXPECT_EQ(found(by_id), "rsa2048");
  KeyQuery by_fingerprint;
  by_fingerprint.certificate_sha256 = ossl::sha256(certificate_of("rsa4096"));
  EXPECT_EQ(found(by_fingerprint), "rsa4096");
}

TEST_F(Keys, ThatAreNotThereAreNotFound) {
  EXPECT_EQ(found(labelled("nobody")), "token.key_not_found");
  EXPECT_EQ(found(by_uri("pkcs11:token=another;object=p256")), "token.key_not_found");
  EXPECT_EQ(found(by_uri("pkcs11:object=p256;type=public")), "token.key_not_found");
  EXPECT_EQ(found(by_uri("pkcs11:object=p256;x-vendor=1")), "token.key_not_found");
  EXPECT_EQ(found(by_uri("pkcs11:object=p256;slot-id=99999999")), "token.key_not_found");
  KeyQuery by_fingerprint;
  by_fingerprint.certificate_sha256 = Bytes(32, 0);
  EXPECT_EQ(found(by_fingerprint), "token.key_not_found");
  EXPECT_EQ(found(by_uri("pkcs11:object=p256?pin-value=87654321")), "token.uri_pin_refused");
}

TEST_F(Keys, WithTheSameLabelAreAmbiguousAndTheCandidatesAreListed) {
  token_.tool("--keypairgen --key-type EC:prime256v1 --label p256 --id 77");
  const auto key = find_one(*keys_, labelled("p256"));
  ASSERT_EQ(outcome(key), "token.key_ambiguous");
  const auto said = sentence(key.error().code, Language::kEnglish, key.error().params);
  EXPECT_NE(said.find("id=%04"), std::string::npos) << said;
  EXPECT_NE(said.find("id=%77"), std::string::npos) << said;
  EXPECT_EQ(outcome(keys_->sign("pkcs11:object=p256", kEcdsa256, attributes())),
            "token.key_ambiguous");
  // Each of the listed URIs names one of them.
  for (const auto& one : must(keys_->keys(labelled("p256")))) {
    EXPECT_EQ(found(by_uri(one.uri)), "p256");
    EXPECT_EQ(outcome(keys_->sign(one.uri, kEcdsa256, attributes())), "ok");
  }
}

TEST_F(Keys, ACertificateWithTheKeysIdButAnotherPublicKeyIsNotItsCertificate) {
  token_.tool("--keypairgen --key-type EC:prime256v1 --label fresh --id 02");
  const auto key = find_one(*keys_, labelled("fresh"));
  ASSERT_TRUE(key) << to_log_line(key.error());
  EXPECT_FALSE(key.value().certificate) << "id 02 is that of rsa3072's certificate";
  EXPECT_EQ(key.value().chain.size(), 6U);
}

TEST_F(Keys, MakeASignatureByAUriThatAPersonTypes) {
  EXPECT_EQ(outcome(keys_->sign("pkcs11:object=p256", kEcdsa256, attributes())), "ok");
  EXPECT_EQ(outcome(keys_->sign("pkcs11:object=nobody", kEcdsa256, attributes())),
            "token.key_not_found");
  EXPECT_EQ(outcome(keys_->sign("pkcs11:token=another;object=p256", kEcdsa256, attributes())),
            "token.removed");
  EXPECT_EQ(outcome(keys_->sign("p256", kEcdsa256, attributes())), "token.uri_invalid");
}

TEST_F(Keys, SignOnlyWithSchemesTheyOffer) {
  const auto uri = must(find_one(*keys_, labelled("p256"))).uri;
  EXPECT_EQ(outcome(keys_->sign(uri, kEcdsa256, attributes())), "ok");
  EXPECT_EQ(outcome(keys_->sign(uri, kRsa256, attributes())), "token.mechanism");
  EXPECT_EQ(outcome(keys_->sign(uri, {SignatureAlgorithm::kEcdsa, DigestAlgorithm::kSha384},
                                attributes())),
            "token.mechanism");
  EXPECT_EQ(
      outcome(keys_->sign(uri, {SignatureAlgorithm::kEcdsa, DigestAlgorithm::kSha1}, attributes())),
      "token.mechanism");
}

TEST_F(Keys, SignAttributesAndNothingElse) {
  const auto uri = must(find_one(*keys_, labelled("p256"))).uri;
  for (const auto& octets :
       {Bytes{}, Bytes(32, 0x11), to_bytes(std::string_view{"%PDF-1.7"}), certificate_of("p256")})
    EXPECT_EQ(outcome(keys_->sign(uri, kEcdsa256, ToBeSigned{octets})), "token.attributes_refused");
  EXPECT_EQ(outcome(keys_->sign(uri, kEcdsa256, ToBeSigned{Bytes(100'000, 0x31)})),
            "token.attributes_refused");
}

TEST_F(Keys, ThatWereDeletedAreNotFoundAndTheOthersStillSign) {
  const auto gone = must(find_one(*keys_, labelled("p256"))).uri;
  const auto stays = must(find_one(*keys_, labelled("p384")));
  ASSERT_EQ(outcome(keys_->sign(gone, kEcdsa256, attributes())), "ok");
  token_.tool("--delete-object --type privkey --id 04");
  EXPECT_EQ(outcome(keys_->sign(gone, kEcdsa256, attributes())), "token.key_not_found");
  EXPECT_EQ(outcome(keys_->sign(stays.uri, stays.schemes.front(), attributes())), "ok");
}

TEST_F(Keys, S11_OfATokenThatWasPulledSignAgainWhenItIsBack) {
  const auto uri = must(find_one(*keys_, labelled("p256"))).uri;
  ASSERT_EQ(outcome(keys_->sign(uri, kEcdsa256, attributes())), "ok");
  token_.pull_out();
  const auto pulled = keys_->sign(uri, kEcdsa256, attributes());
  EXPECT_TRUE(outcome(pulled) == "token.removed" || outcome(pulled) == "token.key_not_found" ||
              outcome(pulled) == "token.login_required")
      << outcome(pulled);
  token_.plug_in();
  auto back = outcome(keys_->sign(uri, kEcdsa256, attributes()));
  if (back == "token.login_required") {
    EXPECT_EQ(outcome(log_in(*keys_)), "ok");
    back = outcome(keys_->sign(uri, kEcdsa256, attributes()));
  }
  EXPECT_EQ(back, "ok");
}

}  // namespace
}  // namespace antin::hsm
