#pragma once

#include <atomic>
#include <string>

#include <gtest/gtest.h>

#include "service/system/real.h"
#include "tests/fakes/loopback_server.h"
#include "tests/servers/responder.h"

namespace antin::testing {

/// A timestamp server of tests/pki that answers 404 until it is told to work.
class LateTsa {
 public:
  LateTsa() : responder_(testpki::Responder::open(ANTIN_SOURCE_DIR "/tests/pki").value()) {}
  std::uint16_t port() const { return server_.port(); }
  std::atomic<bool> works = false;
  std::atomic<int> asked = 0;

 private:
  void serve(int peer) {
    ++asked;
    const auto request = read_request(peer);
    std::string answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    if (works) {
      const auto body = to_bytes(request.substr(request.find("\r\n\r\n") + 4));
      const auto token = responder_.timestamp(body, "tsa", service::SystemClock{}.utc_now(),
                                              testpki::Fault::kNone);
      answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(token.value().size()) +
               "\r\n\r\n" + std::string(as_text(token.value()));
    }
    EXPECT_TRUE(say(peer, answer));
  }
  testpki::Responder responder_;
  LoopbackServer server_{[this](int peer) { serve(peer); }};  // last: its thread uses the others
};

}  // namespace antin::testing
