#include "signer/extend.h"

#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "pdf/read/changes.h"
#include "pdf/read/document.h"
#include "signer/pades.h"
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

SharedBytes vector_document(const std::string& name) {
  return SharedBytes(to_bytes(
      read_text(std::string(ANTIN_SOURCE_DIR "/tests/vectors/structure/") + name + ".pdf")));
}

certs::TrustStore root_trust() {
  std::vector<certs::TrustFile> files;
  for (const auto* name : {"root.crt", "issuing-ca.crt"})
    files.push_back(
        {.name = name, .octets = to_bytes(read_text(pki_path(std::string("certs/") + name)))});
  return certs::load_trust_store(files, certs::TestPki::kAllow).value();
}

std::vector<certs::Crl> may_lists() {
  std::vector<certs::Crl> crls;
  for (const auto* name : {"root", "issuing-ca"})
    crls.push_back(
        certs::Crl::from_bytes(as_bytes(read_text(pki_path(std::string("crl/") + name + ".crl"))))
            .value());
  return crls;
}

template <class Made>
SharedBytes joined(const Made& made) {
  auto whole = to_bytes(made.original.view());
  whole.insert(whole.end(), made.tail.begin(), made.tail.end());
  return SharedBytes(std::move(whole));
}

bool says(const Findings& findings, Code code) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& one) { return one.code == code; });
}

class Extend : public ::testing::Test {
 protected:
  Extend() {
    EXPECT_TRUE(holder_.add("officer", pki_key("officer-rsa2048")));
    EXPECT_TRUE(holder_.add("agency", pki_key("agency")));
    EXPECT_TRUE(tsa_.load("tsa"));
    environment_ = {
        .clock = &clock_, .random = &random_, .timestamps = &tsa_, .evidence = &evidence_};
  }

  SignRequest signing(const SharedBytes& document, Level level,
                      const std::string& who = "officer-rsa2048") const {
    return {.document = document,
            .document_name = {},
            .password = {},
            .update = {},
            .certificate = pki_certificate(who),
            .chain = {pki_certificate("issuing-ca")},
            .scheme = {kRsaPkcs1, kSha256},
            .level = level,
            .check = {.trust = &trust_,
                      .crls = crls_,
                      .purpose = who == "agency" ? certs::Purpose::kSeal : certs::Purpose::kSign,
                      .earlier = std::nullopt}};
  }
  SharedBytes signed_at(Level level, const std::string& vector = "xref-table") {
    const auto made =
        sign(signing(vector_document(vector), level), holder_, "officer", environment_);
    EXPECT_TRUE(made) << to_log_line(made.error());
    EXPECT_EQ(made.value().level_reached, level);
    return joined(made.value());
  }
  ExtendRequest extending(const SharedBytes& document, Level target) const {
    return {.document = document, .password = {}, .target = target, .proof = {.trust = &trust_}};
  }
  void later(std::chrono::hours by) {
    clock_.advance(by);
    tsa_.at = clock_.utc_now();
    evidence_.at = clock_.utc_now();
  }

  static pdf::Document open(const SharedBytes& file) {
    auto document = pdf::Document::open(file, {.password = {}, .limits = {}});
    EXPECT_TRUE(document) << to_log_line(document.error());
    return std::move(document).value();
  }
  static std::size_t timestamps_in(const SharedBytes& file) {
    const auto fields = open(file).signature_fields().value();
    return static_cast<std::size_t>(
        std::count_if(fields.begin(), fields.end(), [](const auto& field) {
          return field.is_signed && field.type == "DocTimeStamp" &&
                 field.sub_filter == "ETSI.RFC3161" && field.findings.empty();
        }));
  }
  // Nothing but evidence and timestamps came after the first `signed_octets`.
  static void expect_only_appended(const SharedBytes& before, const SharedBytes& after) {
    ASSERT_GE(after.size(), before.size());
    EXPECT_TRUE(std::equal(before.view().begin(), before.view().end(), after.view().begin()));
    const auto document = open(after);
    for (const auto& finding : document.findings()) EXPECT_NE(finding.severity, Severity::kError);
    const auto& revisions = document.revisions().revisions;
    const auto from = std::find_if(revisions.begin(), revisions.end(),
                                   [&](const auto& one) { return one.end >= before.size(); });
    ASSERT_NE(from, revisions.end());
    const auto changes = pdf::changes_between(after, document.revisions(),
                                              static_cast<std::size_t>(from - revisions.begin()),
                                              revisions.size() - 1, {.password = {}, .limits = {}});
    ASSERT_TRUE(changes) << to_log_line(changes.error());
    for (const auto& change : changes.value()) {
      EXPECT_LE(change.level, pdf::ChangeLevel::kSignature) << change.detail;
      EXPECT_FALSE(change.never_permitted) << change.detail;
    }
  }

  certs::TrustStore trust_ = root_trust();
  std::vector<certs::Crl> crls_ = may_lists();
  fakes::FrozenClock clock_{test_now()};
  fakes::CountingRandom random_;
  fakes::SoftKeyHolder holder_;
  SoftTsa tsa_;
  SoftEvidence evidence_;
  Environment environment_{};
};

TEST_F(Extend, S06_ReachesEveryLevelFromEveryLowerOne) {
  for (const auto from : {Level::kB, Level::kT, Level::kLT}) {
    const auto before = signed_at(from);
    for (const auto target : {Level::kT, Level::kLT, Level::kLTA}) {
      SCOPED_TRACE(std::string(name(from)) + " to " + std::string(name(target)));
      const auto made = extend(extending(before, target), environment_);
      ASSERT_TRUE(made) << to_log_line(made.error());
      EXPECT_EQ(made.value().level_reached, target);
      EXPECT_FALSE(says(made.value().warnings, Code::kLevelNotReached));
      const auto after = joined(made.value());
      expect_only_appended(before, after);
      const std::size_t wanted = (from == Level::kB ? 1U : 0U) + (target == Level::kLTA ? 1U : 0U);
      EXPECT_EQ(timestamps_in(after), wanted);
      EXPECT_EQ(says(made.value().warnings, Code::kTimestampElsewhere), from == Level::kB);
    }
  }
}

TEST_F(Extend, S05_StoresWhatTheChainsNeedUnderTheSignaturesKey) {
  const auto before = signed_at(Level::kT);
  const auto made = extend(extending(before, Level::kLT), environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  const auto store = open(joined(made.value())).security_store().value();
  for (const auto* name : {"officer-rsa2048", "issuing-ca", "root", "tsa", "ocsp"})
    EXPECT_THAT(store.certificates, ::testing::Contains(pki_certificate(name).der())) << name;
  EXPECT_EQ(store.crls.size(), 1U);
  EXPECT_EQ(store.ocsp_responses.size(), 2U);  // officer, timestamp server
  const auto fields = open(before).signature_fields().value();
  auto key = to_hex(ossl::digest(kSha1, {ByteView(fields.at(0).contents)}));
  std::transform(key.begin(), key.end(), key.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const auto tail = made.value().tail;
  EXPECT_NE(as_text(tail).find("/" + key), std::string_view::npos);
}

TEST_F(Extend, LeavesADocumentThatHasTheLevelAsItIs) {
  for (const auto level : {Level::kT, Level::kLT, Level::kLTA}) {
    const auto before = signed_at(level);
    evidence_.asked = 0;
    const auto made = extend(extending(before, level), environment_);
    ASSERT_TRUE(made) << to_log_line(made.error());
    EXPECT_TRUE(made.value().tail.empty()) << name(level);
    EXPECT_EQ(made.value().level_reached, level);
    EXPECT_TRUE(says(made.value().warnings, Code::kLevelAlready));
    EXPECT_EQ(evidence_.asked, 0) << name(level);
  }
}

TEST_F(Extend, SaysWhatIsMissingWithoutANetwork) {
  const auto before = signed_at(Level::kT);
  evidence_.reachable = false;
  auto request = extending(before, Level::kLTA);
  const auto made = extend(request, environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().level_reached, Level::kT);
  EXPECT_TRUE(made.value().tail.empty());
  EXPECT_TRUE(says(made.value().warnings, Code::kLevelNotReached));
  EXPECT_TRUE(says(made.value().warnings, Code::kEvidenceMissing));
  EXPECT_TRUE(says(made.value().warnings, Code::kEvidenceUnreachable));
  request.without = WithoutEvidence::kFail;
  const auto refused = extend(request, environment_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kTimestampDataMissing);
}

TEST_F(Extend, ListsFromFilesReplaceTheNetworkAndTellThatTheyAreOld) {
  const auto before = signed_at(Level::kT);
  evidence_.reachable = false;
  auto request = extending(before, Level::kLT);
  request.proof.crls = crls_;
  const auto made = extend(request, environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().level_reached, Level::kLT);
  EXPECT_TRUE(says(made.value().warnings, Code::kEvidenceNotFresh));
  request.proof.freshness = ProofMaterial::Freshness::kRequire;
  const auto strict = extend(request, environment_);
  ASSERT_TRUE(strict) << to_log_line(strict.error());
  EXPECT_EQ(strict.value().level_reached, Level::kT);
  EXPECT_TRUE(strict.value().tail.empty());
  EXPECT_TRUE(says(strict.value().warnings, Code::kEvidenceNotFresh));
}

TEST_F(Extend, FresherDataIsAddedLater) {
  evidence_.reachable = false;
  auto request = extending(signed_at(Level::kT), Level::kLT);
  request.proof.crls = crls_;
  const auto old = joined(extend(request, environment_).value());
  evidence_.reachable = true;
  later(std::chrono::hours{24});
  const auto made = extend(extending(old, Level::kLT), environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_FALSE(made.value().tail.empty());
  EXPECT_FALSE(says(made.value().warnings, Code::kEvidenceNotFresh));
  const auto store = open(joined(made.value())).security_store().value();
  EXPECT_EQ(store.crls.size(), 2U);  // what was there stays
  EXPECT_FALSE(store.ocsp_responses.empty());
}

TEST_F(Extend, WithoutATimestampServerTheLevelStaysAndNothingIsAppended) {
  const auto before = signed_at(Level::kB);
  tsa_.fail_with = Code::kTimestampUnreachable;
  auto request = extending(before, Level::kLTA);
  const auto made = extend(request, environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().level_reached, Level::kB);
  EXPECT_TRUE(made.value().tail.empty());
  EXPECT_TRUE(says(made.value().warnings, Code::kTimestampUnreachable));
  request.without = WithoutEvidence::kFail;
  EXPECT_EQ(extend(request, environment_).error().code, Code::kTimestampUnreachable);
}

TEST_F(Extend, AClockThatIsWrongIsRefused) {
  const auto before = signed_at(Level::kB);
  clock_.advance(std::chrono::hours{1});
  const auto made = extend(extending(before, Level::kT), environment_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kClockSkew);
}

TEST_F(Extend, ASignatureWithoutTimeAfterItsCertificateExpiredIsTooLate) {
  const auto before = signed_at(Level::kB);
  // officer-rsa2048 ends with 2034.
  later(std::chrono::hours{24 * 365 * 9});
  const auto made = extend(extending(before, Level::kLT), environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_LT(made.value().level_reached, Level::kLT);
  EXPECT_TRUE(says(made.value().warnings, Code::kLevelNotReached));
}

TEST_F(Extend, RefusesWhatHasNoSignatureAndWhatHasNoTrust) {
  EXPECT_EQ(extend(extending(vector_document("xref-table"), Level::kLT), environment_).error().code,
            Code::kNothingToExtend);
  auto request = extending(signed_at(Level::kT), Level::kLT);
  request.proof.trust = nullptr;
  EXPECT_EQ(extend(request, environment_).error().code, Code::kLevelNeedsTrust);
  request.target = Level::kT;
  EXPECT_TRUE(extend(request, environment_));
}

TEST_F(Extend, RenewsArchivalEvidenceOnlyWhenDueOrAsked) {
  auto file = signed_at(Level::kLTA);
  const auto need = needs_renewal(file, {}, {.trust = &trust_}, clock_.utc_now());
  ASSERT_TRUE(need) << to_log_line(need.error());
  EXPECT_FALSE(need.value().due);
  EXPECT_EQ(need.value().reason, "certificate");
  ASSERT_TRUE(need.value().before);
  EXPECT_EQ(*need.value().before, std::min(pki_certificate("tsa").not_after(),
                                           pki_certificate("issuing-ca").not_after()));
  later(std::chrono::hours{24 * 365 * 8});
  EXPECT_FALSE(needs_renewal(file, {}, {.trust = &trust_}, clock_.utc_now(), std::chrono::hours{1})
                   .value()
                   .due);
  auto request = extending(file, Level::kLTA);
  request.renewal = Renewal::kAlways;
  const auto made = extend(request, environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().level_reached, Level::kLTA);
  const auto after = joined(made.value());
  expect_only_appended(file, after);
  EXPECT_EQ(timestamps_in(after), 2U);
  // The first document timestamp's server was asked about anew, and the second stands over it.
  EXPECT_GT(open(after).security_store().value().ocsp_responses.size(),
            open(file).security_store().value().ocsp_responses.size());
}

TEST_F(Extend, AnAlgorithmThatEndsMakesRenewalDue) {
  const auto file = signed_at(Level::kLTA);
  ProofMaterial proof{.trust = &trust_};
  for (auto& rule : proof.algorithms.digests) {
    if (rule.digest == kSha256) rule.until = from_rfc3339("2026-09-01T00:00:00Z");
  }
  const auto need = needs_renewal(file, {}, proof, clock_.utc_now());
  ASSERT_TRUE(need);
  EXPECT_TRUE(need.value().due);
  EXPECT_EQ(need.value().reason, "algorithm");
  EXPECT_EQ(need.value().before, from_rfc3339("2026-09-01T00:00:00Z"));
}

TEST_F(Extend, LevelsSurviveASecondAndAThirdSignature) {
  auto file = signed_at(Level::kLTA);
  for (int i = 0; i < 2; ++i) {
    const auto next = sign(signing(file, Level::kLTA, "agency"), holder_, "agency", environment_);
    ASSERT_TRUE(next) << to_log_line(next.error());
    EXPECT_EQ(next.value().level_reached, Level::kLTA);
    const auto after = joined(next.value());
    expect_only_appended(file, after);
    file = after;
  }
  evidence_.asked = 0;
  const auto made = extend(extending(file, Level::kLTA), environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_TRUE(made.value().tail.empty());
  EXPECT_EQ(made.value().level_reached, Level::kLTA);
  EXPECT_EQ(timestamps_in(file), 3U);
}

TEST_F(Extend, ACertifiedDocumentThatForbidsEveryChangeStillGetsItsEvidence) {
  auto wanted = signing(vector_document("xref-table"), Level::kT);
  wanted.update.certify = pdf::DocMdp::kNoChanges;
  const auto before = joined(sign(wanted, holder_, "officer", environment_).value());
  const auto made = extend(extending(before, Level::kLTA), environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().level_reached, Level::kLTA);
  expect_only_appended(before, joined(made.value()));
}

TEST_F(Extend, ADamagedDocumentGetsNothing) {
  auto octets = to_bytes(signed_at(Level::kT).view());
  const std::string rest = "\nrest";
  octets.insert(octets.end(), rest.begin(), rest.end());
  const auto made = extend(extending(SharedBytes(std::move(octets)), Level::kLT), environment_);
  EXPECT_FALSE(made);
}

TEST_F(Extend, AFinishedOutputIsKnownAtItsLevelAndNotAbove) {
  const auto original = vector_document("xref-table");
  const auto who = pki_certificate("officer-rsa2048");
  for (const auto made : {Level::kT, Level::kLT, Level::kLTA}) {
    const auto output = signed_at(made);
    for (const auto asked : {Level::kLT, Level::kLTA}) {
      const auto finished = is_finished_output(original, output, {}, who, asked);
      ASSERT_TRUE(finished) << to_log_line(finished.error());
      EXPECT_EQ(finished.value(), asked <= made) << name(made) << " as " << name(asked);
    }
  }
  // Signed once more by somebody else is not what this signer made.
  const auto signed_again = joined(
      sign(signing(signed_at(Level::kLT), Level::kLT, "agency"), holder_, "agency", environment_)
          .value());
  EXPECT_TRUE(is_finished_output(original, signed_again, {}, who, Level::kLT));
  EXPECT_FALSE(is_finished_output(original, signed_again, {}, pki_certificate("agency"), Level::kLT)
                   .value());
}

class ExtendEveryStructure : public Extend, public ::testing::WithParamInterface<const char*> {};

TEST_P(ExtendEveryStructure, ReachesArchival) {
  const auto before = signed_at(Level::kT, GetParam());
  const auto made = extend(extending(before, Level::kLTA), environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().level_reached, Level::kLTA);
  const auto after = joined(made.value());
  expect_only_appended(before, after);
  EXPECT_EQ(timestamps_in(after), 1U);
  const auto store = open(after).security_store().value();
  EXPECT_THAT(store.certificates, ::testing::Contains(pki_certificate("officer-rsa2048").der()));
  EXPECT_EQ(store.ocsp_responses.size(), 2U);
  EXPECT_EQ(open(before).revisions().revisions.back().kind,
            open(after).revisions().revisions.back().kind);
  const auto again = extend(extending(after, Level::kLTA), environment_);
  ASSERT_TRUE(again) << to_log_line(again.error());
  EXPECT_TRUE(again.value().tail.empty());
}

INSTANTIATE_TEST_SUITE_P(Iso32000, ExtendEveryStructure,
                         ::testing::Values("encrypted-rc4-40", "encrypted-rc4-128",
                                           "encrypted-aes-128", "encrypted-aes-256",
                                           "encrypted-aes-256-streams", "encrypted-clear-metadata",
                                           "xref-stream", "hybrid", "linearized-object-streams",
                                           "junk-before-header", "annots-shared", "form"),
                         [](const auto& row) {
                           std::string name = row.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST_F(Extend, S06_SigningFallsBackToWhatItReaches) {
  evidence_.reachable = false;
  auto wanted = signing(vector_document("xref-table"), Level::kLTA);
  wanted.check.crls.clear();
  wanted.check.accept_unknown_revocation = true;
  const auto made = sign(wanted, holder_, "officer", environment_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().level_reached, Level::kT);
  EXPECT_TRUE(says(made.value().warnings, Code::kLevelNotReached));
  tsa_.fail_with = Code::kTimestampUnreachable;
  wanted.without_timestamp = WithoutTimestamp::kKeepB;
  const auto plain = sign(wanted, holder_, "officer", environment_);
  ASSERT_TRUE(plain) << to_log_line(plain.error());
  EXPECT_EQ(plain.value().level_reached, Level::kB);
  EXPECT_TRUE(says(plain.value().warnings, Code::kLevelNotReached));
  wanted.check.trust = nullptr;
  EXPECT_EQ(sign(wanted, holder_, "officer", environment_).error().code, Code::kLevelNeedsTrust);
}

TEST_F(Extend, TwoStepsReachTheLevelsToo) {
  const auto document = vector_document("encrypted-aes-256");
  const auto prepared = prepare(signing(document, Level::kLTA), environment_);
  ASSERT_TRUE(prepared) << to_log_line(prepared.error());
  const auto value =
      holder_.sign("officer", {kRsaPkcs1, kSha256}, prepared.value().to_be_signed).value();
  const OutsideSignature outside{.raw = value, .cms = std::nullopt};
  EXPECT_EQ(complete(prepared.value().state, document, outside, environment_).error().code,
            Code::kLevelNeedsTrust);
  const auto made = complete(prepared.value().state, document, outside, environment_,
                             {.password = {}, .proof = {.trust = &trust_}});
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().level_reached, Level::kLTA);
  EXPECT_EQ(timestamps_in(joined(made.value())), 1U);
}

}  // namespace
}  // namespace antin::signer
