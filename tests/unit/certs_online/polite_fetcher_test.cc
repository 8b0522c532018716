#include "certs/online/polite_fetcher.h"

#include <atomic>
#include <condition_variable>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fakes/frozen_clock.h"

namespace antin::certs {
namespace {

// Answers with a count; an exchange can be held back until so many callers are known to wait.
class Web final : public HttpFetcher {
 public:
  Result<HttpResponse> fetch(const HttpRequest& request, const FetchLimits& limits) override {
    const auto number = ++count;
    most_at_once = std::max(most_at_once.load(), ++at_once);
    last_time = limits.total_time;
    {
      std::unique_lock lock(mutex);
      open_changed.wait(lock, [&] { return open; });
    }
    --at_once;
    if (error) return make_error(*error, "on purpose");
    return HttpResponse{.status = status,
                        .content_type = {},
                        .body = to_bytes(std::to_string(number) + request.url)};
  }
  void let_go() {
    {
      const std::lock_guard lock(mutex);
      open = true;
    }
    open_changed.notify_all();
  }

  std::atomic<int> count{0}, at_once{0}, most_at_once{0};
  std::chrono::milliseconds last_time{0};
  std::optional<Code> error;
  int status = 200;
  std::mutex mutex;
  std::condition_variable open_changed;
  bool open = true;
};

class PoliteFetcherTest : public testing::Test {
 protected:
  Result<HttpResponse> get(const std::string& url, const std::string& share = "",
                           const std::string& body = "") {
    return polite_.fetch({.method = HttpRequest::Method::kPost,
                          .url = url,
                          .content_type = {},
                          .body = to_bytes(body),
                          .share = share},
                         {.total_time = std::chrono::seconds{10},
                          .max_response = OctetCount{1000},
                          .max_redirects = 0});
  }

  Web web_;
  fakes::FrozenClock clock_{UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 6 / 1}}};
  std::vector<std::chrono::milliseconds> waited_;
  PoliteFetcher polite_{web_, clock_, [this](std::chrono::milliseconds span) {
                          waited_.push_back(span);
                          clock_.advance(std::chrono::ceil<std::chrono::seconds>(span));
                        }};
};

TEST_F(PoliteFetcherTest, FiftyWhoWaitForTheSameMakeOneRequest) {
  web_.open = false;
  std::vector<std::thread> threads;
  std::atomic<int> arrived{0}, same{0}, own{0};
  for (int i = 0; i < 50; ++i)
    threads.emplace_back([&, i] {
      ++arrived;
      const auto got = get("http://a/x", "x", "body " + std::to_string(i));
      if (got && as_text(got.value().body) == "1http://a/x") ++same;
      if (got && got.value().sent.empty()) ++own;
    });
  while (arrived < 50 || web_.count < 1) std::this_thread::yield();
  web_.let_go();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(web_.count, 1);
  EXPECT_EQ(same, 50);
  EXPECT_EQ(own, 1);
}

TEST_F(PoliteFetcherTest, ASharedAnswerSaysWhichRequestItAnswers) {
  ASSERT_TRUE(get("http://a/x", "x", "first"));
  const auto second = get("http://a/x", "x", "second");
  ASSERT_TRUE(second);
  EXPECT_EQ(as_text(second.value().sent), "first");
  EXPECT_EQ(web_.count, 1);
}

TEST_F(PoliteFetcherTest, AnAnswerIsSharedForAMomentOnly) {
  ASSERT_TRUE(get("http://a/x", "x"));
  clock_.advance(std::chrono::seconds{5});
  const auto later = get("http://a/x", "x");
  ASSERT_TRUE(later);
  EXPECT_TRUE(later.value().sent.empty());
  EXPECT_EQ(web_.count, 2);
}

TEST_F(PoliteFetcherTest, OtherThingsAreNotShared) {
  ASSERT_TRUE(get("http://a/x", "x"));
  ASSERT_TRUE(get("http://a/x", "y"));
  ASSERT_TRUE(get("http://a/x"));
  ASSERT_TRUE(get("http://a/x"));
  EXPECT_EQ(web_.count, 4);
}

TEST_F(PoliteFetcherTest, ASharedAnswerKeepsToTheCallersLimit) {
  ASSERT_TRUE(get("http://a/x", "x"));
  const auto small = polite_.fetch(
      {.method = HttpRequest::Method::kGet,
       .url = "http://a/x",
       .content_type = {},
       .body = {},
       .share = "x"},
      {.total_time = std::chrono::seconds{1}, .max_response = OctetCount{3}, .max_redirects = 0});
  ASSERT_FALSE(small);
  EXPECT_EQ(small.error().code, Code::kNetTooLarge);
}

TEST_F(PoliteFetcherTest, AHostThatFailedIsLeftAloneForAMoment) {
  web_.error = Code::kNetTimeout;
  EXPECT_EQ(get("http://a/x").error().code, Code::kNetTimeout);
  EXPECT_EQ(get("http://A/y").error().code, Code::kEvidencePaused);
  EXPECT_EQ(web_.count, 1);
  web_.error.reset();
  EXPECT_TRUE(get("http://b/y"));
  EXPECT_TRUE(get("http://a:81/y"));
  clock_.advance(std::chrono::seconds{30});
  EXPECT_TRUE(get("http://a/x"));
}

TEST_F(PoliteFetcherTest, ServerErrorsPauseAndRefusalsDoNot) {
  web_.status = 404;
  EXPECT_TRUE(get("http://a/x"));
  EXPECT_TRUE(get("http://a/x"));
  web_.status = 503;
  EXPECT_TRUE(get("http://a/x"));
  EXPECT_EQ(get("http://a/x").error().code, Code::kEvidencePaused);
  web_.status = 429;
  EXPECT_TRUE(get("http://b/x"));
  EXPECT_EQ(get("http://b/x").error().code, Code::kEvidencePaused);
}

TEST_F(PoliteFetcherTest, OneHostIsAskedByFewAtOnce) {
  web_.open = false;
  std::vector<std::thread> threads;
  std::atomic<int> answered{0};
  for (int i = 0; i < 12; ++i)
    threads.emplace_back([&] {
      if (get("http://a/x")) ++answered;
    });
  while (web_.count < 4) std::this_thread::yield();
  web_.let_go();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered, 12);
  EXPECT_LE(web_.most_at_once, 4);
}

TEST_F(PoliteFetcherTest, MoreThanABurstIsSpacedOut) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(get("http://a/" + std::to_string(i)));
  EXPECT_TRUE(waited_.empty());
  ASSERT_TRUE(get("http://a/more"));
  ASSERT_EQ(waited_.size(), 1U);
  EXPECT_EQ(waited_[0], std::chrono::milliseconds{50});
  EXPECT_EQ(web_.last_time, std::chrono::milliseconds{9'950});
}

}  // namespace
}  // namespace antin::certs
