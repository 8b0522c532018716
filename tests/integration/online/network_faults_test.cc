// What a network does wrong, by a real server over real sockets: the right answer in bounded time,
// and never a good one that nobody gave.

#include <array>
#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "certs/online/online_evidence.h"
#include "certs/online/polite_fetcher.h"
#include "service/fetch/child_fetcher.h"
#include "service/net/poco_fetcher.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/unit/certs/pki.h"

namespace antin {
namespace {

using certs::Purpose;
using State = certs::PathResult::State;

// antin-test-pki-server; ends when its standard input closes, which is with us.
class PkiServer {
 public:
  PkiServer() {
    std::array<int, 2> in{}, out{};
    EXPECT_EQ(::pipe2(in.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    std::vector<std::string> words{ANTIN_PKI_SERVER,
                                   "--pki",
                                   ANTIN_SOURCE_DIR "/tests/pki",
                                   "--time",
                                   "2026-06-01T00:00:00Z",
                                   "--slow-ms",
                                   "2000",
                                   "--until-eof"};
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    EXPECT_EQ(::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), ::environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    stdin_ = in[1];
    std::string said;
    char octet = 0;
    while (::read(out[0], &octet, 1) == 1 && octet != '\n') said += octet;
    ::close(out[0]);
    EXPECT_TRUE(said.starts_with("port ")) << said;
    port_ = said.substr(said.find(' ') + 1);
  }
  ~PkiServer() {
    ::close(stdin_);
    ::waitpid(pid_, nullptr, 0);
  }
  PkiServer(const PkiServer&) = delete;
  PkiServer& operator=(const PkiServer&) = delete;
  const std::string& port() const { return port_; }
  std::string authority() const { return "127.0.0.1:" + port_; }

 private:
  pid_t pid_ = -1;
  int stdin_ = -1;
  std::string port_;
};

// The certificates name http://pki.antin.invalid, which is nowhere: here it is the server, with the
// faults that the test wants on some paths.
class Rewriting final : public HttpFetcher {
 public:
  Rewriting(HttpFetcher& inner, std::string authority)
      : inner_(inner), authority_(std::move(authority)) {}
  void fault(const std::string& path, const std::string& query) {
    faults_.emplace_back(path, query);
  }
  Result<HttpResponse> fetch(const HttpRequest& request, const FetchLimits& limits) override {
    static const std::string kHost = "http://pki.antin.invalid";
    ++count;
    auto there = request;
    if (there.url.starts_with(kHost))
      there.url = "http://" + authority_ + there.url.substr(kHost.size());
    for (const auto& [path, query] : faults_) {
      if (request.url.find(path) == std::string::npos) continue;
      if (query == "dns")
        there.url = "http://nowhere..invalid/";  // not a name: no resolver is asked
      else
        there.url += "?fault=" + query;
    }
    return inner_.fetch(there, limits);
  }
  std::atomic<int> count{0};

 private:
  HttpFetcher& inner_;
  const std::string authority_;
  std::vector<std::pair<std::string, std::string>> faults_;
};

PkiServer& server() {
  static PkiServer instance;
  return instance;
}

struct Row {
  const char* name;
  const char* query;
  Code code;           ///< of the finding
  const char* reason;  ///< its {reason}; "" when it has none
};

class NetworkFault : public testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    auto made = service::PocoFetcher::create({.rule = {.allow_hosts = {server().authority()}}});
    ASSERT_TRUE(made);
    poco_ = std::move(made).value();
    web_ = std::make_unique<Rewriting>(*poco_, server().authority());
    options_.per_fetch = std::chrono::milliseconds{700};
    trust_ = certs::test_trust();
  }
  certs::EvidenceFound collect(const std::string& leaf) {
    certs::OnlineEvidence source(options_, {web_.get(), &cache_, &clock_, &random_});
    return source.collect(wanted(leaf));
  }
  certs::EvidenceWanted wanted(const std::string& leaf) const {
    return {.leaves = {{certs::cert(leaf), Purpose::kSign}},
            .at_hand = {},
            .trust = &trust_,
            .at = certs::test_now(),
            .issued_after = std::nullopt};
  }
  State state(const std::string& leaf, const certs::EvidenceFound& found) const {
    return certs::build_path({.leaf = certs::cert(leaf),
                              .candidates = {},
                              .trust = &trust_,
                              .crls = found.evidence.crls,
                              .ocsp = found.evidence.ocsp,
                              .purpose = Purpose::kSign,
                              .at = certs::test_now()})
        .state;
  }
  static bool told(const Findings& findings, const Row& row, Severity severity) {
    for (const auto& finding : findings) {
      if (finding.code != row.code || finding.severity != severity) continue;
      if (*row.reason == '\0') return true;
      for (const auto& [name, value] : finding.params) {
        if (name == "reason" && value == row.reason) return true;
      }
    }
    return false;
  }

  std::unique_ptr<service::PocoFetcher> poco_;
  std::unique_ptr<Rewriting> web_;
  certs::MemoryCache cache_{std::size_t{16} << 20U};
  fakes::FrozenClock clock_{certs::test_now()};
  fakes::CountingRandom random_;
  certs::OnlineOptions options_;
  certs::TrustStore trust_;
};

TEST_P(NetworkFault, OfTheResponderLeavesTheDecisionToTheList) {
  web_->fault("/ocsp", GetParam().query);
  const auto good = collect("officer-rsa2048");
  EXPECT_EQ(state("officer-rsa2048", good), State::kValid);
  EXPECT_TRUE(told(good.findings, GetParam(), Severity::kInfo));
  EXPECT_LE(web_->count, 3);  // each address once
  EXPECT_EQ(state("officer-revoked", collect("officer-revoked")), State::kRevoked);
}

TEST_P(NetworkFault, V07_OfEverythingIsToldAndNeverGood) {
  web_->fault("/ocsp", GetParam().query);
  // A list knows neither nonces nor responders: the responder alone does these wrong.
  const std::string query = GetParam().query;
  const bool of_ocsp = query == "wrong-nonce" || query == "stale" || query == "wrong-signer";
  web_->fault("/crl/", of_ocsp ? "garbage" : query);
  const auto found = collect("officer-rsa2048");
  EXPECT_EQ(state("officer-rsa2048", found), State::kRevocationUnknown);
  EXPECT_TRUE(told(found.findings, GetParam(), Severity::kWarning));
  EXPECT_LE(web_->count, 3);
  // Nothing of it was kept: mended, the same source finds what is true.
  Rewriting mended(*poco_, server().authority());
  certs::OnlineEvidence source(options_, {&mended, &cache_, &clock_, &random_});
  EXPECT_EQ(state("officer-rsa2048", source.collect(wanted("officer-rsa2048"))), State::kValid);
}

constexpr auto kUnreachable = Code::kEvidenceUnreachable;
constexpr auto kUnusable = Code::kEvidenceUnusable;
INSTANTIATE_TEST_SUITE_P(
    S07, NetworkFault,
    testing::Values(Row{"Dead", "dead", kUnreachable, "net.response"},
                    Row{"Slow", "slow", kUnreachable, "net.timeout"},
                    Row{"OneOctetAtATime", "drip", kUnreachable, "net.timeout"},
                    Row{"Garbage", "garbage", kUnusable, ""}, Row{"Empty", "empty", kUnusable, ""},
                    Row{"Huge", "huge", kUnreachable, "net.too_large"},
                    Row{"Truncated", "truncated", kUnreachable, "net.response"},
                    Row{"Http404", "http404", kUnreachable, "HTTP 404"},
                    Row{"Http500", "http500", kUnreachable, "HTTP 500"},
                    Row{"RedirectToLoopback", "redirect&to=http://localhost:1/healthz",
                        kUnreachable, ""},
                    Row{"RedirectLoop", "redirect-loop", kUnreachable, ""},
                    Row{"WrongNonce", "wrong-nonce", kUnusable, "ocsp.mismatch"},
                    Row{"Stale", "stale", Code::kEvidenceStale, ""},
                    Row{"WrongSigner", "wrong-signer", kUnusable, "signer"},
                    Row{"NoSuchName", "dns", kUnreachable, "net.unreachable"}),
    [](const auto& row) { return row.param.name; });

class Network : public NetworkFault {};

TEST_F(Network, FiftyWaitersMakeOneRequestForEachStatement) {
  certs::PoliteFetcher polite(*web_, clock_, [](std::chrono::milliseconds) {});
  options_.per_fetch = std::chrono::seconds{20};
  certs::OnlineEvidence source(options_, {&polite, &cache_, &clock_, &random_});
  std::atomic<int> arrived{0}, valid{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 50; ++i)
    threads.emplace_back([&] {
      ++arrived;
      while (arrived < 50) std::this_thread::yield();
      if (state("officer-rsa2048", source.collect(wanted("officer-rsa2048"))) == State::kValid)
        ++valid;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(valid, 50);
  EXPECT_EQ(web_->count, 2);  // one OCSP answer, one list
}

TEST_F(Network, AnAddressThatIsNotListedIsNotReached) {
  auto strict = service::PocoFetcher::create({});
  ASSERT_TRUE(strict);
  Rewriting web(*strict.value(), server().authority());
  certs::OnlineEvidence source(options_, {&web, &cache_, &clock_, &random_});
  const auto found = source.collect(wanted("officer-rsa2048"));
  EXPECT_TRUE(certs::has(found.findings, Code::kEvidenceForbidden));
  EXPECT_EQ(state("officer-rsa2048", found), State::kRevocationUnknown);
}

TEST_F(Network, AChildFetchesTheSameAndIsStartedOnlyWhenNeeded) {
  service::ChildFetcher child(ANTIN_BIN "/antin-fetch", {server().authority()});
  Rewriting web(child, server().authority());
  options_.per_fetch = std::chrono::seconds{20};
  options_.parallel = 1;
  certs::OnlineEvidence source(options_, {&web, &cache_, &clock_, &random_});
  EXPECT_EQ(child.started(), 0U);
  EXPECT_EQ(state("officer-rsa2048", source.collect(wanted("officer-rsa2048"))), State::kValid);
  EXPECT_EQ(child.started(), 1U);
  EXPECT_EQ(state("officer-rsa2048", source.collect(wanted("officer-rsa2048"))), State::kValid);
  EXPECT_EQ(web.count, 2);
}

TEST_F(Network, AChildReachesNothingThatIsNotListed) {
  service::ChildFetcher child(ANTIN_BIN "/antin-fetch", {});
  const auto got = child.fetch({.method = HttpRequest::Method::kGet,
                                .url = "http://" + server().authority() + "/healthz",
                                .content_type = {},
                                .body = {}},
                               {.total_time = std::chrono::seconds{20},
                                .max_response = OctetCount{1000},
                                .max_redirects = 0});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kNetForbidden);
}

TEST_F(Network, AChildThatIsNotThereIsAnError) {
  service::ChildFetcher child("/nowhere/antin-fetch", {});
  EXPECT_FALSE(child.fetch(
      {.method = HttpRequest::Method::kGet, .url = "http://a/", .content_type = {}, .body = {}},
      {.total_time = std::chrono::seconds{1}, .max_response = OctetCount{1}, .max_redirects = 0}));
}

// With everything in the cache nothing is fetched, however often it is asked.
class WarmCache : public NetworkFault {
 protected:
  void verify(int times) {
    certs::OnlineEvidence source(options_, {web_.get(), &cache_, &clock_, &random_});
    ASSERT_EQ(state("officer-rsa2048", source.collect(wanted("officer-rsa2048"))), State::kValid);
    ASSERT_EQ(state("officer-revoked", source.collect(wanted("officer-revoked"))), State::kRevoked);
    const int before = web_->count;
    for (int i = 0; i < times; ++i) {
      const auto* leaf = i % 10 == 0 ? "officer-revoked" : "officer-rsa2048";
      ASSERT_EQ(state(leaf, source.collect(wanted(leaf))),
                i % 10 == 0 ? State::kRevoked : State::kValid);
    }
    EXPECT_EQ(web_->count, before);
  }
};
TEST_F(WarmCache, ThreeHundredVerificationsMakeNoRequest) {
  verify(300);
}
// WarmCache.TenThousand of CMakeLists.txt, which takes minutes.
TEST_F(WarmCache, LongTenThousandVerificationsMakeNoRequest) {
  verify(10'000);
}

}  // namespace
}  // namespace antin
