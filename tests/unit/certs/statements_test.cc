// What validation in the past (EN 319 102-1 §5.6.2) is given: chains without time, and what was
// said about each certificate by whom.

#include <gtest/gtest.h>

#include "certs/revocation.h"
#include "tests/unit/certs/make_ocsp.h"

namespace antin::certs {
namespace {

using Revocation = RevocationStatus::State;
using Source = RevocationStatement::Source;

struct Evidence {
  std::vector<Crl> crls = {};
  std::vector<OcspResponse> answers = {};
};

std::vector<RevocationStatement> about(const std::string& leaf, const Evidence& evidence,
                                       std::size_t index = 0) {
  const auto trust = test_trust();
  auto input = input_for(leaf, trust);
  input.crls = evidence.crls;
  input.ocsp = evidence.answers;
  input.check_revocation = false;              // plays no part
  input.at = instant("2090-01-01T00:00:00Z");  // nor does this
  const auto chains = prospective_chains(input);
  EXPECT_EQ(chains.size(), 1U);
  return revocation_statements(input, chains.at(0), index);
}

TEST(ProspectiveChains, KnowNoTime) {
  const auto trust = test_trust();
  for (const char* leaf : {"officer-expired", "officer-future", "officer-revoked"}) {
    const auto chains = prospective_chains(input_for(leaf, trust));
    ASSERT_EQ(chains.size(), 1U);
    EXPECT_EQ(chains[0].chain, (std::vector{cert(leaf), cert("issuing-ca"), cert("root")}));
    EXPECT_EQ(chains[0].anchor, 0U);
  }
}

TEST(ProspectiveChains, KeepTheRulesThatKnowNoClock) {
  auto trust = test_trust();
  EXPECT_TRUE(prospective_chains(input_for("fake-officer", trust)).empty());
  EXPECT_TRUE(prospective_chains(input_for("officer-encipher", trust)).empty());
  auto input = input_for("officer-p256", trust);
  input.policies.required = true;
  input.policies.acceptable = {"1.2.3.4"};
  EXPECT_TRUE(prospective_chains(input).empty());
  trust.anchors[0].purposes = {Purpose::kTimestamp};
  EXPECT_TRUE(prospective_chains(input_for("officer-p256", trust)).empty());
  const TrustStore lt{{anchor("lt-root")}, {cert("lt-ca-constrained"), cert("lt-ca")}};
  EXPECT_EQ(prospective_chains(input_for("lt-inside", lt)).size(), 1U);
  EXPECT_TRUE(prospective_chains(input_for("lt-outside", lt)).empty());
}

TEST(ProspectiveChains, AreAllOfThemShortestFirst) {
  const TrustStore trust{{anchor("other-root"), anchor("root"), anchor("issuing-ca")},
                         {cert("issuing-ca-cross"), cert("issuing-ca-2")}};
  const auto chains = prospective_chains(input_for("officer-p256", trust));
  ASSERT_EQ(chains.size(), 3U);
  EXPECT_EQ(chains[0].chain.size(), 2U);
  EXPECT_EQ(chains[0].anchor, 2U);
  EXPECT_EQ(chains[1].anchor, 0U);
  EXPECT_EQ(chains[2].anchor, 1U);
}

TEST(RevocationStatements, AreNewestFirstWithTheirSigners) {
  const auto all = about("officer-p256",
                         {.crls = {crl("issuing-ca-stale"), crl("root"), crl("issuing-ca-later")},
                          .answers = {make(Answer{})}});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].source, Source::kCrl);
  EXPECT_EQ(all[0].evidence, 2U);
  EXPECT_EQ(all[0].signer_chain, (std::vector{cert("issuing-ca"), cert("root")}));
  EXPECT_EQ(all[1].source, Source::kOcsp);
  EXPECT_EQ(all[1].evidence, 0U);
  EXPECT_EQ(all[1].issued, instant("2026-05-31T23:00:00Z"));
  EXPECT_EQ(all[1].signer_chain, (std::vector{cert("ocsp"), cert("issuing-ca"), cert("root")}));
  EXPECT_EQ(all[2].evidence, 0U);
  for (const auto& one : all) EXPECT_EQ(one.status.state, Revocation::kGood);
}

TEST(RevocationStatements, TellRevocationsOfEachList) {
  const auto all =
      about("officer-revoked-later", {.crls = {crl("issuing-ca"), crl("issuing-ca-later")}});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].status.state, Revocation::kRevoked);
  EXPECT_EQ(all[0].status.revoked_at, instant("2026-09-01T00:00:00Z"));
  EXPECT_EQ(all[0].status.reason, "superseded");
  EXPECT_EQ(all[1].status.state, Revocation::kGood);
}

TEST(RevocationStatements, AreAboutAuthoritiesTooButNotTheAnchor) {
  const Evidence evidence{.crls = {crl("root"), crl("issuing-ca")}};
  const auto of_authority = about("officer-p256", evidence, 1);
  ASSERT_EQ(of_authority.size(), 1U);
  EXPECT_EQ(of_authority[0].signer_chain, std::vector{cert("root")});
  EXPECT_TRUE(about("officer-p256", evidence, 2).empty());
  EXPECT_TRUE(about("officer-p256", evidence, 9).empty());
}

TEST(RevocationStatements, OfOthersAreNone) {
  EXPECT_TRUE(about("officer-p256", {.crls = {crl("fake-issuing-ca"), crl("root")},
                                     .answers = {make(Answer{.signer = "agency"})}})
                  .empty());
  EXPECT_TRUE(about("officer-p256", {.answers = {make(Answer{.signer = "ocsp-expired"})}}).empty());
}

TEST(RevocationStatements, MadeAfterExpirySayNothingGoodButStillRevoke) {
  EXPECT_TRUE(about("officer-expired", {.crls = {crl("issuing-ca")}}).empty());
  const auto answer = make(Answer{.singles = {[] {
                                    auto single = revoked("2025-11-01T00:00:00Z");
                                    single.certificate = "officer-expired";
                                    return single;
                                  }()}});
  const auto all = about("officer-expired", {.crls = {crl("issuing-ca")}, .answers = {answer}});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].status.state, Revocation::kRevoked);
}

TEST(RevocationStatements, ASignerMustHaveBeenInForceWhenItSpoke) {
  const TrustStore trust{{anchor("root")}, {cert("expired-ca")}};
  auto input = input_for("officer-of-expired-ca", trust);
  const auto chain = prospective_chains(input).at(0);
  input.crls = {crl("expired-ca")};  // of 15 December 2025, within its validity
  EXPECT_EQ(revocation_statements(input, chain, 0).size(), 1U);
  Single single;
  single.certificate = "officer-of-expired-ca";
  single.issuer = "expired-ca";
  input.crls.clear();
  input.ocsp = {make(Answer{.singles = {single}, .signer = "expired-ca"})};  // half a year later
  EXPECT_TRUE(revocation_statements(input, chain, 0).empty());
}

TEST(RevocationStatements, ARevokedResponderIsNotHeardOnceItMayBeCompromised) {
  const auto answer = make(Answer{.signer_certificate = issue(Responder{})});
  const auto judged = [&](const List& list) {
    const auto all =
        about("officer-p256", {.crls = {crl("root"), make(list)}, .answers = {answer}});
    return std::any_of(all.begin(), all.end(),
                       [](const auto& one) { return one.source == Source::kOcsp; });
  };
  EXPECT_TRUE(judged({.serial = 1}));
  EXPECT_FALSE(judged({.revoked_at = "2026-02-01T00:00:00Z", .reason = CRL_REASON_SUPERSEDED}));
  EXPECT_FALSE(judged({.revoked_at = "2027-02-01T00:00:00Z"}));
  EXPECT_TRUE(judged({.revoked_at = "2027-02-01T00:00:00Z", .reason = CRL_REASON_SUPERSEDED}));
}

TEST(RevocationStatements, OfSomeReasonsDoNotMakeAWhole) {
  const TrustStore trust{{anchor("lt-root")}, {cert("lt-ca")}};
  auto input = input_for("lt-signer-long", trust);
  const auto chain = prospective_chains(input).at(0);
  input.crls = {crl("lt-ca-reasons")};  // keyCompromise only
  EXPECT_TRUE(revocation_statements(input, chain, 0).empty());
  input.crls = {crl("lt-ca-reasons"), crl("lt-ca")};
  const auto all = revocation_statements(input, chain, 0);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].evidence, 1U);
}

TEST(RevocationStatements, OfAllReasonsTogetherAreOneAsOldAsTheOldest) {
  const auto some = make(List{.serial = 1, .only_reasons = {1, 2, 3, 4}});
  const auto rest = make(List{.serial = 1,
                              .this_update = "2026-05-10T00:00:00Z",
                              .next_update = "2026-06-10T00:00:00Z",
                              .only_reasons = {5, 6, 7, 8}});
  EXPECT_TRUE(about("officer-p256", {.crls = {some, crl("root")}}).empty());
  const auto all = about("officer-p256", {.crls = {some, crl("root"), rest}});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].evidence, 2U);
  EXPECT_EQ(all[0].issued, instant("2026-05-10T00:00:00Z"));
  EXPECT_EQ(all[0].status.next_update, instant("2026-06-10T00:00:00Z"));
}

TEST(RevocationStatements, ReadPartitionedIndirectAndDeltaLists) {
  const TrustStore trust{{anchor("lt-root")}, {cert("lt-ca"), cert("lt-crl-issuer")}};
  const auto judged = [&](const std::string& leaf, std::vector<Crl> crls) {
    auto input = input_for(leaf, trust);
    input.crls = std::move(crls);
    input.crls.push_back(crl("lt-root"));
    return revocation_statements(input, prospective_chains(input).at(0), 0);
  };
  const auto partitioned = judged("lt-partitioned", {crl("lt-ca-part-2"), crl("lt-ca-part-1")});
  ASSERT_FALSE(partitioned.empty());
  EXPECT_EQ(partitioned[0].status.state, Revocation::kRevoked);
  const auto indirect = judged("lt-indirect", {crl("lt-indirect")});
  ASSERT_EQ(indirect.size(), 1U);
  EXPECT_EQ(indirect[0].status.state, Revocation::kRevoked);
  EXPECT_EQ(indirect[0].signer_chain.front(), cert("lt-crl-issuer"));
  const auto added = judged("lt-listed", {crl("lt-ca-base"), crl("lt-ca-delta")});
  ASSERT_EQ(added.size(), 1U);
  EXPECT_EQ(added[0].status.state, Revocation::kRevoked);
  EXPECT_EQ(added[0].evidence, 1U);
  const auto removed =
      judged("lt-listed", {crl("lt-ca-base"), crl("lt-ca-delta"), crl("lt-ca-delta-removes")});
  ASSERT_EQ(removed.size(), 1U);
  EXPECT_EQ(removed[0].evidence, 2U);
  EXPECT_EQ(removed[0].status.state, Revocation::kGood);
}

TEST(RevocationStatements, OfWhoeverIsNeverRevokedAreNone) {
  EXPECT_TRUE(never_revoked(cert("ocsp")));
  EXPECT_TRUE(never_revoked(cert("lt-short")));
  EXPECT_TRUE(never_revoked(cert("lt-norevavail")));
  EXPECT_FALSE(never_revoked(cert("ocsp-revoked")));
  EXPECT_FALSE(never_revoked(cert("officer-p256")));
}

TEST(Freshness, IsTheMakersOwnRhythmUnlessAPolicySaysOtherwise) {
  const auto statement = about("officer-p256", {.answers = {make(Answer{})}}).at(0);
  // From 31 May 23:00 for a day.
  EXPECT_TRUE(is_fresh(statement, instant("2026-06-01T23:00:00Z"), std::nullopt));
  EXPECT_FALSE(is_fresh(statement, instant("2026-06-01T23:00:01Z"), std::nullopt));
  EXPECT_TRUE(is_fresh(statement, instant("2026-06-01T00:00:00Z"), std::chrono::hours{1}));
  EXPECT_FALSE(is_fresh(statement, instant("2026-06-01T00:00:01Z"), std::chrono::hours{1}));
  EXPECT_TRUE(is_fresh(statement, instant("2020-01-01T00:00:00Z"), std::chrono::hours{0}));
  Single open;
  open.next_update = nullptr;
  const auto ever = about("officer-p256", {.answers = {make(Answer{.singles = {open}})}}).at(0);
  EXPECT_TRUE(is_fresh(ever, instant("2026-05-31T23:05:00Z"), std::nullopt));
  EXPECT_FALSE(is_fresh(ever, instant("2026-05-31T23:05:01Z"), std::nullopt));
}

}  // namespace
}  // namespace antin::certs
