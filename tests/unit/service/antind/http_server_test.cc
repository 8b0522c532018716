#include "service/http/http_server.h"

#include <array>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/service/antind/echo_server.h"

namespace antin::service {
namespace {

using antin::testing::RawClient;
using std::chrono::milliseconds;
using testing::EchoHandler;
using testing::HttpServerTest;
using testing::kGet;
using testing::post;

TEST_F(HttpServerTest, KeepsAConnectionForFurtherRequests) {
  start();
  RawClient client(port_);
  for (const auto* body : {"one", "two", "three"}) {
    const auto answer = client.ask(post("/echo", body));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, body);
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  RawClient client(port_);
  std::string many;
  for (int i = 0; i < 200; ++i) many += post("/echo", std::to_string(i));
  ASSERT_TRUE(client.send(many));
  for (int i = 0; i < 200; ++i) {
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, std::to_string(i));
  }
}

// Stands still until somebody moves it, from any thread.
class StandingClock final : public Clock {
 public:
  UtcTime utc_now() const override { return system_.utc_now(); }
  std::chrono::steady_clock::time_point ticks() const override {
    return std::chrono::steady_clock::time_point(milliseconds(ticks_));
  }
  void advance(milliseconds by) { ticks_ += by.count(); }

 private:
  SystemClock system_;
  std::atomic<std::int64_t> ticks_ = 3'600'000;
};

class Pipelining : public HttpServerTest {
 protected:
  static constexpr int kAtOnce = 16;
  static constexpr milliseconds kEvery{10};
  void SetUp() override {
    time_ = &standing_;
    start();
  }
  static void asks(RawClient& client, int times) {
    std::string many;
    for (int i = 0; i < times; ++i) many += kGet;
    ASSERT_TRUE(client.send(many));
  }
  static void gets(RawClient& client, int times) {
    for (int i = 0; i < times; ++i) ASSERT_TRUE(client.receive()) << i;
  }
  StandingClock standing_;
};

TEST_F(Pipelining, WaitsForItsTurnWhileALoneRequestIsAnsweredAtOnce) {
  RawClient many(port_), one(port_);
  asks(many, 1 + 2 * kAtOnce + 3);
  gets(many, 1 + kAtOnce);
  ASSERT_TRUE(one.ask(std::string(kGet)));
  EXPECT_EQ(handler_.answers, 1 + kAtOnce + 1);
  standing_.advance(kEvery);
  gets(many, kAtOnce);
  ASSERT_TRUE(one.ask(std::string(kGet)));
  EXPECT_EQ(handler_.answers, 1 + 2 * kAtOnce + 2);
  standing_.advance(kEvery);
  gets(many, 3);
}

TEST_F(Pipelining, SharesItsTurnsAmongThoseWhoDoIt) {
  RawClient first(port_), second(port_);
  constexpr int kTurns = 4;
  asks(first, 1 + kAtOnce + kTurns * kAtOnce / 2);
  gets(first, 1 + kAtOnce);
  asks(second, 1 + kTurns * kAtOnce / 2);
  gets(second, 1);
  for (int turn = 0; turn < kTurns; ++turn) {
    standing_.advance(kEvery);
    gets(first, kAtOnce / 2);
    gets(second, kAtOnce / 2);
  }
}

TEST_F(HttpServerTest, DoesNotReadAheadOfARequestThatIsBeingHandled) {
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send(post("/hold", "") + post("/echo", "second")));
  handler_.release();
  EXPECT_EQ(client.receive()->body, "released");
  EXPECT_EQ(client.receive()->body, "second");
}

TEST_F(HttpServerTest, ClosesAfterWhatItCannotFrame) {
  start();
  for (const auto* smuggled :
       {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\nGET /echo HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n"
        "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"}) {
    RawClient client(port_);
    ASSERT_TRUE(client.send(smuggled));
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(answer->field("Connection"), "close");
    EXPECT_EQ(answer->field("Content-Type"), "application/problem+json");
    EXPECT_TRUE(client.closed());
  }
}

TEST_F(HttpServerTest, ReadsNothingBehindARequestThatCloses) {
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" +
                          std::string(kGet)));
  EXPECT_EQ(client.receive()->field("Connection"), "close");
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(handler_.answers, 1);
}

TEST_F(HttpServerTest, SendsContinueOnlyToWhomItAdmits) {
  start();
  RawClient client(port_);
  ASSERT_TRUE(
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                  "Content-Length: 3\r\n\r\n"));
  EXPECT_EQ(client.receive()->status, 100);
  EXPECT_EQ(client.ask("abc")->body, "abc");
  RawClient other(port_);
  const auto answer = other.ask(
      "POST /no HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 404);
  EXPECT_TRUE(other.closed());
}

TEST_F(HttpServerTest, GivesTheFallbackWhenNobodyAnswers) {
  start();
  RawClient client(port_);
  EXPECT_EQ(client.ask(post("/late", ""))->status, 202);
}

TEST_F(HttpServerTest, AnswersForAHandlerThatForgot) {
  start();
  RawClient client(port_);
  EXPECT_EQ(client.ask(post("/drop", ""))->status, 500);
}

TEST_F(HttpServerTest, LeavesTheBodyAwayForHead) {
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(client.receive(true)->status, 200);
  EXPECT_EQ(client.ask(kGet)->status, 200);
}

TEST_F(HttpServerTest, CarriesLargeBodiesBothWays) {
  start();
  RawClient client(port_);
  const std::string large(8'000'000, 'x');
  std::thread sender([&] { client.send(post("/echo", large)); });
  const auto answer = client.receive();
  sender.join();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, large);
}

TEST_F(HttpServerTest, ServesOthersWhileClientsStall) {
  HttpSettings settings;
  settings.max_connections = 200;
  start(settings);
  std::vector<std::unique_ptr<RawClient>> stalled;
  for (int i = 0; i < 40; ++i) {
    for (const auto* half : {"GET /echo HTTP/1.1\r\nHost: a\r\nX-a: ",
                             "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc",
                             "", "POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"}) {
      stalled.push_back(std::make_unique<RawClient>(port_));
      ASSERT_TRUE(stalled.back()->send(half));
    }
  }
  RawClient victim(port_);
  const auto answer = victim.ask(kGet);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  handler_.release();
}

TEST_F(HttpServerTest, CutsOffAHeadThatTakesTooLong) {
  HttpSettings settings;
  settings.head_within = milliseconds(50);
  start(settings);
  RawClient client(port_);
  const auto answer = client.ask("GET /echo HTTP/1.1\r\nHost: a\r\nX-a: ");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
  EXPECT_TRUE(client.closed());
}

// A drip resets a deadline per read for ever; ours is for the whole.
TEST_F(HttpServerTest, CutsOffADripOfOneOctetAtATime) {
  HttpSettings settings;
  settings.head_within = milliseconds(100);
  start(settings);
  RawClient client(port_);
  ASSERT_TRUE(client.send("GET /echo HTTP/1.1\r\nHost: a\r\nX-a: "));
  std::optional<antin::testing::RawAnswer> answer;
  std::thread reader([&] { answer = client.receive(); });
  while (handler_.answers == 0) {
    if (!client.send("a")) break;
    std::this_thread::yield();
  }
  reader.join();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->status == 408 || answer->status == 431) << answer->status;
}

TEST_F(HttpServerTest, CutsOffABodyBelowTheLowestRate) {
  HttpSettings settings;
  settings.rate_grace = milliseconds(50);
  settings.min_octets_per_second = 100'000;
  start(settings);
  RawClient client(port_);
  const auto answer =
      client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
}

TEST_F(HttpServerTest, RefusesContentsBeyondTheBudgetOfAllRequests) {
  HttpSettings settings;
  const auto budget = std::make_shared<BodyBudget>(1'000);
  settings.limits.budget = budget;
  start(settings);
  RawClient first(port_);
  const auto whole = post("/echo", std::string(900, 'x'));
  ASSERT_TRUE(first.send(whole.substr(0, whole.size() - 1)));
  while (budget->used() < 899) std::this_thread::yield();
  RawClient second(port_);
  const auto refused = second.ask(post("/echo", std::string(200, 'y')));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_NE(refused->field("Retry-After"), "");
  EXPECT_EQ(first.ask("x")->status, 200);
  RawClient third(port_);
  EXPECT_EQ(third.ask(post("/echo", std::string(200, 'y')))->status, 200);
}

TEST_F(HttpServerTest, ClosesIdleConnections) {
  HttpSettings settings;
  settings.idle_within = milliseconds(50);
  start(settings);
  RawClient fresh(port_);
  EXPECT_TRUE(fresh.closed());
  RawClient used(port_);
  EXPECT_EQ(used.ask(kGet)->status, 200);
  EXPECT_TRUE(used.closed());
}

TEST_F(HttpServerTest, NewcomersTakeThePlaceOfWhoeverWaitsLongest) {
  for (const bool per_address : {true, false}) {
    HttpSettings settings;
    (per_address ? settings.max_per_address : settings.max_connections) = 2;
    restart(settings);
    RawClient one(port_);
    EXPECT_EQ(one.ask(kGet)->status, 200);
    RawClient two(port_);
    EXPECT_EQ(two.ask(kGet)->status, 200);
    RawClient three(port_);
    EXPECT_EQ(three.ask(kGet)->status, 200);
    EXPECT_TRUE(one.closed());
    EXPECT_EQ(two.ask(kGet)->status, 200);
    EXPECT_EQ(handler_.incidents(RequestHandler::Incident::kEvicted), 1) << per_address;
  }
}

TEST_F(HttpServerTest, WhoIsWorkedForKeepsItsPlace) {
  HttpSettings settings;
  settings.max_connections = 2;
  start(settings);
  RawClient one(port_);
  ASSERT_TRUE(one.send(post("/hold", "")));
  handler_.wait_until_held();
  RawClient two(port_);
  ASSERT_TRUE(two.send(post("/hold", "")));
  handler_.wait_until_held(2);
  RawClient three(port_);
  const auto answer = three.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_NE(answer->field("Retry-After"), "");
  EXPECT_EQ(handler_.incidents(RequestHandler::Incident::kTurnedAway), 1);
  handler_.release();
  EXPECT_EQ(one.receive()->body, "released");
  EXPECT_EQ(two.receive()->body, "released");
}

TEST_F(HttpServerTest, ServesOthersHoweverManyClientsStall) {
  HttpSettings settings;
  settings.max_connections = 8;
  start(settings);
  std::vector<std::unique_ptr<RawClient>> stalled;
  for (int i = 0; i < 40; ++i) {
    auto& client = *stalled.emplace_back(std::make_unique<RawClient>(port_));
    constexpr std::array kHalves{"", "GET /echo HTTP/1.1\r\nHost: a\r\nX-a: ",
                                 "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"};
    client.send(kHalves.at(static_cast<std::size_t>(i) % kHalves.size()));
    RawClient honest(port_);
    const auto answer = honest.ask(kGet);
    ASSERT_TRUE(answer) << i;
    EXPECT_EQ(answer->status, 200);
  }
}

TEST_F(HttpServerTest, BelievesTheLastAddressThatADeclaredProxyNames) {
  const std::string who =
      "GET /who HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.1, 192.0.2.7\r\n\r\n";
  start();
  EXPECT_EQ(RawClient(port_).ask(who)->body, "127.0.0.1||");
  HttpSettings settings;
  settings.proxies = {"127.0.0.1"};
  settings.max_per_address = 1;
  restart(settings);
  RawClient one(port_);
  RawClient two(port_);
  EXPECT_EQ(one.ask(who)->body, "192.0.2.7||");
  EXPECT_EQ(two.ask(who)->body, "192.0.2.7||");
  EXPECT_EQ(one.ask("GET /who HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: x y\r\n\r\n")->body,
            "127.0.0.1||");
}

TEST_F(HttpServerTest, AddsTheFieldsOfEveryAnswerOnce) {
  HttpSettings settings;
  settings.every_answer = {{"Content-Type", "no"}, {"X-Frame-Options", "DENY"}};
  settings.every_tls_answer = {{"Strict-Transport-Security", "max-age=1"}};
  start(settings);
  RawClient client(port_);
  for (const auto& asked : {std::string(kGet), std::string("nonsense\r\n\r\n")}) {
    const auto answer = client.ask(asked);
    EXPECT_EQ(answer->field("X-Frame-Options"), "DENY");
    EXPECT_NE(answer->field("Content-Type"), "no");
    EXPECT_EQ(answer->field("Strict-Transport-Security"), "");
  }
}

TEST_F(HttpServerTest, FinishesWhatItBeganBeforeItStops) {
  start();
  RawClient idle(port_);
  EXPECT_EQ(idle.ask(kGet)->status, 200);
  RawClient client(port_);
  ASSERT_TRUE(client.send(post("/hold", "")));
  handler_.wait_until_held();
  server_->stop();
  EXPECT_TRUE(idle.closed());
  handler_.release();
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "released");
  EXPECT_EQ(answer->field("Connection"), "close");
  thread_.join();
}

TEST_F(HttpServerTest, DoesNotWaitForEverWhenItStops) {
  HttpSettings settings;
  settings.stop_within = milliseconds(50);
  start(settings);
  RawClient client(port_);
  ASSERT_TRUE(client.send(post("/hold", "")));
  handler_.wait_until_held();
  server_->stop();
  thread_.join();
  handler_.release();
}

TEST(HttpDate, IsImfFixdate) {
  EXPECT_EQ(to_http_date(*from_rfc3339("1994-11-06T08:49:37Z")), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Uuid7, HasItsVersionAndVariant) {
  SystemClock clock;
  SystemRandom random;
  const auto id = new_uuid7(clock, random);
  ASSERT_EQ(id.size(), 36U);
  EXPECT_EQ(id[14], '7');
  EXPECT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos);
}

}  // namespace
}  // namespace antin::service
