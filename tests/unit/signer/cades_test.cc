#include "signer/cades.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/cms.h>
#include <openssl/pem.h>

#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"
#include "signer/archive_timestamp.h"
#include "signer/carried.h"
#include "signer/cms_parts.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/soft_key_holder.h"
#include "tests/unit/signer/pki.h"
#include "tests/unit/signer/soft_evidence.h"
#include "tests/unit/signer/soft_tsa.h"

namespace antin::signer {
namespace {

using enum SignatureAlgorithm;
using enum DigestAlgorithm;

bool says(const Findings& findings, Code code) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& one) { return one.code == code; });
}

class Cades : public ::testing::Test {
 protected:
  Cades() {
    EXPECT_TRUE(holder_.add("rsa", pki_key("officer-rsa2048")));
    EXPECT_TRUE(holder_.add("ec", pki_key("officer-p256")));
    EXPECT_TRUE(tsa_.load("tsa"));
    std::vector<certs::TrustFile> files;
    for (const auto* name : {"root.crt", "issuing-ca.crt"})
      files.push_back(
          {.name = name, .octets = to_bytes(read_text(pki_path(std::string("certs/") + name)))});
    trust_ = certs::load_trust_store(files, certs::TestPki::kAllow).value();
    for (const auto* name : {"root", "issuing-ca"})
      crls_.push_back(
          certs::Crl::from_bytes(as_bytes(read_text(pki_path(std::string("crl/") + name + ".crl"))))
              .value());
    environment_ = {
        .clock = &clock_, .random = &random_, .timestamps = &tsa_, .evidence = &evidence_};
  }

  DetachedRequest signing(Level level) const {
    return {.content = content_,
            .certificate = pki_certificate("officer-rsa2048"),
            .chain = {pki_certificate("issuing-ca"), pki_certificate("root")},
            .scheme = {kRsaPkcs1, kSha256},
            .level = level,
            .check = {.trust = &trust_, .crls = crls_, .earlier = std::nullopt}};
  }
  Bytes signed_at(Level level) {
    const auto made = sign_detached(signing(level), holder_, "rsa", environment_);
    EXPECT_TRUE(made) << to_log_line(made.error());
    EXPECT_EQ(made.value().level_reached, level);
    return made.value().cms;
  }
  ExtendDetachedRequest extending(Bytes signature, Level target) const {
    return {.signature = std::move(signature),
            .content = content_,
            .target = target,
            .proof = {.trust = &trust_}};
  }
  void later(std::chrono::hours by) {
    clock_.advance(by);
    tsa_.at = clock_.utc_now();
    evidence_.at = clock_.utc_now();
  }
  // OpenSSL, who knows nothing of levels, still takes it.
  void expect_verifies(const Bytes& der) const {
    const auto* at = der.data();
    const ossl::CmsPtr cms{d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size()))};
    ASSERT_TRUE(cms);
    const auto content = content_.view();
    const ossl::BioPtr data{BIO_new_mem_buf(content.data(), static_cast<int>(content.size()))};
    EXPECT_EQ(CMS_verify(cms.get(), nullptr, nullptr, data.get(), nullptr,
                         CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY),
              1);
    // And it is DER: writing it anew changes nothing.
    const int length = i2d_CMS_ContentInfo(cms.get(), nullptr);
    Bytes again(static_cast<std::size_t>(length));
    auto* put = again.data();
    i2d_CMS_ContentInfo(cms.get(), &put);
    EXPECT_EQ(again, der);
  }

  SharedBytes content_{to_bytes(std::string_view("any file at all\n"))};
  certs::TrustStore trust_;
  std::vector<certs::Crl> crls_;
  fakes::FrozenClock clock_{test_now()};
  fakes::CountingRandom random_;
  fakes::SoftKeyHolder holder_;
  SoftTsa tsa_;
  SoftEvidence evidence_;
  Environment environment_{};
};

TEST_F(Cades, S20_EveryLevelVerifiesAndIsDer) {
  for (const auto level : {Level::kB, Level::kT, Level::kLT, Level::kLTA}) {
    SCOPED_TRACE(name(level));
    const auto cms = signed_at(level);
    expect_verifies(cms);
    const auto signer = pki_certificate("officer-rsa2048");
    EXPECT_TRUE(is_finished_detached(content_, cms, signer, level));
    for (const auto above : {Level::kT, Level::kLT, Level::kLTA}) {
      EXPECT_EQ(is_finished_detached(content_, cms, signer, above), above <= level);
    }
    EXPECT_FALSE(is_finished_detached(SharedBytes(to_bytes(std::string_view("other"))), cms, signer,
                                      Level::kB));
    EXPECT_FALSE(is_finished_detached(content_, cms, pki_certificate("agency"), Level::kB));
  }
}

TEST_F(Cades, LongTermDataStandsInSignedData) {
  const auto parts = take_apart(signed_at(Level::kLT)).value();
  for (const auto* name : {"officer-rsa2048", "issuing-ca", "root", "ocsp"})
    EXPECT_THAT(parts.certificates, ::testing::Contains(pki_certificate(name).der())) << name;
  EXPECT_TRUE(std::any_of(parts.crls.begin(), parts.crls.end(),
                          [](const Bytes& one) { return one.front() == 0x30; }));
  EXPECT_TRUE(std::any_of(parts.crls.begin(), parts.crls.end(),
                          [](const Bytes& one) { return one.front() == 0xA1; }));
  EXPECT_EQ(parts.version.back(), 5);  // RFC 5652 §5.1: other revocation information
  EXPECT_TRUE(parts.unsigned_values(oid::kCertificateValues).empty());
  EXPECT_TRUE(parts.unsigned_values(oid::kRevocationValues).empty());
  // The timestamp server's certificate stands in its token and is not repeated.
  EXPECT_THAT(parts.certificates,
              ::testing::Not(::testing::Contains(pki_certificate("tsa").der())));
  // What was put in is found again.
  const auto carried = read_carried(put_together(parts));
  EXPECT_FALSE(carried.evidence.ocsp.empty());
  EXPECT_FALSE(carried.evidence.crls.empty());
}

TEST_F(Cades, ReachesEveryLevelFromEveryLowerOne) {
  for (const auto from : {Level::kB, Level::kT, Level::kLT}) {
    const auto before = signed_at(from);
    for (const auto target : {Level::kT, Level::kLT, Level::kLTA}) {
      SCOPED_TRACE(std::string(name(from)) + " to " + std::string(name(target)));
      const auto made = extend_detached(extending(before, target), environment_);
      ASSERT_TRUE(made) << to_log_line(made.error());
      EXPECT_EQ(made.value().level_reached, target);
      EXPECT_EQ(made.value().changed, target > from);
      expect_verifies(made.value().cms);
      EXPECT_EQ(made.value().cms == before, target <= from);
    }
  }
}

TEST_F(Cades, ArchiveTimestampCoversEverythingThatIsThere) {
  const auto parts = take_apart(signed_at(Level::kLTA)).value();
  const auto values = parts.unsigned_values(oid::kArchiveTimestampV3);
  ASSERT_EQ(values.size(), 1U);
  const auto token = certs::TimestampToken::from_bytes(values.front()).value();
  const auto index = hash_index_in(token);
  ASSERT_TRUE(index);
  const auto indexed = indexed_by(parts, *index, kSha256);
  EXPECT_TRUE(indexed.sound);
  EXPECT_TRUE(indexed.all);
  EXPECT_EQ(token.imprint(),
            ossl::sha256(archive_input(parts, ossl::sha256(content_.view()), *index)));
  // Something that comes later is not covered; something that is gone makes the index unsound.
  auto more = parts;
  more.add_certificate(pki_certificate("agency").der());
  EXPECT_TRUE(indexed_by(more, *index, kSha256).sound);
  EXPECT_FALSE(indexed_by(more, *index, kSha256).all);
  auto fewer = parts;
  fewer.crls.pop_back();
  EXPECT_FALSE(indexed_by(fewer, *index, kSha256).sound);
}

TEST_F(Cades, RenewsOnlyWhenDueOrAsked) {
  const auto before = signed_at(Level::kLTA);
  later(std::chrono::hours{24 * 365});
  auto request = extending(before, Level::kLTA);
  const auto left = extend_detached(request, environment_);
  ASSERT_TRUE(left) << to_log_line(left.error());
  EXPECT_FALSE(left.value().changed);
  EXPECT_TRUE(says(left.value().warnings, Code::kLevelAlready));
  request.renewal = Renewal::kAlways;
  const auto made = extend_detached(request, environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().level_reached, Level::kLTA);
  const auto parts = take_apart(made.value().cms).value();
  const auto values = parts.unsigned_values(oid::kArchiveTimestampV3);
  ASSERT_EQ(values.size(), 2U);
  // Both still hold.
  for (const auto& value : values) {
    const auto token = certs::TimestampToken::from_bytes(value).value();
    EXPECT_TRUE(indexed_by(parts, *hash_index_in(token), kSha256).sound);
  }
  expect_verifies(made.value().cms);
}

TEST_F(Cades, FallsBackAndSaysSo) {
  evidence_.reachable = false;
  auto request = extending(signed_at(Level::kT), Level::kLTA);
  const auto made = extend_detached(request, environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().level_reached, Level::kT);
  EXPECT_FALSE(made.value().changed);
  EXPECT_TRUE(says(made.value().warnings, Code::kLevelNotReached));
  EXPECT_TRUE(says(made.value().warnings, Code::kEvidenceUnreachable));
  request.without = WithoutEvidence::kFail;
  EXPECT_FALSE(extend_detached(request, environment_));
  tsa_.fail_with = Code::kTimestampUnreachable;
  auto wanted = signing(Level::kLT);
  EXPECT_EQ(sign_detached(wanted, holder_, "rsa", environment_).error().code,
            Code::kTimestampUnreachable);
  wanted.without_timestamp = WithoutTimestamp::kKeepB;
  const auto plain = sign_detached(wanted, holder_, "rsa", environment_);
  ASSERT_TRUE(plain) << to_log_line(plain.error());
  EXPECT_EQ(plain.value().level_reached, Level::kB);
  EXPECT_TRUE(says(plain.value().warnings, Code::kLevelNotReached));
}

TEST_F(Cades, RefusesWhatItCannotExtend) {
  const auto good = signed_at(Level::kT);
  auto other = extending(good, Level::kLT);
  other.content = SharedBytes(to_bytes(std::string_view("another file")));
  EXPECT_EQ(extend_detached(other, environment_).error().code, Code::kDetachedMismatch);

  auto broken = take_apart(good).value();
  broken.signer.back().back() ^= 1U;
  EXPECT_EQ(extend_detached(extending(put_together(broken), Level::kLT), environment_).error().code,
            Code::kDetachedMismatch);

  auto old = take_apart(good).value();
  old.add_unsigned(oid::kArchiveTimestampV2, Bytes{0x30, 0x00});
  EXPECT_EQ(extend_detached(extending(put_together(old), Level::kLT), environment_).error().code,
            Code::kDetachedUnsupported);

  EXPECT_EQ(extend_detached(extending({0x30, 0x03, 0x02, 0x01, 0x00}, Level::kLT), environment_)
                .error()
                .code,
            Code::kCmsMalformed);
  auto nobody = extending(good, Level::kLT);
  nobody.proof.trust = nullptr;
  EXPECT_EQ(extend_detached(nobody, environment_).error().code, Code::kLevelNeedsTrust);
}

TEST_F(Cades, ReadsBerAndPemOfOthers) {
  const auto good = signed_at(Level::kB);
  // The outermost SEQUENCE with indefinite length, as `openssl cms -stream` writes it.
  const std::size_t header = good[1] == 0x82 ? 4 : good[1] == 0x81 ? 3 : 2;
  Bytes ber{0x30, 0x80};
  ber.insert(ber.end(), good.begin() + static_cast<std::ptrdiff_t>(header), good.end());
  ber.insert(ber.end(), {0x00, 0x00});
  const auto made = extend_detached(extending(ber, Level::kT), environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  expect_verifies(made.value().cms);

  const ossl::BioPtr out{BIO_new(BIO_s_mem())};
  ASSERT_GT(
      PEM_write_bio(out.get(), PEM_STRING_CMS, "", good.data(), static_cast<long>(good.size())), 0);
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  const Bytes pem(text, text + length);
  const auto armoured = extend_detached(extending(pem, Level::kT), environment_);
  ASSERT_TRUE(armoured) << to_log_line(armoured.error());
  expect_verifies(armoured.value().cms);
}

TEST_F(Cades, EveryAlgorithmReachesArchival) {
  for (const auto& [key, who, algorithm, digest] :
       {std::tuple{"rsa", "officer-rsa2048", kRsaPss, kSha384},
        std::tuple{"rsa", "officer-rsa2048", kRsaPkcs1, kSha512},
        std::tuple{"ec", "officer-p256", kEcdsa, kSha256},
        std::tuple{"ec", "officer-p256", kEcdsa, kSha3_256}}) {
    auto wanted = signing(Level::kLTA);
    wanted.certificate = pki_certificate(who);
    wanted.scheme = {algorithm, digest};
    const auto made = sign_detached(wanted, holder_, key, environment_);
    ASSERT_TRUE(made) << to_log_line(made.error());
    EXPECT_EQ(made.value().level_reached, Level::kLTA);
    expect_verifies(made.value().cms);
  }
}

}  // namespace
}  // namespace antin::signer
