#include "certs/certificate.h"

#include <gtest/gtest.h>

#include "certs/trust_store.h"
#include "tests/unit/certs/pki.h"

namespace antin::certs {
namespace {

TEST(Certificate, TellsVietnameseNamesAsUtf8) {
  const auto officer = cert("officer-rsa2048");
  EXPECT_EQ(officer.subject_common_name(), "Nguyễn Văn Ảnh");
  EXPECT_EQ(officer.subject_organization(), "Ủy ban nhân dân xã Quỳnh Diễn");
  EXPECT_EQ(officer.issuer_common_name(), "CA cấp chứng thư thử nghiệm");
  EXPECT_EQ(officer.issuer_organization(), "Cơ quan chứng thực thử nghiệm");
  EXPECT_NE(officer.subject_line().find("CN=Nguyễn Văn Ảnh"), std::string::npos);
  EXPECT_EQ(cert("agency").subject_organization(), "");
}

TEST(Certificate, TellsValiditySerialAndFingerprint) {
  const auto expired = cert("officer-expired");
  EXPECT_EQ(to_rfc3339(expired.not_before()), "2025-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(expired.not_after()), "2025-12-31T00:00:00Z");
  EXPECT_EQ(expired.serial_hex().substr(0, 2), "5a");
  EXPECT_EQ(expired.serial_hex().size(), 32U);
  EXPECT_EQ(expired.sha256().size(), 32U);
}

TEST(Certificate, TellsKeyKindAndStrength) {
  const auto rsa = cert("officer-rsa3072").public_key();
  EXPECT_EQ(rsa.kind, PublicKeyInfo::Kind::kRsa);
  EXPECT_EQ(rsa.bits, 3072U);
  const auto p256 = cert("officer-p256").public_key();
  EXPECT_EQ(p256.kind, PublicKeyInfo::Kind::kEc);
  EXPECT_EQ(p256.curve, "P-256");
  const auto p384 = cert("officer-p384").public_key();
  EXPECT_EQ(p384.curve, "P-384");
  EXPECT_EQ(p384.bits, 384U);
  EXPECT_EQ(cert("officer-sha1").signature_digest(), DigestAlgorithm::kSha1);
  EXPECT_EQ(cert("officer-p384").signature_digest(), DigestAlgorithm::kSha384);
}

TEST(Certificate, TellsRoles) {
  EXPECT_TRUE(cert("root").is_ca());
  EXPECT_TRUE(cert("root").self_signed());
  EXPECT_TRUE(cert("issuing-ca").is_ca());
  EXPECT_FALSE(cert("issuing-ca").self_issued());
  EXPECT_FALSE(cert("officer-p256").is_ca());
  EXPECT_TRUE(cert("officer-p256").may_sign());
  EXPECT_FALSE(cert("officer-encipher").may_sign());
  EXPECT_TRUE(cert("tsa").may_timestamp());
  EXPECT_FALSE(cert("tsa-lax").may_timestamp());
  EXPECT_FALSE(cert("officer-p256").may_timestamp());
}

TEST(Certificate, NamesWhereItsStatusIsPublished) {
  const auto officer = cert("officer-rsa2048");
  EXPECT_EQ(officer.crl_urls(),
            std::vector<std::string>{"http://pki.antin.invalid/crl/issuing-ca.crl"});
  EXPECT_EQ(officer.ocsp_urls(), std::vector<std::string>{"http://pki.antin.invalid/ocsp"});
  EXPECT_TRUE(officer.ca_issuer_urls().empty());
  EXPECT_TRUE(cert("officer-no-crl").crl_urls().empty());
}

TEST(Certificate, ASignatureDecidesWhoIssuedIt) {
  const auto officer = cert("officer-rsa2048");
  const auto fake = cert("fake-issuing-ca");
  EXPECT_EQ(fake.subject_line(), cert("issuing-ca").subject_line());
  for (int i = 0; i < 2; ++i) {  // the second answer comes from memory
    EXPECT_TRUE(officer.signature_verifies_with(cert("issuing-ca")));
    EXPECT_FALSE(officer.signature_verifies_with(fake));
  }
  EXPECT_FALSE(cert("root").signature_verifies_with(cert("fake-root")));
}

TEST(Certificate, RefusesOctetsAfterItAndDamage) {
  auto der = cert("officer-p256").der();
  EXPECT_TRUE(Certificate::from_der(der));
  der.push_back(0);
  EXPECT_EQ(Certificate::from_der(der).error().code, Code::kCertMalformed);
  der.resize(der.size() / 2);
  EXPECT_EQ(Certificate::from_der(der).error().code, Code::kCertMalformed);
  EXPECT_EQ(Certificate::from_der({}).error().code, Code::kCertMalformed);
}

TEST(Certificate, RefusesASecondEncodingOfTheSameCertificate) {
  const auto der = cert("officer-p256").der();
  ASSERT_EQ(der.at(1), 0x82);
  Bytes ber{0x30, 0x83, 0x00};  // a longer form of the same length (X.690 8.1.3.5)
  ber.insert(ber.end(), der.begin() + 2, der.end());
  EXPECT_EQ(Certificate::from_der(ber).error().code, Code::kCertMalformed);
}

TEST(CertificateFile, ReadsPemDerAndBundles) {
  const auto pem = read_file(pki_path("certs/root.crt"));
  EXPECT_EQ(Certificate::from_file_bytes(pem).value().size(), 1U);
  EXPECT_EQ(Certificate::from_file_bytes(cert("root").der()).value().size(), 1U);
  auto two = pem;
  const auto more = read_file(pki_path("certs/issuing-ca.crt"));
  two.insert(two.end(), more.begin(), more.end());
  EXPECT_EQ(Certificate::from_file_bytes(two).value().at(1), cert("issuing-ca"));
  const auto vectors = std::filesystem::path{ANTIN_SOURCE_DIR} / "tests/vectors/certificates";
  for (const auto* name : {"chain.p7b", "chain-pem.p7b"}) {
    const auto bundle = Certificate::from_file_bytes(read_file(vectors / name));
    ASSERT_TRUE(bundle) << name;
    EXPECT_EQ(bundle.value().size(), 2U) << name;
  }
}

TEST(CertificateFile, RefusesAFileWithoutCertificatesOrWithADamagedOne) {
  const auto key = read_file(pki_path("keys/officer-p256.key"));
  EXPECT_EQ(Certificate::from_file_bytes(key).error().code, Code::kCertMalformed);
  EXPECT_EQ(Certificate::from_file_bytes({}).error().code, Code::kCertMalformed);
  auto pem = read_file(pki_path("certs/root.crt"));
  pem.at(100) = '!';
  EXPECT_EQ(Certificate::from_file_bytes(pem).error().code, Code::kCertMalformed);
}

}  // namespace
}  // namespace antin::certs
