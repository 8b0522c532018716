#include "certs/path.h"

#include <gtest/gtest.h>

#include "tests/unit/certs/issue.h"
#include "tests/unit/certs/pki.h"

namespace antin::certs {
namespace {

using State = PathResult::State;
using Revocation = RevocationStatus::State;

TEST(Path, LeadsFromEveryKindOfOfficerToTheRoot) {
  const auto trust = test_trust();
  for (const auto* name : {"officer-rsa2048", "officer-rsa3072", "officer-rsa4096", "officer-p256",
                           "officer-p384", "agency", "agency-p256"}) {
    const auto result = build_path(input_for(name, trust));
    EXPECT_EQ(result.state, State::kValid) << name;
    ASSERT_EQ(result.chain.size(), 3U);
    EXPECT_EQ(result.chain[1], cert("issuing-ca"));
    EXPECT_EQ(result.chain[2], cert("root"));
    EXPECT_EQ(result.anchor, 0U);
    ASSERT_EQ(result.revocation.size(), 3U);
    EXPECT_EQ(result.revocation[0].state, Revocation::kGood);
    EXPECT_EQ(result.revocation[0].source, "crl");
    EXPECT_EQ(result.revocation[0].evidence_sha256, to_hex(crl("issuing-ca").sha256()));
    EXPECT_EQ(result.revocation[1].state, Revocation::kGood);
    EXPECT_EQ(result.revocation[2].state, Revocation::kNotNeeded);
    EXPECT_TRUE(result.findings.empty());
  }
}

TEST(Path, UsesWhatTheDocumentBrings) {
  const TrustStore trust{{anchor("root")}, {}};
  auto input = input_for("officer-p256", trust);
  const auto alone = build_path(input);
  EXPECT_EQ(alone.state, State::kNoPath);
  EXPECT_TRUE(has(alone.findings, Code::kCertNoPath));
  input.candidates = {cert("officer-p256"), cert("fake-issuing-ca"), cert("issuing-ca-2"),
                      cert("issuing-ca"), cert("root")};
  EXPECT_EQ(build_path(input).state, State::kValid);
}

TEST(Path, V05_IsNeverTrustedByName) {
  const auto trust = test_trust();
  auto input = input_for("fake-officer", trust);
  input.candidates = {cert("fake-issuing-ca"), cert("fake-root")};
  input.crls.push_back(crl("fake-issuing-ca"));
  const auto result = build_path(input);
  EXPECT_EQ(result.state, State::kNoPath);
  EXPECT_FALSE(result.anchor);
  EXPECT_EQ(result.chain.size(), 3U);  // told for the report, trusted by nobody
  EXPECT_EQ(result.revocation.size(), 3U);
  const TrustStore fooled{{anchor("fake-root")}, {}};
  input.trust = &fooled;
  input.check_revocation = false;
  EXPECT_EQ(build_path(input).state, State::kValid);
}

TEST(Path, FindsTheRightOneAmongAuthoritiesOfOneName) {
  const TrustStore trust{{anchor("fake-root"), anchor("root")},
                         {cert("fake-issuing-ca"), cert("issuing-ca-2"), cert("issuing-ca")}};
  auto input = input_for("officer-of-ca-2", trust);
  input.crls.push_back(crl("issuing-ca-2"));
  const auto rolled = build_path(input);
  EXPECT_EQ(rolled.state, State::kValid);
  EXPECT_EQ(rolled.chain.at(1), cert("issuing-ca-2"));
  EXPECT_EQ(rolled.anchor, 1U);
  EXPECT_EQ(build_path(input_for("officer-p256", trust)).state, State::kValid);
}

TEST(Path, GoesRoundACrossCertificate) {
  auto trust = test_trust();
  trust.anchors = {anchor("other-root")};
  trust.intermediates.push_back(cert("issuing-ca-cross"));
  auto input = input_for("officer-p256", trust);
  input.check_revocation = false;
  const auto result = build_path(input);
  EXPECT_EQ(result.state, State::kValid);
  EXPECT_EQ(result.chain.at(1), cert("issuing-ca-cross"));
  EXPECT_EQ(result.chain.at(2), cert("other-root"));
}

TEST(Path, APromotedIntermediateIsWhereItEnds) {
  const TrustStore trust{{anchor("issuing-ca")}, {}};
  auto input = input_for("officer-p256", trust);
  input.crls = {crl("issuing-ca")};
  const auto result = build_path(input);
  EXPECT_EQ(result.state, State::kValid);
  EXPECT_EQ(result.chain.size(), 2U);
  EXPECT_EQ(result.revocation.at(1).state, Revocation::kNotNeeded);
}

TEST(Path, ALeafMayBeTheAnchorItself) {
  const TrustStore trust{{anchor("officer-p256")}, {}};
  auto input = input_for("officer-p256", trust);
  const auto result = build_path(input);
  EXPECT_EQ(result.state, State::kValid);
  EXPECT_EQ(result.chain.size(), 1U);
  input.leaf = cert("officer-p384");
  EXPECT_EQ(build_path(input).state, State::kNoPath);
}

TEST(Path, AnAnchorServesOnlyItsPurposesAndItsTime) {
  auto trust = test_trust();
  trust.anchors[0].purposes = {Purpose::kTimestamp};
  auto input = input_for("officer-p256", trust);
  const auto wrong_purpose = build_path(input);
  EXPECT_EQ(wrong_purpose.state, State::kNoPath);
  EXPECT_TRUE(has(wrong_purpose.findings, Code::kCertAnchorPurpose));

  trust.anchors[0].purposes = every_purpose();
  trust.anchors[0].trusted_until = test_now();
  EXPECT_EQ(build_path(input).state, State::kValid);
  input.at = instant("2026-06-01T00:00:01Z");
  const auto too_late = build_path(input);
  EXPECT_EQ(too_late.state, State::kNoPath);
  EXPECT_TRUE(has(too_late.findings, Code::kCertAnchorPeriod));
  trust.anchors[0].trusted_until = std::nullopt;
  trust.anchors[0].trusted_from = instant("2026-06-01T00:00:02Z");
  EXPECT_EQ(build_path(input).state, State::kNoPath);
}

TEST(Path, ASecondAnchorHelpsWhenTheFirstMayNot) {
  auto trust = test_trust();
  trust.anchors[0].purposes = {Purpose::kOcsp};
  trust.anchors.push_back(anchor("issuing-ca"));
  const auto result = build_path(input_for("officer-p256", trust));
  EXPECT_EQ(result.state, State::kValid);
  EXPECT_EQ(result.anchor, 1U);
}

TEST(Path, TellsALeafOutsideItsValidity) {
  const auto trust = test_trust();
  const auto expired = build_path(input_for("officer-expired", trust));
  EXPECT_EQ(expired.state, State::kExpired);
  EXPECT_TRUE(has(expired.findings, Code::kCertExpired));
  EXPECT_EQ(build_path(input_for("officer-future", trust)).state, State::kNotYetValid);
  auto before = input_for("officer-expired", trust);
  before.at = instant("2025-12-31T00:00:00Z");
  before.crls = {crl("root"), crl("issuing-ca-stale")};
  before.check_revocation = false;
  EXPECT_EQ(build_path(before).state, State::kValid);
  before.at = instant("2025-12-31T00:00:01Z");
  EXPECT_EQ(build_path(before).state, State::kExpired);
}

TEST(Path, AnAuthorityOutsideItsValidityVouchesForNobody) {
  auto trust = test_trust();
  trust.intermediates.push_back(cert("expired-ca"));
  auto input = input_for("officer-of-expired-ca", trust);
  input.crls.push_back(crl("expired-ca"));
  const auto result = build_path(input);
  EXPECT_EQ(result.state, State::kInvalid);
  EXPECT_TRUE(has(result.findings, Code::kCertCaExpired));
  input.at = instant("2025-12-01T00:00:00Z");
  input.check_revocation = false;  // the root's list is younger than that authority
  EXPECT_EQ(build_path(input).state, State::kValid);
}

TEST(Path, ChecksWhatTheLeafIsFor) {
  const auto trust = test_trust();
  const auto state = [&](const char* leaf, Purpose purpose) {
    auto input = input_for(leaf, trust);
    input.purpose = purpose;
    return build_path(input).state;
  };
  EXPECT_EQ(state("officer-encipher", Purpose::kSign), State::kInvalid);
  EXPECT_EQ(state("tsa", Purpose::kSign), State::kInvalid);
  EXPECT_EQ(state("ocsp", Purpose::kSeal), State::kInvalid);
  EXPECT_EQ(state("tsa", Purpose::kTimestamp), State::kValid);
  EXPECT_EQ(state("tsa-p256", Purpose::kTimestamp), State::kValid);
  EXPECT_EQ(state("tsa-lax", Purpose::kTimestamp), State::kInvalid);
  EXPECT_EQ(state("officer-p256", Purpose::kTimestamp), State::kInvalid);
  EXPECT_EQ(state("ocsp", Purpose::kOcsp), State::kValid);
  EXPECT_EQ(state("officer-p256", Purpose::kOcsp), State::kInvalid);
}

TEST(Path, ALeafVouchesForNobody) {
  // An officer's key signs "certificates" as well as any other: RFC 5280 §6.1.4 (k) and (n).
  const auto trust = test_trust();
  auto input = input_for("officer-p256", trust);
  input.leaf = issue({.issuer = "officer-p256", .subject_of = "officer-p384", .serial = 7});
  input.candidates = {cert("officer-p256")};
  ASSERT_TRUE(input.leaf.signature_verifies_with(cert("officer-p256")));
  const auto result = build_path(input);
  EXPECT_EQ(result.state, State::kInvalid);
  EXPECT_TRUE(has(result.findings, Code::kCertPathInvalid));
  EXPECT_EQ(result.chain.size(), 4U);
}

TEST(Path, HonoursTheCallersPolicies) {
  const auto trust = test_trust();
  auto input = input_for("officer-p256", trust);
  EXPECT_EQ(build_path(input).state, State::kValid);
  input.policies.required = true;  // issuing-ca asserts none
  const auto result = build_path(input);
  EXPECT_EQ(result.state, State::kInvalid);
  EXPECT_TRUE(has(result.findings, Code::kCertPathInvalid));
}

TEST(Path, GivesUpWhenADocumentBringsTooManyAuthoritiesOfOneName) {
  const auto trust = test_trust();
  auto input = input_for("fake-officer", trust);
  for (int i = 0; i < 400; ++i)
    input.candidates.push_back(
        issue({.issuer = "officer-p256", .subject_of = "issuing-ca", .serial = i}));
  const auto result = build_path(input);
  EXPECT_EQ(result.state, State::kNoPath);
  EXPECT_TRUE(has(result.findings, Code::kCertPathBudget));
  // What is known beforehand is looked at first: such a document cannot hide a real path.
  input.leaf = cert("officer-rsa2048");
  EXPECT_EQ(build_path(input).state, State::kValid);
}

TEST(Path, RealVietnameseChainIsTrustedOnlyWhenItsRootIs) {
  const auto folder = std::filesystem::path{ANTIN_SOURCE_DIR} / ".." / "shared/pki/vietnam";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no certificates of Viet Nam beside this";
  const auto read = [&](const char* name) {
    return Certificate::from_file_bytes(read_file(folder / name)).value().at(0);
  };
  const auto ca = read("cpcag2.crt");
  const auto root = read("rootcag2.crt");
  EXPECT_EQ(root.subject_common_name(), "RootCA chuyên dùng Chính phủ G2");
  EXPECT_TRUE(root.self_signed());
  EXPECT_TRUE(ca.signature_verifies_with(root));
  EXPECT_TRUE(read("vnpt-ca-sha2.crt").signature_verifies_with(read("vnrca256.crt")));
  EXPECT_FALSE(is_test_pki(root));

  TrustStore trust{{}, {ca, root}};
  PathInput input{.leaf = ca,
                  .candidates = {root},
                  .trust = &trust,
                  .crls = {},
                  .purpose = Purpose::kSign,
                  .at = test_now(),
                  .check_revocation = false};
  EXPECT_EQ(build_path(input).state, State::kNoPath);
  trust.anchors.push_back({root, every_purpose(), std::nullopt, std::nullopt});
  const auto known = build_path(input);
  EXPECT_EQ(known.chain.size(), 2U);
  EXPECT_EQ(known.state, State::kInvalid);  // a CA's key (certSign, crlSign) signs no documents
  EXPECT_TRUE(has(known.findings, Code::kCertUsage));
}

}  // namespace
}  // namespace antin::certs
