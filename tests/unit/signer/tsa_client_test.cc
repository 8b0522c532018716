#include "signer/tsa_client.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/unit/signer/pki.h"
#include "tests/unit/signer/soft_tsa.h"

namespace antin::signer {
namespace {

using std::chrono::milliseconds;

// Answers each request with the next of the script; keeps what was asked.
class ScriptedTsa final : public HttpFetcher {
 public:
  using Answer = std::function<Result<HttpResponse>(const HttpRequest&)>;
  std::vector<Answer> script;
  std::vector<std::string> urls;
  std::vector<FetchLimits> limits;

  Result<HttpResponse> fetch(const HttpRequest& request, const FetchLimits& limit) override {
    urls.push_back(request.url);
    limits.push_back(limit);
    EXPECT_EQ(request.method, HttpRequest::Method::kPost);
    EXPECT_EQ(request.content_type, "application/timestamp-query");
    if (urls.size() > script.size()) {
      ADD_FAILURE() << "unscripted request";
      return make_error(Code::kInternal, "script is over");
    }
    return script[urls.size() - 1](request);
  }
};

HttpResponse http(int status, Bytes body = {}) {
  return {.status = status, .content_type = "application/timestamp-reply", .body = std::move(body)};
}

class Rfc3161Client : public ::testing::Test {
 protected:
  Rfc3161Client() {
    EXPECT_TRUE(tsa_.load("tsa"));
    options_.urls = {"http://one.example/tsa"};
    options_.trust = &trust_;
    trust_ = load_trust();
  }

  static certs::TrustStore load_trust() {
    std::vector<certs::TrustFile> files;
    for (const auto* name : {"root.crt", "issuing-ca.crt"})
      files.push_back(
          {.name = name, .octets = to_bytes(read_text(pki_path(std::string("certs/") + name)))});
    return certs::load_trust_store(files, certs::TestPki::kAllow).value();
  }

  Code ask() {
    TsaClient client(options_, fetcher_, random_,
                     [&](milliseconds pause) { waited_.push_back(pause.count()); });
    const auto got = client.timestamp(imprint_);
    EXPECT_EQ(fetcher_.urls.size(), fetcher_.script.size());
    if (got) {
      EXPECT_EQ(got.value().imprint(), imprint_);
      return Code::kSigned;
    }
    return got.error().code;
  }

  ScriptedTsa::Answer good() {
    return [this](const HttpRequest& request) { return http(200, tsa_.respond(request.body)); };
  }
  static ScriptedTsa::Answer status(int code) {
    return [code](const HttpRequest&) { return http(code); };
  }
  static ScriptedTsa::Answer fails(Code code) {
    return [code](const HttpRequest&) -> Result<HttpResponse> {
      return make_error(code, "as the test wants");
    };
  }

  certs::TrustStore trust_;
  SoftTsa tsa_;
  TsaOptions options_;
  ScriptedTsa fetcher_;
  fakes::CountingRandom random_;
  Bytes imprint_ = ossl::sha256(as_bytes("signature value"));
  std::vector<milliseconds::rep> waited_;
};

TEST_F(Rfc3161Client, S07_GetsATokenWithItsLimits) {
  fetcher_.script = {good()};
  EXPECT_EQ(ask(), Code::kSigned);
  ASSERT_EQ(fetcher_.limits.size(), 1U);
  EXPECT_EQ(fetcher_.limits[0].total_time, std::chrono::seconds{180});
  EXPECT_EQ(fetcher_.limits[0].max_redirects, 0U);
}

TEST_F(Rfc3161Client, S07_TriesThreeTimesWithPausesOfTwoAndFourSeconds) {
  fetcher_.script = {fails(Code::kNetTimeout), status(503), fails(Code::kNetUnreachable)};
  EXPECT_EQ(ask(), Code::kTimestampUnreachable);
  EXPECT_EQ(waited_, (std::vector<milliseconds::rep>{2'000, 4'000}));
}

TEST_F(Rfc3161Client, SucceedsAtTheLastTry) {
  fetcher_.script = {fails(Code::kNetTimeout), status(500), good()};
  EXPECT_EQ(ask(), Code::kSigned);
}

TEST_F(Rfc3161Client, GoesToTheNextServerAtOnceWhenTryingAgainIsNoUse) {
  options_.urls = {"http://one.example/tsa", "http://two.example/tsa", "http://three.example/tsa"};
  fetcher_.script = {status(404), fails(Code::kNetTls), good()};
  // A TLS failure is the operator's to mend, not worth a second try.
  EXPECT_EQ(ask(), Code::kSigned);
  EXPECT_EQ(fetcher_.urls, options_.urls);
  EXPECT_TRUE(waited_.empty());
}

TEST_F(Rfc3161Client, RefusesATokenOfAnotherRequest) {
  fetcher_.script = {[this](const HttpRequest&) {
    const auto other = ossl::sha256(as_bytes("another value"));
    return http(200, tsa_.respond(certs::make_timestamp_request(other, Bytes(16, 0x41)).value()));
  }};
  EXPECT_EQ(ask(), Code::kTimestampMismatch);
}

TEST_F(Rfc3161Client, RefusesAReplayedNonce) {
  fetcher_.script = {[this](const HttpRequest&) {
    return http(200,
                tsa_.respond(certs::make_timestamp_request(imprint_, Bytes(16, 0x41)).value()));
  }};
  EXPECT_EQ(ask(), Code::kTimestampMismatch);
}

TEST_F(Rfc3161Client, RefusesWhatIsNoToken) {
  fetcher_.script = {[](const HttpRequest&) { return http(200, to_bytes("<html>")); }};
  EXPECT_EQ(ask(), Code::kTimestampMalformed);
}

TEST_F(Rfc3161Client, RefusesAServerOfAnUnknownRoot) {
  trust_ = {};
  fetcher_.script = {good()};
  EXPECT_EQ(ask(), Code::kTimestampUntrusted);
}

TEST_F(Rfc3161Client, RefusesAServerWhoseCertificateHadExpired) {
  ASSERT_TRUE(tsa_.load("tsa-expired"));
  fetcher_.script = {good()};
  EXPECT_EQ(ask(), Code::kTimestampUntrusted);
}

TEST_F(Rfc3161Client, WorksWithoutRootsInDevelopment) {
  options_.trust = nullptr;
  fetcher_.script = {good()};
  EXPECT_EQ(ask(), Code::kSigned);
}

TEST_F(Rfc3161Client, WithoutAServerIsUnreachable) {
  options_.urls.clear();
  EXPECT_EQ(ask(), Code::kTimestampUnreachable);
}

// Lets calls in one by one and counts who is inside.
class Gate final : public HttpFetcher {
 public:
  Result<HttpResponse> fetch(const HttpRequest&, const FetchLimits&) override {
    std::unique_lock lock(mutex_);
    most_ = std::max(most_, ++inside_);
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    --inside_;
    return make_error(Code::kNetTls, "as the test wants");
  }
  void wait_for(int inside) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return inside_ == inside; });
  }
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }
  int most() const { return most_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0, most_ = 0;
  bool open_ = false;
};

TEST_F(Rfc3161Client, S07_LetsNoMoreThanFourAskAtOnce) {
  Gate gate;
  TsaClient client(options_, gate, random_, [](milliseconds) {});
  std::vector<std::thread> threads;
  for (int i = 0; i < 9; ++i)
    threads.emplace_back([&] { EXPECT_FALSE(client.timestamp(imprint_)); });
  gate.wait_for(4);
  gate.open();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(gate.most(), 4);
}

TEST_F(Rfc3161Client, AsksAServerThatFailedLastUntilItHasRecovered) {
  fakes::FrozenClock clock{UtcTime{std::chrono::sys_seconds{}}};
  TsaHealth health(clock);
  const std::vector<std::string> urls{"http://one.example/tsa", "http://two.example/tsa"};
  const std::vector<std::string> turned{urls[1], urls[0]};
  EXPECT_EQ(health.in_order(urls), urls);
  options_.urls = urls;
  options_.health = &health;
  const auto refused = [](const HttpRequest&) -> Result<HttpResponse> {
    return make_error(Code::kNetTls, "as the test wants");
  };
  fetcher_.script = {refused, good()};
  EXPECT_EQ(ask(), Code::kSigned);
  EXPECT_EQ(fetcher_.urls, urls);
  EXPECT_EQ(health.in_order(urls), turned);
  fetcher_.script.push_back(good());
  EXPECT_EQ(ask(), Code::kSigned);
  EXPECT_EQ(fetcher_.urls.back(), urls[1]);
  clock.advance(std::chrono::minutes{5});
  EXPECT_EQ(health.in_order(urls), urls);
  health.failed(urls[0]);
  EXPECT_EQ(health.in_order(urls), turned);
  health.worked(urls[0]);
  EXPECT_EQ(health.in_order(urls), urls);
}

}  // namespace
}  // namespace antin::signer
