#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "certs/core/error.h"
#include "certs/core/random.h"
#include "certs/core/time.h"
#include "service/http/http_message.h"
#include "service/http/http_parser.h"
#include "service/tls/tls_context.h"

namespace antin::service {

struct HttpSettings {
  HttpLimits limits;
  std::size_t max_connections = 512;
  std::size_t max_per_address = 256;  ///< of one IPv4 address or one IPv6 /64
  /// Of declared proxies: `max_per_address` does not hold for them, and the last address in their
  /// X-Forwarded-For is the client's.
  std::vector<std::string> proxies;
  std::chrono::milliseconds handshake_within{10'000};  ///< all of it
  /// Begun or gone on with before everybody else is looked after again: a handshake costs more
  /// processor time than anything else that happens on the polling thread.
  std::size_t handshakes_per_turn = 4;
  std::chrono::milliseconds head_within{10'000};      ///< first octet to end of head
  std::chrono::milliseconds idle_within{30'000};      ///< between requests, and before the first
  std::chrono::milliseconds request_within{600'000};  ///< whole body, whatever its rate
  /// Slowest body accepted and slowest reader served, after `rate_grace`.
  std::size_t min_octets_per_second = 1'024;
  std::chrono::milliseconds rate_grace{10'000};
  std::chrono::milliseconds linger_within{2'000};
  std::chrono::milliseconds stop_within{8'000};
  /// Added to every answer that does not set them itself; to those over TLS.
  std::vector<HeaderField> every_answer, every_tls_answer;
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
  virtual std::variant<Admission, Response> admit(const RequestHead& head, const Peer& peer,
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
  /// What becomes of connections beside requests; for metrics.
  enum class Incident : std::uint8_t {
    kHandshakeDone,
    kHandshakeFailed,
    kHandshakeLate,
    kEvicted,    ///< closed, because somebody else needed the room
    kTurnedAway  ///< not taken: everybody who is here is being worked for
  };
  virtual void noticed(Incident incident, const std::string& address) {
    static_cast<void>(incident), static_cast<void>(address);
  }
};

/// One thread polls all sockets and frames requests strictly (http_parser.h) under deadlines that
/// hold for the whole request; a handler only ever sees whole requests. A client that drips,
/// stalls or pipelines costs a slot of `max_connections`, and that only until somebody else needs
/// it: newcomers are always taken, in the place of whoever costs most and asks least.
class HttpServer {
 public:
  HttpServer(const HttpSettings& settings, RequestHandler& handler, const Clock& clock,
             RandomSource& random);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Binds and listens; port 0 takes a free one. Fails with kConfigValue. Returns the port.
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  /// Connections from now on speak TLS; those that are open go on as they began. From any thread.
  /// Who showed a certificate shows it again: an idle connection ends, a busy one after its answer.
  void use_tls(std::shared_ptr<const TlsContext> context);
  /// Deadlines, numbers of connections and proxies, for connections that are open as well. Sizes of
  /// bodies and what is added to answers stay as they were. From any thread.
  void use_settings(const HttpSettings& fresh);
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
