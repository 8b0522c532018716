#include <algorithm>
#include <functional>

#include <gtest/gtest.h>
#include <openssl/cms.h>
#include <openssl/pem.h>

#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"
#include "tests/unit/verifier/sample.h"
#include "verifier/ber.h"
#include "verifier/cades_archive.h"
#include "verifier/oids.h"
#include "verifier/verify.h"

namespace antin::verifier {
namespace {

using sample::Signing;
using sample::time;

const std::string kContent = "Quyết định số 12/QĐ-UBND";

bool has(const Findings& findings, Code code) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& finding) { return finding.code == code; });
}

std::string codes(const Report& report) {
  std::string all;
  for (const auto& signature : report.signatures) {
    for (const auto& finding : signature.findings)
      all += std::string{info(finding.code).name} + " ";
    for (const auto& timestamp : signature.timestamps) {
      for (const auto& finding : timestamp.findings)
        all += "[" + std::string{info(finding.code).name} + "] ";
    }
  }
  return all;
}

DetachedInput input_for(const Bytes& signature, const std::string& content = kContent) {
  static const auto kTrust = sample::trust();
  return {.input = {.name = "a.txt",
                    .document = SharedBytes{to_bytes(as_bytes(content))},
                    .password = "",
                    .trust = &kTrust,
                    .crls = sample::crls(),
                    .policy = {},
                    .at = time("2026-06-01T00:00:00Z")},
          .signature = signature};
}

Report judged(const DetachedInput& input) {
  auto report = verify_detached(input);
  EXPECT_TRUE(report) << to_log_line(report.error());
  return report ? std::move(report).value() : Report{};
}

Signing with(const std::function<void(Signing&)>& change) {
  Signing signing;
  change(signing);
  return signing;
}

TEST(Detached, ACadesSignatureBesideItsFileIsValid) {
  const auto report = judged(input_for(sample::detached(kContent, {})));
  EXPECT_EQ(report.verdict, Verdict::kValid) << codes(report);
  const auto& signature = report.signatures.at(0);
  EXPECT_EQ(signature.level, "B-B");
  EXPECT_EQ(signature.coverage, Coverage::kWholeFile);
  EXPECT_EQ(report.pages, 0U);
  EXPECT_EQ(report.sha256, to_hex(ossl::sha256(as_bytes(kContent))));
  EXPECT_EQ(signature.process, "basic");
}

TEST(Detached, AnotherFileIsRefused) {
  const auto report = judged(input_for(sample::detached(kContent, {}), kContent + "."));
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.message, Code::kSigDigestMismatch);
  EXPECT_EQ(report.signatures.at(0).integrity, Integrity::kBroken);
}

TEST(Detached, ContentInsideMustBeTheFile) {
  const auto enclosing =
      sample::detached(kContent, with([](Signing& s) { s.content = Signing::Content::kInside; }));
  EXPECT_EQ(judged(input_for(enclosing)).verdict, Verdict::kValid);
  EXPECT_EQ(judged(input_for(enclosing, "something else")).verdict, Verdict::kInvalid);
}

TEST(Detached, PlainCmsIsReadAndSaidToBeNoCades) {
  const auto report = judged(input_for(sample::detached(
      kContent, with([](Signing& s) { s.attributes = Signing::Attributes::kPlain; }))));
  EXPECT_EQ(report.verdict, Verdict::kValid) << codes(report);
  EXPECT_EQ(report.signatures.at(0).level, "CMS");
}

TEST(Detached, PemArmourIsTakenOff) {
  const auto der = sample::detached(kContent, {});
  const ossl::BioPtr out{BIO_new(BIO_s_mem())};
  PEM_write_bio(out.get(), "PKCS7", "", der.data(), static_cast<long>(der.size()));
  const char* text = nullptr;
  const auto length = BIO_get_mem_data(out.get(), &text);
  const Bytes pem(text, text + length);
  EXPECT_EQ(judged(input_for(pem)).verdict, Verdict::kValid);
}

TEST(Detached, OctetsAfterTheSignatureAreRefused) {
  auto longer = sample::detached(kContent, {});
  longer.push_back(0);
  const auto report = judged(input_for(longer));
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.message, Code::kSigTrailingOctets);
}

TEST(Detached, S20_XmlIsNamedAsWhatItIs) {
  const auto report = verify_detached(input_for(to_bytes(as_bytes("<?xml version=\"1.0\"?>"))));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kSigNotCms);
}

TEST(Detached, ATimestampProvesTheTimeAndIsWarnedOfWhenItIsOverSomethingElse) {
  auto signing = with([](Signing& s) { s.timestamp = time("2026-05-20T01:02:03Z"); });
  const auto good = judged(input_for(sample::detached(kContent, signing)));
  EXPECT_EQ(good.verdict, Verdict::kValid) << codes(good);
  EXPECT_EQ(good.signatures.at(0).signing_time.proven, time("2026-05-20T01:02:03Z"));
  EXPECT_EQ(good.signatures.at(0).level, "B-T");
  EXPECT_EQ(good.signatures.at(0).process, "long_term");
  signing.timestamp_other_value = true;
  const auto bad = judged(input_for(sample::detached(kContent, signing)));
  EXPECT_FALSE(bad.signatures.at(0).signing_time.proven);
  EXPECT_TRUE(has(bad.signatures.at(0).findings, Code::kSigTimestampBroken));
}

// ---- EN 319 122-1 §5.5.3, put together by hand ----

Bytes wrap(std::uint8_t tag, const std::vector<Bytes>& parts) {
  Bytes content;
  for (const auto& part : parts) content.insert(content.end(), part.begin(), part.end());
  Bytes out;
  ber::append_header(out, tag, content.size());
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

Bytes octet_strings(const std::vector<Bytes>& hashes) {
  std::vector<Bytes> all;
  for (const auto& hash : hashes) all.push_back(wrap(ber::kOctetString, {hash}));
  return wrap(ber::kSequence, all);
}

struct Archive {
  std::string content = kContent;
  bool wrong_index = false;    ///< one digest belongs to nothing
  bool without_index = false;  ///< the token has no ats-hash-index-v3
};

// sha256 { 2.16.840.1.101.3.4.2.1 }
const Bytes kSha256Id = {0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48,
                         0x01, 0x65, 0x03, 0x04, 0x02, 0x01};

Bytes hash_index(const ArchiveParts& parts, const Archive& how) {
  std::vector<Bytes> certificates;
  std::vector<Bytes> crls;
  std::vector<Bytes> values;
  for (const auto& one : parts.certificates) certificates.push_back(ossl::sha256(one));
  for (const auto& one : parts.crls) crls.push_back(ossl::sha256(one));
  for (const auto& one : parts.unsigned_values)
    values.push_back(ossl::digest(DigestAlgorithm::kSha256, {one.type, one.value}));
  if (how.wrong_index) certificates.push_back(Bytes(32, 7));
  return wrap(ber::kSequence,
              {kSha256Id, octet_strings(certificates), octet_strings(crls), octet_strings(values)});
}

void add_unsigned(CMS_ContentInfo* cms, const char* oid, const Bytes& value) {
  auto* signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
  ASSERT_EQ(CMS_unsigned_add1_attr_by_txt(signer, oid, V_ASN1_SEQUENCE, value.data(),
                                          static_cast<int>(value.size())),
            1);
}

Bytes with_attribute(const Bytes& der, std::string_view oid, const Bytes& value) {
  const auto* at = der.data();
  const ossl::CmsPtr cms{d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size()))};
  add_unsigned(cms.get(), std::string{oid}.c_str(), value);
  unsigned char* out = nullptr;
  const int length = i2d_CMS_ContentInfo(cms.get(), &out);
  Bytes octets(out, out + length);
  OPENSSL_free(out);
  return octets;
}

Bytes archived(const Bytes& cms, UtcTime at, const std::string& tsa, const Archive& how = {}) {
  const auto parts = read_archive_parts(cms, 0).value();
  const auto index = hash_index(parts, how);
  Bytes covered = parts.content_type;
  const auto append = [&](const Bytes& more) {
    covered.insert(covered.end(), more.begin(), more.end());
  };
  append(ossl::sha256(as_bytes(how.content)));
  for (const auto& field : parts.signer_fields) append(field);
  append(index);
  auto token = sample::token(covered, at, tsa);
  if (!how.without_index) token = with_attribute(token, oid::kHashIndexV3, index);
  return with_attribute(cms, oid::kArchiveTimestampV3, token);
}

TEST(ArchiveTimestamp, ProvesThatTheSignatureIsOlder) {
  const auto signing = with([](Signing& s) { s.signer = "officer-revoked"; });
  const auto cms = sample::detached(kContent, signing);
  const auto before = judged(input_for(archived(cms, time("2026-02-01T00:00:00Z"), "tsa")));
  EXPECT_EQ(before.verdict, Verdict::kValid) << codes(before);
  EXPECT_EQ(before.signatures.at(0).process, "archival");
  EXPECT_EQ(before.signatures.at(0).timestamps.at(0).kind, "archive");
  EXPECT_EQ(before.signatures.at(0).best_signature_time, time("2026-02-01T00:00:00Z"));
  const auto after = judged(input_for(archived(cms, time("2026-04-01T00:00:00Z"), "tsa")));
  EXPECT_EQ(after.verdict, Verdict::kInvalid);
  EXPECT_EQ(after.message, Code::kSigRevoked);
}

TEST(ArchiveTimestamp, CoversTheOlderOne) {
  const auto signing = with([](Signing& s) { s.signer = "officer-revoked"; });
  const auto once =
      archived(sample::detached(kContent, signing), time("2026-01-01T00:00:00Z"), "tsa");
  const auto report = judged(input_for(archived(once, time("2026-02-01T00:00:00Z"), "tsa")));
  EXPECT_EQ(report.verdict, Verdict::kValid) << codes(report);
  ASSERT_EQ(report.signatures.at(0).timestamps.size(), 2U);
  EXPECT_EQ(report.signatures.at(0).best_signature_time, time("2026-01-01T00:00:00Z"));
  // The other way round the outer one would be older than what it covers.
  const auto twisted = judged(input_for(
      archived(archived(sample::detached(kContent, signing), time("2026-02-01T00:00:00Z"), "tsa"),
               time("2026-01-01T00:00:00Z"), "tsa")));
  EXPECT_NE(twisted.verdict, Verdict::kValid);
}

TEST(ArchiveTimestamp, WithAnIndexThatDoesNotFitProvesNothing) {
  const auto cms = sample::detached(kContent, {});
  for (const auto& how : {Archive{.wrong_index = true}, Archive{.without_index = true}}) {
    const auto report = judged(input_for(archived(cms, time("2026-02-01T00:00:00Z"), "tsa", how)));
    EXPECT_EQ(report.verdict, Verdict::kValid) << codes(report);  // V-19
    EXPECT_FALSE(report.signatures.at(0).signing_time.proven);
    EXPECT_TRUE(has(report.signatures.at(0).findings, Code::kSigArchiveTimestampIndex));
  }
}

TEST(ArchiveTimestamp, OverOtherContentProvesNothing) {
  const auto cms = sample::detached(kContent, {});
  const auto report = judged(
      input_for(archived(cms, time("2026-02-01T00:00:00Z"), "tsa", {.content = "something else"})));
  EXPECT_FALSE(report.signatures.at(0).signing_time.proven);
  EXPECT_TRUE(has(report.signatures.at(0).findings, Code::kSigTimestampBroken));
}

// ---- what a collector is asked for ----

TEST(EvidenceWanted, NamesSignersAndTimestampServersOfAFile) {
  const auto signing = with([](Signing& s) { s.timestamp = time("2026-05-20T00:00:00Z"); });
  const auto wanted = evidence_wanted(input_for(sample::detached(kContent, signing)));
  ASSERT_TRUE(wanted);
  ASSERT_EQ(wanted.value().leaves.size(), 2U);
  EXPECT_EQ(wanted.value().leaves[0].purpose, certs::Purpose::kSign);
  EXPECT_EQ(wanted.value().leaves[1].purpose, certs::Purpose::kTimestamp);
  EXPECT_EQ(wanted.value().at_hand.crls.size(), 2U);
}

TEST(EvidenceWanted, NamesEachSignerOfADocumentOnce) {
  static const auto kTrust = sample::trust();
  sample::Document document;
  document.sign({}).sign(with([](Signing& s) { s.field = "Sig2"; }));
  document.timestamp("Ts", time("2026-05-20T00:00:00Z"));
  const auto wanted = evidence_wanted(sample::input(document, kTrust));
  ASSERT_TRUE(wanted);
  EXPECT_EQ(wanted.value().leaves.size(), 2U);
  EXPECT_FALSE(evidence_wanted(input_for(to_bytes(as_bytes("hello")))));
}

}  // namespace
}  // namespace antin::verifier
