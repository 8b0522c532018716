#include "hsm/pkcs11/mechanism.h"

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "hsm/pkcs11/cryptoki.h"
#include "hsm/pkcs11/public_key.h"

namespace antin::hsm {
namespace {

constexpr SignatureScheme kPkcs1{SignatureAlgorithm::kRsaPkcs1, DigestAlgorithm::kSha256};
constexpr SignatureScheme kPss{SignatureAlgorithm::kRsaPss, DigestAlgorithm::kSha384};
constexpr SignatureScheme kEcdsa{SignatureAlgorithm::kEcdsa, DigestAlgorithm::kSha256};

KeyTraits rsa(std::size_t bits, std::vector<CK_MECHANISM_TYPE> mechanisms) {
  KeyTraits key;
  key.type = CKK_RSA;
  key.bits = bits;
  key.mechanisms = std::move(mechanisms);
  return key;
}

KeyTraits ec(std::size_t bits, std::vector<CK_MECHANISM_TYPE> mechanisms) {
  auto key = rsa(bits, std::move(mechanisms));
  key.type = CKK_ECDSA;
  return key;
}

TEST(SigningCall, LetsTheTokenHashWhereItCan) {
  const Bytes attributes(100, 0x31);
  auto hashing =
      SigningCall::make(rsa(2048, {CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS}), kPkcs1, attributes);
  ASSERT_TRUE(hashing);
  EXPECT_EQ(hashing->mechanism().mechanism, static_cast<CK_MECHANISM_TYPE>(CKM_SHA256_RSA_PKCS));
  EXPECT_EQ(hashing->data(), attributes);
}

TEST(SigningCall, ElseHashesAndWrapsTheDigestInADigestInfo) {
  const Bytes attributes(100, 0x31);
  auto raw = SigningCall::make(rsa(2048, {CKM_RSA_PKCS}), kPkcs1, attributes);
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->mechanism().mechanism, static_cast<CK_MECHANISM_TYPE>(CKM_RSA_PKCS));
  EXPECT_EQ(to_hex(raw->data()),
            "3031300d060960864801650304020105000420" + to_hex(ossl::sha256(attributes)));
}

TEST(SigningCall, GivesPssTheDigestItsMaskAndASaltOfItsLength) {
  auto pss = SigningCall::make(rsa(3072, {CKM_RSA_PKCS_PSS}), kPss, Bytes(10, 1));
  ASSERT_TRUE(pss);
  EXPECT_EQ(pss->data().size(), 48U);
  const auto mechanism = pss->mechanism();
  ASSERT_EQ(mechanism.ulParameterLen, sizeof(CK_RSA_PKCS_PSS_PARAMS));
  const auto& params = *static_cast<const CK_RSA_PKCS_PSS_PARAMS*>(mechanism.pParameter);
  EXPECT_EQ(params.hash_alg, static_cast<CK_MECHANISM_TYPE>(CKM_SHA384));
  EXPECT_EQ(params.mgf, CKG_MGF1_SHA384);
  EXPECT_EQ(params.s_len, 48U);
}

TEST(Schemes, AreWhatKeyAndTokenCanBothDoBestFirst) {
  EXPECT_EQ(schemes_of(rsa(2048, {CKM_RSA_PKCS, CKM_RSA_PKCS_PSS})).size(), 6U);
  EXPECT_EQ(schemes_of(rsa(2048, {CKM_RSA_PKCS, CKM_RSA_PKCS_PSS})).front(), kPkcs1);
  EXPECT_EQ(schemes_of(rsa(2048, {CKM_SHA256_RSA_PKCS})), std::vector{kPkcs1});
  EXPECT_EQ(schemes_of(ec(256, {CKM_ECDSA})), std::vector{kEcdsa});
  EXPECT_EQ(schemes_of(ec(384, {CKM_ECDSA})).front().digest, DigestAlgorithm::kSha384);
}

TEST(Schemes, OfWeakKeysUnknownCurvesAndOtherKindsAreNone) {
  EXPECT_TRUE(schemes_of(rsa(1024, {CKM_RSA_PKCS})).empty());
  EXPECT_TRUE(schemes_of(ec(0, {CKM_ECDSA})).empty());
  EXPECT_TRUE(schemes_of(ec(256, {CKM_RSA_PKCS})).empty());
  EXPECT_TRUE(schemes_of(rsa(2048, {CKM_ECDSA})).empty());
  auto dsa = rsa(2048, {CKM_RSA_PKCS});
  dsa.type = CKK_DSA;
  EXPECT_TRUE(schemes_of(dsa).empty());
}

TEST(EcdsaToDer, WritesMinimalPositiveIntegers) {
  Bytes raw(64, 0);
  raw[31] = 0x7F;
  raw[32] = 0x80;
  EXPECT_EQ(to_hex(ecdsa_to_der(raw).value_or(Bytes{})),
            "3026"
            "02017f"
            "022100"
            "80" +
                std::string(62, '0'));
  Bytes wide(132, 0xFF);
  const auto der = ecdsa_to_der(wide);
  ASSERT_TRUE(der);
  EXPECT_EQ((*der)[1], 0x81) << "P-521 needs a long length";
}

TEST(EcdsaToDer, RefusesWhatIsNoPairOfNumbers) {
  EXPECT_FALSE(ecdsa_to_der({}));
  EXPECT_FALSE(ecdsa_to_der(Bytes(63, 1)));
  EXPECT_FALSE(ecdsa_to_der(Bytes(134, 1)));
}

TEST(Ckr, HasANameAndANumber) {
  EXPECT_EQ(ckr_text(0x30), "CKR_DEVICE_ERROR (0x30)");
  EXPECT_EQ(ckr_text(0x80000001), "CKR (0x80000001)");
  EXPECT_EQ(ckr_text(0), "CKR (0x0)");
}

TEST(Ckr, OfAPinIsNeverTriedAgain) {
  for (const CK_RV rv :
       {CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_PIN_EXPIRED, CKR_PIN_LEN_RANGE, CKR_PIN_INVALID}) {
    EXPECT_FALSE(fresh_session_may_help(rv));
    EXPECT_EQ(failure_of(rv, "", "").cure, wire::Cure::kNone);
  }
}

TEST(Text, OfATokenIsUtf8WithoutItsPadding) {
  const unsigned char field[8] = {'V', 0xC4, 0x83, 'n', ' ', ' ', ' ', ' '};  // NOLINT
  EXPECT_EQ(padded_text(field), "Văn");
  EXPECT_EQ(valid_utf8("a\xFF"
                       "b\xC3"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "a surrogate";
  EXPECT_EQ(valid_utf8("Cục Chứng thực số 𝔘"), "Cục Chứng thực số 𝔘");
}

TEST(PublicKeys, PointsLoseTheirOctetString) {
  Bytes point(65, 0x11);
  point[0] = 0x04;
  auto wrapped = point;
  wrapped.insert(wrapped.begin(), {0x04, 65});
  EXPECT_EQ(bare_point(wrapped), point);
  EXPECT_EQ(bare_point(point), point);
  EXPECT_EQ(bit_length(Bytes{0, 0, 0x01, 0}), 9U);
  EXPECT_EQ(bit_length({}), 0U);
}

}  // namespace
}  // namespace antin::hsm
