// Documents that bring very many of something. The answer comes with bounded work (processor time,
// so that a busy machine changes nothing), and what lies beyond a limit never helps anybody.
#include <algorithm>
#include <ctime>
#include <functional>
#include <map>

#include <gtest/gtest.h>
#include <openssl/cms.h>
#include <openssl/pem.h>

#include "certs/ossl/handles.h"
#include "tests/unit/certs/issue.h"
#include "tests/unit/verifier/store_document.h"
#include "verifier/verify.h"

namespace antin::verifier {
namespace {

using sample::Signing;
using sample::Store;
using sample::StoreDocument;
using sample::time;

const std::string kContent = "many of everything";
constexpr double kMostSeconds = 30;  // a sanitizer takes several times as long

bool has(const Findings& findings, Code code) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& finding) { return finding.code == code; });
}

// A judgement is one function of its input: no thread of its own, so this is all of its work.
template <class Judge>
Result<Report> bounded(Judge judge) {
  const auto before = std::clock();
  auto report = judge();
  const auto seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  EXPECT_LT(seconds, kMostSeconds);
  return report;
}

const certs::TrustStore& trust() {
  static const auto kTrust = sample::trust();
  return kTrust;
}

Input input_over(SharedBytes document) {
  return {.name = "many",
          .document = std::move(document),
          .password = "",
          .trust = &trust(),
          .crls = sample::crls(),
          .policy = {},
          .at = time("2026-06-01T00:00:00Z")};
}

Result<Report> judged(const StoreDocument& document) {
  return bounded([&] { return verify(input_over(document.octets())); });
}

Result<Report> judged(const Bytes& p7s) {
  return bounded([&] {
    return verify_detached(
        {.input = input_over(SharedBytes{to_bytes(as_bytes(kContent))}), .signature = p7s});
  });
}

Signing by(const std::string& signer) {
  Signing signing;
  signing.signer = signer;
  return signing;
}

// ---- signature timestamps ----

ossl::CmsPtr parsed(const Bytes& der) {
  const auto* at = der.data();
  return ossl::CmsPtr{d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size()))};
}

Bytes encoded(CMS_ContentInfo* cms) {
  unsigned char* der = nullptr;
  const int length = i2d_CMS_ContentInfo(cms, &der);
  const ossl::OctetsPtr owned{der};
  return {der, der + std::max(length, 0)};
}

enum class Layout { kOneAttribute, kManyAttributes };

Bytes with_timestamps(const Bytes& p7s, const std::vector<Bytes>& tokens, Layout layout) {
  const auto cms = parsed(p7s);
  auto* info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms.get()), 0);
  X509_ATTRIBUTE* attribute = nullptr;
  for (const auto& token : tokens) {
    const auto size = static_cast<int>(token.size());
    if (attribute != nullptr && layout == Layout::kOneAttribute) {
      X509_ATTRIBUTE_set1_data(attribute, V_ASN1_SEQUENCE, token.data(), size);
      continue;
    }
    CMS_unsigned_add1_attr_by_NID(info, NID_id_smime_aa_timeStampToken, V_ASN1_SEQUENCE,
                                  token.data(), size);
    attribute = CMS_unsigned_get_attr(info, CMS_unsigned_get_attr_count(info) - 1);
  }
  return encoded(cms.get());
}

Bytes value_of(const Bytes& p7s) {
  const auto cms = parsed(p7s);
  const auto* value =
      CMS_SignerInfo_get0_signature(sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms.get()), 0));
  return {ASN1_STRING_get0_data(value), ASN1_STRING_get0_data(value) + ASN1_STRING_length(value)};
}

TEST(ThousandTimestamps, OnlyTheFirstAreLookedAtAndItIsSaid) {
  const auto p7s = sample::detached(kContent, {});
  const std::vector<Bytes> tokens(1'000,
                                  sample::token(value_of(p7s), time("2026-05-20T00:00:00Z")));
  const auto report = judged(with_timestamps(p7s, tokens, Layout::kOneAttribute));
  ASSERT_TRUE(report) << to_log_line(report.error());
  const auto& signature = report.value().signatures.at(0);
  EXPECT_LE(signature.timestamps.size(), 16U);
  EXPECT_TRUE(has(signature.findings, Code::kSigTimestampsTooMany));
}

TEST(ThousandTimestamps, TheOnlyGoodOneBeyondTheLimitProvesNothing) {
  // Revoked by now: a proof of time from before the revocation would make it VALID.
  const auto p7s = sample::detached(kContent, by("officer-revoked"));
  const auto good = sample::token(value_of(p7s), time("2025-12-15T00:00:00Z"));
  const auto alone = judged(with_timestamps(p7s, {good}, Layout::kOneAttribute));
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone.value().verdict, Verdict::kValid);
  // As the first octets decide the order of a SET OF, the strangers must be shorter to come first.
  std::vector<Bytes> tokens(999, Bytes{0x30, 0x00});
  tokens.push_back(good);
  const auto report = judged(with_timestamps(p7s, tokens, Layout::kOneAttribute));
  ASSERT_TRUE(report);
  EXPECT_NE(report.value().verdict, Verdict::kValid);
}

TEST(ThousandTimestamps, InAttributesOfTheirOwnAreRefused) {
  const auto p7s = sample::detached(kContent, {});
  const std::vector<Bytes> tokens(1'000,
                                  sample::token(value_of(p7s), time("2026-05-20T00:00:00Z")));
  const auto report = judged(with_timestamps(p7s, tokens, Layout::kManyAttributes));
  EXPECT_TRUE(!report || report.value().verdict != Verdict::kValid);
}

// ---- certificates of one name ----

// Made once for all tests of a process.
const std::vector<Bytes>& thousand_certificates(const std::string& issuer,
                                                const std::string& subject) {
  static std::map<std::string, std::vector<Bytes>> made;
  auto& all = made[issuer + " " + subject];
  if (!all.empty()) return all;
  for (int serial = 1; serial <= 1'000; ++serial) {
    const auto one =
        certs::issue({.issuer = issuer, .subject_of = subject, .serial = 100'000 + serial});
    all.push_back(to_bytes(one.der()));
  }
  return all;
}

struct OfOneName {
  const char* name;
  const char* issuer;   ///< whose key signs them
  const char* subject;  ///< whose name they have
};

class ThousandCertificates : public testing::TestWithParam<OfOneName> {
 protected:
  Store store() const {
    Store store;
    store.certificates = thousand_certificates(GetParam().issuer, GetParam().subject);
    return store;
  }
};

// One test for the three: issuing is what takes the time.
TEST_P(ThousandCertificates, HelpNoStrangerHideNoRevocationAndBreakNoGoodSignature) {
  auto stranger = by("fake-officer");
  stranger.authority = "fake-issuing-ca";
  StoreDocument of_stranger{stranger};
  const auto strange = judged(of_stranger.add_store(store()));
  ASSERT_TRUE(strange) << to_log_line(strange.error());
  EXPECT_NE(strange.value().verdict, Verdict::kValid);

  StoreDocument of_revoked{by("officer-revoked")};
  const auto revoked = judged(of_revoked.add_store(store()));
  ASSERT_TRUE(revoked) << to_log_line(revoked.error());
  EXPECT_NE(revoked.value().verdict, Verdict::kValid);

  // May cost certainty.
  StoreDocument of_officer{by("officer-rsa2048")};
  const auto good = judged(of_officer.add_store(store()));
  ASSERT_TRUE(good) << to_log_line(good.error());
  EXPECT_NE(good.value().verdict, Verdict::kInvalid);
  EXPECT_EQ(good.value().signatures.at(0).integrity, Integrity::kIntact);
}

INSTANTIATE_TEST_SUITE_P(
    OfOneName, ThousandCertificates,
    testing::Values(OfOneName{"ImpostorsOfTheAuthority", "officer-p256", "issuing-ca"},
                    OfOneName{"EachSignedByEveryOther", "issuing-ca", "issuing-ca"},
                    OfOneName{"ImpostorsOfTheRoot", "officer-p256", "root"}),
    [](const auto& row) { return row.param.name; });

// ---- revisions ----

StoreDocument with_revisions(StoreDocument document, int count) {
  constexpr int kBetweenTimestamps = 7;
  Store store;
  for (const auto& crl : sample::crls()) store.crls.push_back(to_bytes(crl.der()));
  for (int i = 0; i < count; ++i) {
    document.add_store(store);
    if (i % kBetweenTimestamps != 0) continue;
    document.add_timestamp(
        [](ByteView covered) { return sample::token(covered, time("2026-05-25T00:00:00Z")); });
  }
  return document;
}

TEST(ThreeHundredRevisions, OfAGoodDocumentAreJudged) {
  const auto report = judged(with_revisions(StoreDocument{by("officer-rsa2048")}, 300));
  ASSERT_TRUE(report) << to_log_line(report.error());
  EXPECT_NE(report.value().verdict, Verdict::kInvalid);
  EXPECT_EQ(report.value().signatures.at(0).integrity, Integrity::kIntact);
}

TEST(ThreeHundredRevisions, DoNotMendAValueThatTheKeyDidNotMake) {
  const auto report = judged(
      with_revisions(StoreDocument{by("officer-rsa2048"), StoreDocument::Value::kOfAnother}, 300));
  ASSERT_TRUE(report) << to_log_line(report.error());
  EXPECT_EQ(report.value().verdict, Verdict::kInvalid);
}

// ---- signers ----

Bytes signed_by_many(int signers) {
  const auto certificate = certs::cert("officer-p256");
  const auto key = certs::private_key("officer-p256");
  constexpr unsigned kFlags = CMS_BINARY | CMS_PARTIAL | CMS_DETACHED;
  const ossl::BioPtr data{BIO_new_mem_buf(kContent.data(), static_cast<int>(kContent.size()))};
  const ossl::CmsPtr cms{CMS_sign(nullptr, nullptr, nullptr, nullptr, kFlags)};
  for (int i = 0; i < signers; ++i)
    CMS_add1_signer(cms.get(), certificate.x509(), key.get(), EVP_sha256(),
                    CMS_BINARY | CMS_PARTIAL | CMS_CADES | CMS_NOSMIMECAP |
                        (i == 0 ? 0U : unsigned{CMS_NOCERTS}));
  EXPECT_EQ(CMS_final(cms.get(), data.get(), nullptr, kFlags), 1);
  return encoded(cms.get());
}

TEST(Signers, AreAllJudgedUpToTheLimit) {
  const auto report = judged(signed_by_many(32));
  ASSERT_TRUE(report) << to_log_line(report.error());
  EXPECT_EQ(report.value().signatures.size(), 32U);
  EXPECT_EQ(report.value().verdict, Verdict::kValid);
}

TEST(Signers, BeyondTheLimitMakeTheFileNotValid) {
  for (const int signers : {33, 64}) {
    const auto report = judged(signed_by_many(signers));
    EXPECT_TRUE(!report || report.value().verdict != Verdict::kValid) << signers;
  }
}

}  // namespace
}  // namespace antin::verifier
