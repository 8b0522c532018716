#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "service/antind/problem.h"
#include "service/http/http_server.h"
#include "service/system/real.h"
#include "tests/fakes/raw_client.h"

namespace antin::service::testing {

using antin::testing::RawClient;

// Answers /echo with the body, keeps /hold until release(), refuses /no at the head.
class EchoHandler final : public RequestHandler {
 public:
  std::variant<Admission, Response> admit(const RequestHead& head, const Peer&,
                                          const std::string& id) override {
    if (head.path == "/no") return problem(make_error(Code::kHttpNotFound, "no"), id);
    return Admission{1U << 24U};
  }
  void handle(Request request, Responder responder) override {
    if (request.head.path == "/drop") return;
    if (request.head.path == "/who") {
      const auto& peer = request.peer;
      responder.answer(Response::text(200, "text/plain",
                                      peer.address + "|" + peer.certificate + "|" + peer.subject));
      return;
    }
    if (request.head.path == "/late") {
      responder.otherwise_after(std::chrono::milliseconds(1),
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
  void wait_until_held(std::size_t requests = 1) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return held_.size() >= requests; });
  }
  void noticed(Incident incident, const std::string&) override {
    const std::lock_guard lock(mutex_);
    ++incidents_[incident];
  }
  int incidents(Incident incident) {
    const std::lock_guard lock(mutex_);
    return incidents_[incident];
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    incidents_.clear();
  }
  std::atomic<int> answers = 0;

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Responder> held_;
  std::map<Incident, int> incidents_;
};

class HttpServerTest : public ::testing::Test {
 protected:
  void start(HttpSettings settings = {}) {
    settings.linger_within = std::chrono::milliseconds(50);
    server_ = std::make_unique<HttpServer>(settings, handler_, *time_, random_);
    const auto port = server_->listen("127.0.0.1", 0);
    ASSERT_TRUE(port);
    port_ = port.value();
    if (tls_) server_->use_tls(tls_);
    thread_ = std::thread([this] { server_->run(); });
  }
  void restart(const HttpSettings& settings) {
    TearDown();
    handler_.forget();
    start(settings);
  }
  void TearDown() override {
    if (server_) server_->stop();
    if (thread_.joinable()) thread_.join();
  }
  std::shared_ptr<const TlsContext> tls_;  ///< set before start(): the server speaks TLS
  EchoHandler handler_;
  SystemClock clock_;
  const Clock* time_ = &clock_;  ///< another one before start(): what the server goes by
  SystemRandom random_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
  std::uint16_t port_ = 0;
};

inline constexpr std::string_view kGet = "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n";

inline std::string post(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

}  // namespace antin::service::testing
