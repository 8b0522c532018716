#include "signer/cms.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <openssl/cms.h>
#include <openssl/ess.h>

#include "certs/core/der.h"
#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"
#include "tests/fakes/soft_key_holder.h"
#include "tests/unit/signer/pki.h"

namespace antin::signer {
namespace {

const std::string kDocument = "Điều 1. Chứng thực bản sao điện tử từ bản chính.";

struct Signed {
  ToBeSigned attributes{Bytes{}};
  Bytes cms;
};

class SignedCms : public ::testing::Test {
 protected:
  Result<Signed> make(const std::string& who, SignatureScheme scheme,
                      const std::string& document = kDocument) {
    EXPECT_TRUE(holder_.add(who, pki_key(who)));
    const auto signer = pki_certificate(who);
    const auto digest = ossl::digest(scheme.digest, {as_bytes(document)});
    ANTIN_TRY(auto attributes, signed_attributes(signer, scheme.digest, digest, std::nullopt));
    ANTIN_TRY(const auto value, holder_.sign(who, scheme, attributes));
    ANTIN_TRY(auto cms, assemble_cms(signer, {issuer_}, scheme, attributes, value));
    return Signed{.attributes = attributes, .cms = std::move(cms)};
  }

  // The three questions of the spike, answered by OpenSSL: integrity, then who the signer is.
  static bool openssl_accepts(const Bytes& cms, const std::string& document,
                              const certs::Certificate& signer) {
    const ossl::ErrorMark mark;
    const auto* at = cms.data();
    const ossl::CmsPtr parsed{d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(cms.size()))};
    if (!parsed || at != cms.data() + cms.size()) return false;
    const ossl::BioPtr content{BIO_new_mem_buf(document.data(), static_cast<int>(document.size()))};
    if (CMS_verify(parsed.get(), nullptr, nullptr, content.get(), nullptr,
                   CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) != 1)
      return false;
    STACK_OF(CMS_SignerInfo)* infos = CMS_get0_SignerInfos(parsed.get());
    auto* info = sk_CMS_SignerInfo_value(infos, 0);
    const auto* ess = static_cast<const ASN1_STRING*>(CMS_signed_get0_data_by_OBJ(
        info, OBJ_nid2obj(NID_id_smime_aa_signingCertificateV2), -3, V_ASN1_SEQUENCE));
    if (ess == nullptr) return false;
    const auto* ess_at = ASN1_STRING_get0_data(ess);
    const ossl::Handle<ESS_SIGNING_CERT_V2, &ESS_SIGNING_CERT_V2_free> ess_v2{
        d2i_ESS_SIGNING_CERT_V2(nullptr, &ess_at, ASN1_STRING_length(ess))};
    struct BorrowingStack {
      void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
    };
    const std::unique_ptr<STACK_OF(X509), BorrowingStack> chain{sk_X509_new_null()};
    sk_X509_push(chain.get(), signer.x509());
    return ess_v2 && OSSL_ESS_check_signing_certs(nullptr, ess_v2.get(), chain.get(), 1) == 1;
  }

  fakes::SoftKeyHolder holder_;
  certs::Certificate issuer_ = pki_certificate("issuing-ca");
};

using enum SignatureAlgorithm;
using enum DigestAlgorithm;

struct Row {
  const char* who;
  SignatureScheme scheme;
  const char* story;
};

class EverySchemeCms : public SignedCms, public ::testing::WithParamInterface<Row> {};

TEST_P(EverySchemeCms, VerifiesWithOpenSslAndNotForAnotherDocument) {
  const auto [who, scheme, story] = GetParam();
  const auto made = make(who, scheme);
  ASSERT_TRUE(made) << to_log_line(made.error());
  const auto signer = pki_certificate(who);
  EXPECT_TRUE(openssl_accepts(made.value().cms, kDocument, signer));
  EXPECT_FALSE(openssl_accepts(made.value().cms, kDocument + ".", signer));
  EXPECT_FALSE(openssl_accepts(made.value().cms, kDocument, pki_certificate("agency")));
  EXPECT_LE(made.value().cms.size(), cms_octets_estimate(signer, {issuer_}));

  const auto whole = as_bytes(kDocument);
  EXPECT_TRUE(check_outside_cms(made.value().cms, signer, {whole, {}, {}}));
  const auto other = check_outside_cms(made.value().cms, signer, {whole.subspan(1), {}, {}});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::kSignatureDoesNotMatch);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc5652, EverySchemeCms,
    ::testing::Values(Row{"officer-rsa2048", {kRsaPkcs1, kSha256}, "Rsa2048Sha256"},
                      Row{"officer-rsa2048", {kRsaPkcs1, kSha384}, "Rsa2048Sha384"},
                      Row{"officer-rsa2048", {kRsaPkcs1, kSha512}, "Rsa2048Sha512"},
                      Row{"officer-rsa2048", {kRsaPkcs1, kSha3_256}, "Rsa2048Sha3"},
                      Row{"officer-rsa2048", {kRsaPss, kSha256}, "Rsa2048Pss256"},
                      Row{"officer-rsa3072", {kRsaPss, kSha384}, "Rsa3072Pss384"},
                      Row{"officer-rsa4096", {kRsaPss, kSha512}, "Rsa4096Pss512"},
                      Row{"officer-rsa4096", {kRsaPkcs1, kSha256}, "Rsa4096Sha256"},
                      Row{"officer-p256", {kEcdsa, kSha256}, "P256"},
                      Row{"officer-p384", {kEcdsa, kSha384}, "P384"},
                      Row{"officer-p384", {kEcdsa, kSha512}, "P384Sha512"}),
    [](const auto& row) { return std::string(row.param.story); });

TEST_F(SignedCms, IsTheSameOctetsForTheSameInput) {
  const auto once = make("officer-rsa2048", {kRsaPkcs1, kSha256});
  const auto again = make("officer-rsa2048", {kRsaPkcs1, kSha256});
  EXPECT_EQ(once.value().cms, again.value().cms);
}

TEST_F(SignedCms, RefusesAValueThatIsNotTheSignersOrNotOverTheseAttributes) {
  const auto made = make("officer-rsa2048", {kRsaPkcs1, kSha256}).value();
  ASSERT_TRUE(holder_.add("agency", pki_key("agency")));
  const auto foreign = holder_.sign("agency", {kRsaPkcs1, kSha256}, made.attributes).value();
  const auto signer = pki_certificate("officer-rsa2048");
  const auto code = [&](SignatureScheme scheme, const SignatureValue& value) {
    return assemble_cms(signer, {}, scheme, made.attributes, value).error().code;
  };
  EXPECT_EQ(code({kRsaPkcs1, kSha256}, foreign), Code::kSignatureDoesNotMatch);
  EXPECT_EQ(code({kRsaPkcs1, kSha256}, SignatureValue{Bytes{}}), Code::kSignatureDoesNotMatch);
  const auto pss = holder_.sign("officer-rsa2048", {kRsaPss, kSha256}, made.attributes).value();
  EXPECT_EQ(code({kRsaPkcs1, kSha256}, pss), Code::kSignatureDoesNotMatch);
  EXPECT_TRUE(assemble_cms(signer, {}, {kRsaPss, kSha256}, made.attributes, pss));
  EXPECT_EQ(code({kEcdsa, kSha256}, foreign), Code::kSchemeDoesNotFit);
}

TEST_F(SignedCms, EmbedsSignerAndChainOnceEach) {
  const auto made = make("officer-rsa2048", {kRsaPkcs1, kSha256}).value();
  const auto signer = pki_certificate("officer-rsa2048");
  const auto value = holder_.sign("officer-rsa2048", {kRsaPkcs1, kSha256}, made.attributes).value();
  const auto twice =
      assemble_cms(signer, {issuer_, signer, issuer_}, {kRsaPkcs1, kSha256}, made.attributes, value)
          .value();
  EXPECT_EQ(twice, made.cms);
  EXPECT_NE(std::search(twice.begin(), twice.end(), issuer_.der().begin(), issuer_.der().end()),
            twice.end());
}

TEST_F(SignedCms, TakesATimestampAndStaysValid) {
  const auto made = make("officer-rsa2048", {kRsaPkcs1, kSha256}).value();
  EXPECT_FALSE(has_signature_timestamp(made.cms));
  // Any SEQUENCE serves: what a token is, is another test's claim.
  const auto token = make("officer-p256", {kEcdsa, kSha256}, "token").value().cms;
  const auto stamped = add_signature_timestamp(made.cms, token);
  ASSERT_TRUE(stamped) << to_log_line(stamped.error());
  EXPECT_TRUE(has_signature_timestamp(stamped.value()));
  EXPECT_TRUE(openssl_accepts(stamped.value(), kDocument, pki_certificate("officer-rsa2048")));
  EXPECT_EQ(signature_value_of(stamped.value()).value(), signature_value_of(made.cms).value());
  const auto& all = stamped.value();
  EXPECT_NE(std::search(all.begin(), all.end(), token.begin(), token.end()), all.end());
}

TEST_F(SignedCms, FromElsewhereIsRefusedWhenItIsNotWhatPadesWants) {
  const auto signer = pki_certificate("officer-rsa2048");
  const auto good = make("officer-rsa2048", {kRsaPkcs1, kSha256}).value().cms;
  const std::array<ByteView, 3> covered{as_bytes(kDocument), ByteView{}, ByteView{}};
  const auto code = [&](const Bytes& cms, const certs::Certificate& who) {
    const auto checked = check_outside_cms(cms, who, covered);
    return checked ? Code::kSigned : checked.error().code;
  };
  EXPECT_EQ(code(good, signer), Code::kSigned);
  EXPECT_EQ(code(good, pki_certificate("agency")), Code::kSignatureDoesNotMatch);
  auto trailing = good;
  trailing.push_back(0);
  EXPECT_EQ(code(trailing, signer), Code::kCmsMalformed);
  EXPECT_EQ(code(to_bytes("%PDF-1.7"), signer), Code::kCmsMalformed);
  auto tampered = good;
  tampered.back() ^= 1U;
  EXPECT_EQ(code(tampered, signer), Code::kSignatureDoesNotMatch);
  // ecdsa-with-SHA384 beside digestAlgorithm SHA-256.
  auto contradiction = make("officer-p256", {kEcdsa, kSha256}).value().cms;
  const Bytes sha256_oid{0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02};
  const auto at = std::find_end(contradiction.begin(), contradiction.end(), sha256_oid.begin(),
                                sha256_oid.end());
  ASSERT_NE(at, contradiction.end());
  *(at + 7) = 0x03;
  EXPECT_EQ(code(contradiction, pki_certificate("officer-p256")), Code::kCmsMalformed);
}

TEST(SignedAttributes, S01_LeaveSigningTimeOutUnlessAsked) {
  const auto signer = pki_certificate("officer-rsa2048");
  const auto digest = ossl::sha256(as_bytes(kDocument));
  const Bytes signing_time_oid{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x05};
  const auto has_time = [&](const ToBeSigned& attributes) {
    const auto& der = attributes.value();
    return std::search(der.begin(), der.end(), signing_time_oid.begin(), signing_time_oid.end()) !=
           der.end();
  };
  EXPECT_FALSE(has_time(signed_attributes(signer, kSha256, digest, std::nullopt).value()));
  EXPECT_TRUE(has_time(signed_attributes(signer, kSha256, digest, test_now()).value()));
}

TEST(SignedAttributes, S03_RefuseADigestThatIsNotForSigning) {
  const auto signer = pki_certificate("officer-rsa2048");
  for (const auto weak : {kMd5, kSha1, kSha224}) {
    const auto refused =
        signed_attributes(signer, weak, ossl::digest(weak, {as_bytes(kDocument)}), std::nullopt);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kDigestNotAllowed);
  }
}

TEST(X690Der, WritesLengthsAndIntegersInTheShortestForm) {
  EXPECT_EQ(to_hex(der::small_integer(0)), "020100");
  EXPECT_EQ(to_hex(der::small_integer(127)), "02017f");
  EXPECT_EQ(to_hex(der::small_integer(128)), "02020080");
  EXPECT_EQ(to_hex(der::small_integer(65'536)), "0203010000");
  EXPECT_EQ(to_hex(der::tlv(der::kOctetString, {Bytes(127)})).substr(0, 4), "047f");
  EXPECT_EQ(to_hex(der::tlv(der::kOctetString, {Bytes(128)})).substr(0, 6), "048180");
  EXPECT_EQ(to_hex(der::tlv(der::kOctetString, {Bytes(256)})).substr(0, 8), "04820100");
}

TEST(X690Der, SortsSetsByTheirOctets) {
  EXPECT_EQ(to_hex(der::set_of(der::kSet, {Bytes{2, 1, 9}, Bytes{2, 1, 3}})), "3106020103020109");
}

TEST(X690Reader, ReadsWhatIsWrittenAndRefusesWhatIsNotDer) {
  for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 70'000U}) {
    const auto written = der::tlv(der::kOctetString, {Bytes(size, 7)});
    der::Element element{};
    der::Reader reader(written);
    ASSERT_TRUE(reader.next(der::kOctetString, element));
    EXPECT_EQ(element.content.size(), size);
    EXPECT_EQ(element.whole.size(), written.size());
    EXPECT_TRUE(reader.at_end());
  }
  for (const auto& bad : {Bytes{}, Bytes{0x04}, Bytes{0x04, 0x01}, Bytes{0x04, 0x80, 0, 0},
                          Bytes{0x04, 0x81, 0x01, 0}, Bytes{0x04, 0x82, 0x00, 0x80},
                          Bytes{0x1F, 0x01, 0x00}, Bytes{0x04, 0x85, 1, 0, 0, 0, 0}}) {
    der::Element element{};
    EXPECT_FALSE(der::Reader(bad).next(element)) << to_hex(bad);
  }
}

}  // namespace
}  // namespace antin::signer
