#include <gtest/gtest.h>

#include "certs/path.h"
#include "tests/unit/certs/pki.h"

namespace antin::certs {
namespace {

using State = PathResult::State;
using Revocation = RevocationStatus::State;

PathResult judge(const std::string& leaf, std::vector<Crl> crls, UtcTime at = test_now()) {
  const auto trust = test_trust();
  auto input = input_for(leaf, trust);
  input.crls = std::move(crls);
  input.at = at;
  auto result = build_path(input);
  result.anchor.reset();  // `trust` ends here
  return result;
}

TEST(Revocation, RevokedBeforeIsDecisive) {
  const auto result = judge("officer-revoked", current_crls());
  EXPECT_EQ(result.state, State::kRevoked);
  EXPECT_TRUE(has(result.findings, Code::kCertRevoked));
  EXPECT_EQ(result.revocation.at(0).state, Revocation::kRevoked);
  EXPECT_EQ(result.revocation[0].revoked_at, instant("2026-03-01T00:00:00Z"));
  EXPECT_EQ(result.revocation[0].reason, "keyCompromise");
}

TEST(Revocation, RevokedAfterwardsIsToldButNotDecisive) {
  const auto before = judge("officer-revoked", current_crls(), instant("2026-02-28T23:59:59Z"));
  EXPECT_EQ(before.state, State::kValid);
  EXPECT_TRUE(has(before.findings, Code::kCertRevokedLater));
  EXPECT_EQ(before.revocation.at(0).revoked_at, instant("2026-03-01T00:00:00Z"));
  EXPECT_EQ(judge("officer-revoked", current_crls(), instant("2026-03-01T00:00:00Z")).state,
            State::kRevoked);
  const auto later = judge("officer-revoked-later", {crl("root"), crl("issuing-ca-later")});
  EXPECT_EQ(later.state, State::kValid);
  EXPECT_EQ(later.revocation.at(0).reason, "superseded");
}

TEST(Revocation, WithoutEvidenceIsUnknown) {
  const auto none = judge("officer-p256", {});
  EXPECT_EQ(none.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(none.findings, Code::kCertRevocationUnknown));
  EXPECT_EQ(judge("officer-p256", {crl("issuing-ca")}).state, State::kRevocationUnknown);
  EXPECT_EQ(judge("officer-p256", {crl("root")}).state, State::kRevocationUnknown);
  EXPECT_EQ(judge("officer-no-crl", {}).state, State::kRevocationUnknown);
  EXPECT_EQ(judge("officer-no-crl", current_crls()).state, State::kValid);
}

TEST(Revocation, AListOfAnotherAuthorityOfThatNameIsNoEvidence) {
  const auto result = judge("officer-p256", {crl("root"), crl("fake-issuing-ca")});
  EXPECT_EQ(result.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(result.findings, Code::kCrlSignature));
  EXPECT_EQ(
      judge("officer-revoked", {crl("root"), crl("fake-issuing-ca"), crl("issuing-ca")}).state,
      State::kRevoked);
}

TEST(Revocation, AStaleListProvesNothingGood) {
  const auto stale = judge("officer-p256", {crl("root"), crl("issuing-ca-stale")});
  EXPECT_EQ(stale.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(stale.findings, Code::kCrlStale));
  EXPECT_EQ(
      judge("officer-p256", {crl("root"), crl("issuing-ca-stale")}, instant("2026-05-15T00:00:00Z"))
          .state,
      State::kValid);
}

TEST(Revocation, AStaleListStillProvesARevocation) {
  EXPECT_EQ(judge("officer-revoked", {crl("root"), crl("issuing-ca-stale")}).state,
            State::kRevoked);
}

TEST(Revocation, AListIssuedLaterSpeaksForAnEarlierTime) {
  EXPECT_EQ(
      judge("officer-p256", {crl("root"), crl("issuing-ca-later")}, instant("2025-06-01T00:00:00Z"))
          .state,
      State::kValid);
}

TEST(Revocation, ASuspensionCountsWhileTheListIsCurrent) {
  const auto held = judge("officer-on-hold", current_crls());
  EXPECT_EQ(held.state, State::kRevoked);
  EXPECT_EQ(held.revocation.at(0).reason, "certificateHold");
  // An old list cannot tell whether the suspension still lasts.
  EXPECT_EQ(judge("officer-on-hold", {crl("root"), crl("issuing-ca-stale")}).state,
            State::kRevocationUnknown);
}

TEST(Revocation, ExpiredAndRevokedIsRevoked) {
  EXPECT_EQ(judge("officer-revoked", {crl("root"), crl("issuing-ca-later")},
                  instant("2035-06-01T00:00:00Z"))
                .state,
            State::kRevoked);
}

TEST(Revocation, AListMadeAfterExpiryNoLongerProvesGood) {
  const auto result = judge("officer-expired", current_crls(), instant("2025-12-01T00:00:00Z"));
  EXPECT_EQ(result.state, State::kRevocationUnknown);
  EXPECT_TRUE(has(result.findings, Code::kCrlAfterExpiry));
}

TEST(Revocation, ARevokedAuthorityEndsThePath) {
  auto trust = test_trust();
  trust.intermediates.push_back(cert("revoked-ca"));
  auto input = input_for("officer-of-revoked-ca", trust);
  input.crls.push_back(crl("revoked-ca"));
  const auto result = build_path(input);
  EXPECT_EQ(result.state, State::kCaRevoked);
  EXPECT_TRUE(has(result.findings, Code::kCertCaRevoked));
  EXPECT_EQ(result.revocation.at(1).reason, "cACompromise");
  input.at = instant("2026-01-31T00:00:00Z");
  EXPECT_EQ(build_path(input).state, State::kValid);
}

TEST(Revocation, AResponderWithNoCheckNeedsNone) {
  const auto trust = test_trust();
  auto input = input_for("ocsp", trust);
  input.purpose = Purpose::kOcsp;
  input.crls = {crl("root")};
  const auto result = build_path(input);
  EXPECT_EQ(result.state, State::kValid);
  EXPECT_EQ(result.revocation.at(0).state, Revocation::kNotNeeded);
}

TEST(Revocation, NotAskedMeansUnknownNotGood) {
  const auto trust = test_trust();
  auto input = input_for("officer-revoked", trust);
  input.check_revocation = false;
  const auto result = build_path(input);
  EXPECT_EQ(result.state, State::kValid);
  EXPECT_EQ(result.revocation.at(0).state, Revocation::kUnknown);
}

TEST(Crl, TellsWhatItSays) {
  const auto list = crl("issuing-ca");
  EXPECT_EQ(list.number_hex(), "10");
  EXPECT_EQ(to_rfc3339(list.this_update()), "2026-05-15T00:00:00Z");
  EXPECT_EQ(list.next_update(), instant("2034-12-30T00:00:00Z"));
  EXPECT_EQ(list.issuer_line(), cert("issuing-ca").subject_line());
  EXPECT_TRUE(Crl::from_bytes(list.der()));
}

TEST(Crl, RefusesDamageAndOctetsAfterIt) {
  auto der = crl("issuing-ca").der();
  der.push_back(0);
  EXPECT_EQ(Crl::from_bytes(der).error().code, Code::kCrlMalformed);
  der.resize(100);
  EXPECT_EQ(Crl::from_bytes(der).error().code, Code::kCrlMalformed);
  EXPECT_EQ(Crl::from_bytes(cert("root").der()).error().code, Code::kCrlMalformed);
}

}  // namespace
}  // namespace antin::certs
