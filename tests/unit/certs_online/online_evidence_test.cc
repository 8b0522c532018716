#include "certs/online/online_evidence.h"

#include <thread>

#include <gtest/gtest.h>

#include "certs/online/polite_fetcher.h"
#include "certs/revocation.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/pki_web.h"
#include "tests/unit/certs/issue.h"
#include "tests/unit/certs/pki.h"

namespace antin::certs {
namespace {

using testpki::Fault;

const testpki::Responder& responder() {
  static const auto kResponder = testpki::Responder::open(pki_path(""));
  return kResponder.value();
}

class OnlineEvidenceTest : public testing::Test {
 protected:
  EvidenceWanted wanted(const std::string& leaf, Purpose purpose = Purpose::kSign) const {
    return {.leaves = {{cert(leaf), purpose}},
            .at_hand = {},
            .trust = &trust_,
            .at = clock_.utc_now(),
            .issued_after = std::nullopt};
  }
  EvidenceFound collect(const EvidenceWanted& what) {
    OnlineEvidence source(options_, {&web_, &cache_, &clock_, &random_});
    return source.collect(what);
  }
  // What the judge makes of it.
  PathResult::State state(const EvidenceWanted& what, const EvidenceFound& found) const {
    auto crls = what.at_hand.crls;
    crls.insert(crls.end(), found.evidence.crls.begin(), found.evidence.crls.end());
    return build_path({.leaf = what.leaves[0].certificate,
                       .candidates = found.evidence.certificates,
                       .trust = &trust_,
                       .crls = crls,
                       .ocsp = found.evidence.ocsp,
                       .purpose = what.leaves[0].purpose,
                       .at = what.at})
        .state;
  }
  static std::string reason(const Findings& findings, Code code) {
    for (const auto& finding : findings) {
      if (finding.code != code) continue;
      for (const auto& [name, value] : finding.params) {
        if (name == "reason") return value;
      }
    }
    return "";
  }

  TrustStore trust_ = test_trust();
  fakes::FrozenClock clock_{test_now()};
  fakes::CountingRandom random_;
  fakes::PkiWeb web_{responder(), clock_};
  MemoryCache cache_{std::size_t{16} << 20U};
  OnlineOptions options_;
};

using State = PathResult::State;

TEST_F(OnlineEvidenceTest, GetsOcspForTheLeafAndAListForItsIssuer) {
  const auto what = wanted("officer-rsa2048");
  const auto found = collect(what);
  EXPECT_EQ(found.evidence.ocsp.size(), 1U);
  EXPECT_EQ(found.evidence.crls.size(), 1U);
  EXPECT_EQ(web_.count("/ocsp"), 1);
  EXPECT_EQ(web_.count("/crl/root.crl"), 1);
  EXPECT_EQ(web_.count(), 2);
  EXPECT_TRUE(found.findings.empty());
  EXPECT_EQ(state(what, found), State::kValid);
}

TEST_F(OnlineEvidenceTest, ARevokedCertificateIsFoundRevoked) {
  const auto what = wanted("officer-revoked");
  EXPECT_EQ(state(what, collect(what)), State::kRevoked);
}

TEST_F(OnlineEvidenceTest, ARevokedAuthorityIsFoundRevoked) {
  auto what = wanted("officer-of-revoked-ca");
  what.at_hand.certificates = {cert("revoked-ca")};
  trust_.intermediates.push_back(cert("revoked-ca"));
  EXPECT_EQ(state(what, collect(what)), State::kCaRevoked);
}

TEST_F(OnlineEvidenceTest, AsksAgainForNothingThatIsCached) {
  const auto what = wanted("officer-rsa2048");
  collect(what);
  const auto before = web_.count();
  clock_.advance(std::chrono::minutes{5});
  auto again = what;
  again.at = clock_.utc_now();
  const auto found = collect(again);
  EXPECT_EQ(web_.count(), before);
  EXPECT_EQ(state(again, found), State::kValid);
}

TEST_F(OnlineEvidenceTest, AsksForNothingThatIsAtHand) {
  auto what = wanted("officer-rsa2048");
  what.at_hand.crls = current_crls();
  const auto found = collect(what);
  EXPECT_EQ(web_.count(), 0);
  EXPECT_TRUE(found.evidence.crls.empty());
  EXPECT_TRUE(found.evidence.ocsp.empty());
}

TEST_F(OnlineEvidenceTest, AStatementFromBeforeTheTimeInQuestionIsNotEnough) {
  auto what = wanted("officer-rsa2048");
  what.at_hand.crls = current_crls();
  what.issued_after = instant("2026-05-31T00:00:00Z");
  const auto found = collect(what);
  EXPECT_EQ(web_.count("/ocsp"), 1);
  EXPECT_EQ(found.evidence.ocsp.size(), 1U);
  // The authority's list is from before: asked for once, and there is no newer one.
  EXPECT_EQ(web_.count("/crl/root.crl"), 1);
  EXPECT_TRUE(has(found.findings, Code::kEvidenceStale));
  clock_.advance(std::chrono::minutes{5});
  collect(what);
  EXPECT_EQ(web_.count("/crl/root.crl"), 1);
  clock_.advance(std::chrono::minutes{6});
  collect(what);
  EXPECT_EQ(web_.count("/crl/root.crl"), 2);
  EXPECT_EQ(web_.last().if_none_match, "\"root\"");
}

TEST_F(OnlineEvidenceTest, ExpiredStatementsAreFetchedAgain) {
  auto what = wanted("officer-rsa2048");
  collect(what);
  clock_.advance(std::chrono::hours{24 * 40});
  what.at = clock_.utc_now();
  const auto found = collect(what);
  EXPECT_EQ(web_.count("/ocsp"), 2);
  EXPECT_EQ(state(what, found), State::kValid);
}

TEST_F(OnlineEvidenceTest, FallsBackToTheListWhenTheResponderIsSilent) {
  web_.fail("/ocsp", Code::kNetTimeout);
  const auto what = wanted("officer-rsa2048");
  const auto found = collect(what);
  EXPECT_EQ(found.evidence.crls.size(), 2U);
  EXPECT_EQ(reason(found.findings, Code::kEvidenceUnreachable), "net.timeout");
  EXPECT_EQ(found.findings.at(0).severity, Severity::kInfo);
  EXPECT_EQ(state(what, found), State::kValid);
}

TEST_F(OnlineEvidenceTest, V07_NothingReachableIsSaidAndNeverGood) {
  web_.fail("pki.antin.invalid", Code::kNetUnreachable);
  const auto what = wanted("officer-rsa2048");
  const auto found = collect(what);
  EXPECT_EQ(state(what, found), State::kRevocationUnknown);
  int warnings = 0;
  for (const auto& finding : found.findings)
    warnings +=
        finding.code == Code::kEvidenceUnreachable && finding.severity == Severity::kWarning;
  EXPECT_EQ(warnings, 3);
}

// Every answer that is wrong: the list decides instead, and the answer is not kept.
struct Wrong {
  const char* name;
  Fault fault;
  const char* as;
  const char* reason;
};
class WrongOcsp : public OnlineEvidenceTest, public testing::WithParamInterface<Wrong> {};
TEST_P(WrongOcsp, IsNotBelievedAndNotKept) {
  web_.ocsp_fault = GetParam().fault;
  web_.ocsp_as = GetParam().as;
  const auto what = wanted("officer-rsa2048");
  const auto found = collect(what);
  EXPECT_TRUE(found.evidence.ocsp.empty());
  EXPECT_EQ(found.evidence.crls.size(), 2U);
  EXPECT_EQ(reason(found.findings, Code::kEvidenceUnusable), GetParam().reason);
  EXPECT_EQ(state(what, found), State::kValid);
  // With the lists gone too there is nothing: the wrong answer was not cached.
  MemoryCache empty{1 << 20};
  web_.fail("/crl/issuing-ca.crl", Code::kNetUnreachable);
  OnlineEvidence source(options_, {&web_, &empty, &clock_, &random_});
  EXPECT_EQ(state(what, source.collect(what)), State::kRevocationUnknown);
  web_.ocsp_fault = Fault::kNone;
  web_.ocsp_as.clear();
  EXPECT_EQ(state(what, source.collect(what)), State::kValid);
}
INSTANTIATE_TEST_SUITE_P(
    Rfc6960, WrongOcsp,
    testing::Values(Wrong{"WrongNonce", Fault::kWrongNonce, "", "ocsp.mismatch"},
                    Wrong{"Refused", Fault::kRefused, "", "ocsp.refused"},
                    Wrong{"OtherSerial", Fault::kOtherSerial, "", "ocsp.mismatch"},
                    Wrong{"Unknown", Fault::kUnknown, "", "signer"},
                    Wrong{"BadSignature", Fault::kBadSignature, "", "signer"},
                    Wrong{"WrongSigner", Fault::kWrongSigner, "", "signer"},
                    Wrong{"ExpiredResponder", Fault::kNone, "ocsp-expired", "signer"},
                    Wrong{"NotAResponder", Fault::kNone, "ocsp-no-eku", "signer"},
                    Wrong{"ResponderOfAnotherAuthority", Fault::kNone, "ocsp-of-ca-2", "signer"}),
    [](const auto& row) { return row.param.name; });

TEST_F(OnlineEvidenceTest, AStaleAnswerIsNotEnough) {
  web_.ocsp_fault = Fault::kStale;
  const auto what = wanted("officer-rsa2048");
  const auto found = collect(what);
  EXPECT_TRUE(has(found.findings, Code::kEvidenceStale));
  EXPECT_EQ(found.evidence.crls.size(), 2U);
  EXPECT_EQ(state(what, found), State::kValid);
}

TEST_F(OnlineEvidenceTest, ARevokedRespondersAnswerIsNotBelieved) {
  web_.ocsp_as = "ocsp-revoked";
  web_.spoil("/crl/issuing-ca.crl", [](HttpResponse response) -> Result<HttpResponse> {
    response.body = responder().crl("issuing-ca-responders").value();
    return response;
  });
  const auto what = wanted("officer-rsa2048");
  const auto found = collect(what);
  EXPECT_EQ(reason(found.findings, Code::kEvidenceUnusable), "signer");
  EXPECT_EQ(state(what, found), State::kValid);  // by the list
}

TEST_F(OnlineEvidenceTest, AResponderWithoutNoCheckIsCheckedItself) {
  trust_ = {{anchor("lt-root")}, {cert("lt-ca")}};
  web_.ocsp_as = "lt-ocsp-checked";
  const auto what = wanted("lt-signer-long");
  const auto found = collect(what);
  EXPECT_GE(found.evidence.ocsp.size(), 1U);
  EXPECT_EQ(state(what, found), State::kValid);
}

class WrongList : public OnlineEvidenceTest {
 protected:
  void SetUp() override { web_.fail("/ocsp", Code::kNetUnreachable); }
  void serve_instead(const std::string& name) {
    web_.spoil("/crl/issuing-ca.crl", [name](HttpResponse response) -> Result<HttpResponse> {
      response.body = responder().crl(name).value();
      return response;
    });
  }
};

TEST_F(WrongList, AForeignListIsNotBelieved) {
  serve_instead("fake-issuing-ca");
  const auto what = wanted("officer-revoked");
  const auto found = collect(what);
  EXPECT_EQ(reason(found.findings, Code::kEvidenceUnusable), "signer");
  EXPECT_EQ(found.evidence.crls.size(), 1U);
  EXPECT_EQ(state(what, found), State::kRevocationUnknown);
}

TEST_F(WrongList, AStaleListIsNotEnough) {
  serve_instead("issuing-ca-stale");
  const auto what = wanted("officer-rsa2048");
  const auto found = collect(what);
  EXPECT_TRUE(has(found.findings, Code::kEvidenceStale));
  EXPECT_EQ(state(what, found), State::kRevocationUnknown);
}

TEST_F(WrongList, GarbageIsNotBelieved) {
  web_.spoil("/crl/issuing-ca.crl", [](HttpResponse response) -> Result<HttpResponse> {
    response.body = to_bytes("not a list");
    return response;
  });
  const auto what = wanted("officer-rsa2048");
  const auto found = collect(what);
  EXPECT_EQ(reason(found.findings, Code::kEvidenceUnusable), "cert.crl_malformed");
  EXPECT_EQ(state(what, found), State::kRevocationUnknown);
}

TEST_F(WrongList, AnOlderListReplacesNothing) {
  serve_instead("issuing-ca-later");
  auto what = wanted("officer-revoked-later");
  what.at = instant("2026-11-01T00:00:00Z");
  EXPECT_EQ(state(what, collect(what)), State::kRevoked);
  web_.mend("/crl/issuing-ca.crl");
  clock_.advance(std::chrono::hours{2});
  what.issued_after = instant("2026-10-15T00:00:00Z");
  collect(what);
  what.issued_after.reset();
  EXPECT_EQ(state(what, collect(what)), State::kRevoked);
}

TEST_F(OnlineEvidenceTest, V05_AMissingIssuerIsFetchedOnlyWhenAllowed) {
  trust_ = {{anchor("lt-root")}, {}};
  const auto what = wanted("lt-signer-long");
  const auto without = collect(what);
  EXPECT_TRUE(has(without.findings, Code::kEvidenceNoIssuer));
  EXPECT_EQ(web_.count(), 0);
  options_.issuers = OnlineOptions::MissingIssuers::kFetch;
  const auto found = collect(what);
  ASSERT_EQ(found.evidence.certificates.size(), 1U);
  EXPECT_EQ(found.evidence.certificates[0], cert("lt-ca"));
  EXPECT_EQ(state(what, found), State::kValid);
  collect(what);
  EXPECT_EQ(web_.count("/certs/"), 1);
}

TEST_F(OnlineEvidenceTest, AForeignIssuerIsNotTaken) {
  trust_ = {{anchor("lt-root")}, {}};
  options_.issuers = OnlineOptions::MissingIssuers::kFetch;
  web_.spoil("/certs/", [](HttpResponse response) -> Result<HttpResponse> {
    response.body = responder().certificate("lt-ca-2").value();
    return response;
  });
  const auto found = collect(wanted("lt-signer-long"));
  EXPECT_TRUE(found.evidence.certificates.empty());
  EXPECT_EQ(reason(found.findings, Code::kEvidenceUnusable), "signer");
}

TEST_F(OnlineEvidenceTest, AStrangersCertificateSendsNobodyAnywhere) {
  auto what = wanted("fake-officer");
  what.at_hand.certificates = {cert("fake-issuing-ca"), cert("fake-root")};
  const auto found = collect(what);
  EXPECT_EQ(web_.count(), 0);
  EXPECT_TRUE(found.findings.empty());
}

TEST_F(OnlineEvidenceTest, ACertificateWithoutAddressesIsNamed) {
  const auto found = collect(wanted("officer-no-crl"));
  EXPECT_TRUE(has(found.findings, Code::kEvidenceNoAddress));
}

Certificate with_crl_addresses(const std::string& addresses) {
  return issue({.issuer = "issuing-ca",
                .subject_of = "officer-rsa2048",
                .serial = 4242,
                .crl_addresses = addresses});
}
constexpr auto kDirectory = "URI:ldap://pki.antin.invalid/cn=list?certificateRevocationList";

TEST_F(OnlineEvidenceTest, ADirectoryIsNotAskedAndNamed) {
  auto what = wanted("officer-rsa2048");
  what.leaves[0].certificate = with_crl_addresses(kDirectory);
  const auto found = collect(what);
  EXPECT_TRUE(has(found.findings, Code::kEvidenceScheme));
  EXPECT_TRUE(has(found.findings, Code::kEvidenceNoAddress));
  EXPECT_EQ(web_.count("ldap"), 0);
  EXPECT_EQ(web_.count("/crl/issuing-ca.crl"), 0);
  EXPECT_EQ(state(what, found), State::kRevocationUnknown);
}

TEST_F(OnlineEvidenceTest, ADirectoryBesideAnAddressThatAnswersIsNoTrouble) {
  auto what = wanted("officer-rsa2048");
  what.leaves[0].certificate = with_crl_addresses(
      std::string{kDirectory} + ",URI:http://pki.antin.invalid/crl/issuing-ca.crl");
  const auto found = collect(what);
  EXPECT_FALSE(has(found.findings, Code::kEvidenceScheme));
  EXPECT_EQ(web_.count("/crl/issuing-ca.crl"), 1);
  EXPECT_EQ(web_.count("ldap"), 0);
}

TEST_F(OnlineEvidenceTest, AnAddressThatIsNotAllowedIsNamed) {
  web_.fail("pki.antin.invalid", Code::kNetForbidden);
  EXPECT_TRUE(has(collect(wanted("officer-rsa2048")).findings, Code::kEvidenceForbidden));
}

TEST_F(OnlineEvidenceTest, NothingIsAskedAfterTheDeadline) {
  options_.parallel = 1;
  web_.meanwhile = [&](const HttpRequest&) { clock_.advance(std::chrono::seconds{31}); };
  web_.fail("/ocsp", Code::kNetTimeout);
  const auto late = collect(wanted("officer-rsa2048"));
  EXPECT_EQ(web_.count(), 1);
  EXPECT_TRUE(has(late.findings, Code::kEvidenceDeadline));
}

TEST_F(OnlineEvidenceTest, RequestsAreCounted) {
  options_.max_fetches = 1;
  options_.parallel = 1;
  const auto found = collect(wanted("officer-rsa2048"));
  EXPECT_EQ(web_.count(), 1);
  EXPECT_TRUE(has(found.findings, Code::kEvidenceTooMany));
}

TEST_F(OnlineEvidenceTest, FiftyWaitersMakeOneRequestForEachStatement) {
  PoliteFetcher polite(web_, clock_, [](std::chrono::milliseconds) {});
  OnlineEvidence source(options_, {&polite, &cache_, &clock_, &random_});
  const auto what = wanted("officer-rsa2048");
  std::vector<std::thread> threads;
  std::atomic<int> arrived{0}, valid{0};
  web_.meanwhile = [&](const HttpRequest&) {
    while (arrived < 50) std::this_thread::yield();
  };
  for (int i = 0; i < 50; ++i)
    threads.emplace_back([&] {
      ++arrived;
      if (state(what, source.collect(what)) == State::kValid) ++valid;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(valid, 50);
  EXPECT_EQ(web_.count("/ocsp"), 1);
  EXPECT_EQ(web_.count("/crl/root.crl"), 1);
}

}  // namespace
}  // namespace antin::certs
