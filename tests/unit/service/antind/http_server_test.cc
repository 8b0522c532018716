#include "service/antind/http_server.h"

#include <atomic>
#include <condition_variable>
#include <thread>

#include <gtest/gtest.h>

#include "service/antind/problem.h"
#include "service/system/real.h"
#include "tests/fakes/raw_client.h"

namespace antin::service {
namespace {

using std::chrono::milliseconds;
using testing::RawClient;

// Answers /echo with the body, keeps /hold until release(), refuses /no at the head.
class EchoHandler final : public RequestHandler {
 public:
  std::variant<Admission, Response> admit(const RequestHead& head, const std::string&,
                                          const std::string& id) override {
    if (head.path == "/no") return problem(make_error(Code::kHttpNotFound, "no"), id);
    return Admission{1U << 24U};
  }
  void handle(Request request, Responder responder) override {
    if (request.head.path == "/drop") return;
    if (request.head.path == "/late") {
      responder.otherwise_after(milliseconds(1),
                                [] { return Response::text(202, "text/plain", "later"); });
      const std::lock_guard lock(mutex_);
      held_.push_back(responder);
      return;
    }
    if (request.head.path == "/hold") {
      const std::lock_guard lock(mutex_);
      held_.push_back(responder);
      arrived_.notify_all();
      return;
    }
    Response response;
    response.content_type = "text/plain";
    response.body = request.body.octets();
    responder.answer(std::move(response));
  }
  Response refusal(const Error& error, const std::string& id) override {
    return problem(error, id);
  }
  void answered(const Answered&) override { ++answers; }
  void release() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !held_.empty(); });
    for (const auto& responder : held_)
      responder.answer(Response::text(200, "text/plain", "released"));
    held_.clear();
  }
  void wait_until_held() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !held_.empty(); });
  }
  std::atomic<int> answers = 0;

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Responder> held_;
};

class HttpServerTest : public ::testing::Test {
 protected:
  void start(HttpSettings settings = {}) {
    settings.linger_within = milliseconds(50);
    server_ = std::make_unique<HttpServer>(settings, handler_, clock_, random_);
    const auto port = server_->listen("127.0.0.1", 0);
    ASSERT_TRUE(port);
    port_ = port.value();
    thread_ = std::thread([this] { server_->run(); });
  }
  void TearDown() override {
    if (server_) server_->stop();
    if (thread_.joinable()) thread_.join();
  }
  EchoHandler handler_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
  std::uint16_t port_ = 0;
};

constexpr std::string_view kGet = "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n";

std::string post(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

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
  std::optional<testing::RawAnswer> answer;
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

TEST_F(HttpServerTest, RefusesConnectionsBeyondItsLimits) {
  for (const bool per_address : {true, false}) {
    HttpSettings settings;
    settings.linger_within = milliseconds(50);
    (per_address ? settings.max_per_address : settings.max_connections) = 2;
    EchoHandler handler;
    HttpServer server(settings, handler, clock_, random_);
    const auto port = server.listen("127.0.0.1", 0).value();
    std::thread thread([&] { server.run(); });
    RawClient one(port);
    RawClient two(port);
    EXPECT_EQ(one.ask(kGet)->status, 200);
    EXPECT_EQ(two.ask(kGet)->status, 200);
    RawClient three(port);
    const auto answer = three.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_NE(answer->field("Retry-After"), "");
    EXPECT_EQ(one.ask(kGet)->status, 200);
    server.stop();
    thread.join();
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
