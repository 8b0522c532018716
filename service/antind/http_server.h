#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "certs/core/error.h"
#include "certs/core/random.h"
#include "certs/core/time.h"
#include "service/antind/http_message.h"
#include "service/antind/http_parser.h"

namespace antin::service {

struct HttpSettings {
  HttpLimits limits;
  std::size_t max_connections = 512;
  std::size_t max_per_address = 256;
  std::chrono::milliseconds head_within{10'000};      ///< first octet to end of head
  std::chrono::milliseconds idle_within{30'000};      ///< between requests, and before the first
  std::chrono::milliseconds request_within{600'000};  ///< whole body, whatever its rate
  /// Slowest body accepted and slowest reader served, after `rate_grace`.
  std::size_t min_octets_per_second = 1'024;
  std::chrono::milliseconds rate_grace{10'000};
  std::chrono::milliseconds linger_within{2'000};
  std::chrono::milliseconds stop_within{8'000};
};

/// The way back for one request's answer. Copies share it; the first answer wins, later ones are
/// dropped. When the last copy goes without an answer, the client gets kInternal. Thread-safe.
class Responder {
 public:
  struct Shared;
  explicit Responder(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  void answer(Response response) const;
  /// What to answer when nobody has within `span`: called on the polling thread, must not block.
  void otherwise_after(std::chrono::milliseconds span, std::function<Response()> fallback) const;

 private:
  std::shared_ptr<Shared> shared_;
};

/// What a server asks about requests. All on the polling thread: must not block.
class RequestHandler {
 public:
  struct Admission {
    std::size_t max_body;
  };
  virtual ~RequestHandler() = default;
  /// After the head, before any octet of the body is taken. A Response ends the request, and the
  /// connection too when there is a body that nobody wants.
  virtual std::variant<Admission, Response> admit(const RequestHead& head, const std::string& peer,
                                                  const std::string& id) = 0;
  virtual void handle(Request request, Responder responder) = 0;
  /// The answer to a request that could not be read, or not served.
  virtual Response refusal(const Error& error, const std::string& id) = 0;
  /// For logs and metrics, once per answer.
  struct Answered {
    std::string method, path, id, peer;  ///< method and path empty when the head was not read
    int status;
    std::chrono::microseconds took;
  };
  virtual void answered(const Answered& answered) = 0;
};

/// One thread polls all sockets and frames requests strictly (http_parser.h) under deadlines that
/// hold for the whole request; a handler only ever sees whole requests. A client that drips,
/// stalls or pipelines costs a slot of `max_connections` and nothing else.
class HttpServer {
 public:
  HttpServer(const HttpSettings& settings, RequestHandler& handler, const Clock& clock,
             RandomSource& random);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Binds and listens; port 0 takes a free one. Fails with kConfigValue. Returns the port.
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  /// Serves until stop(); returns when the last request was answered or `stop_within` passed.
  void run();
  /// From any thread or a signal handler.
  void stop() noexcept;
  std::size_t connections() const noexcept;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

/// RFC 9562 version 7: sortable by time.
std::string new_uuid7(const Clock& clock, RandomSource& random);
/// "Sun, 06 Nov 1994 08:49:37 GMT", RFC 9110 §5.6.7.
std::string to_http_date(UtcTime at);

}  // namespace antin::service
