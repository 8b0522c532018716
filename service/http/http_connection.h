#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <Poco/Net/StreamSocket.h>

#include "service/http/http_parser.h"
#include "service/http/http_server.h"
#include "service/tls/tls_session.h"

namespace antin::service {

/// One client's connection, driven by the polling thread only. It reads and writes without
/// blocking and knows its own deadlines; what to answer is decided by its owner.
class HttpConnection {
 public:
  using Ticks = std::chrono::steady_clock::time_point;
  enum class State : std::uint8_t {
    kHandshake,  ///< TLS begins
    kReading,    ///< a request, or waiting for one
    kHandling,   ///< a handler has it
    kWriting,    ///< an answer
    kLingering   ///< answered; reads away what still comes, so that no RST eats the answer
  };

  /// `tls`: nullptr for plain HTTP.
  HttpConnection(Poco::Net::StreamSocket socket, std::string address, const HttpSettings& settings,
                 std::shared_ptr<const TlsContext> tls, Ticks now);

  int fd() const { return socket_.impl()->sockfd(); }
  State state() const noexcept { return state_; }
  /// What its handshake was judged by; nullptr for plain HTTP.
  const TlsContext* tls_context() const noexcept { return tls_context_.get(); }
  /// Of the socket; a proxy's own when there is one.
  const std::string& address() const noexcept { return address_; }
  /// Of the other end of the socket; 0 when it is gone.
  std::uint16_t port() const;
  HttpParser& parser() noexcept { return parser_; }
  bool idle() const noexcept {
    return state_ == State::kHandshake ||
           (state_ == State::kReading && parser_.untouched() && input_.empty());
  }
  bool finished() const noexcept { return finished_; }
  void finish() noexcept { finished_ = true; }
  /// What it asks next came before its last answer went (pipelining, RFC 9112 §9.3.2).
  bool behind() const noexcept {
    return state_ == State::kReading && !head_started_ && !input_.empty();
  }

  /// Events to poll for.
  short wanted() const noexcept;
  /// One step of the handshake: kWaiting until it is over.
  enum class Shaken : std::uint8_t { kWaiting, kDone, kFailed };
  Shaken handshake(Ticks now);
  /// Reads what is there into the parser. Stops where the parser needs the caller.
  void read_some(Ticks now);
  /// Feeds octets that came behind an earlier request; until then nothing more is read.
  void feed_waiting(Ticks now);
  void write_some(Ticks now);

  enum class Overdue : std::uint8_t { kNo, kTooSlow, kClose };
  Overdue overdue(Ticks now) const;

  /// How little would be lost with this connection: the highest is closed first when somebody else
  /// needs the room. nullopt while a handler works for it.
  struct Burden {
    int rank;
    std::int64_t within_rank;
    auto operator<=>(const Burden&) const = default;
  };
  std::optional<Burden> burden(Ticks now) const;

  /// The request is with a handler until answer().
  void handed_over(Ticks now) noexcept;
  enum class After : std::uint8_t { kKeepAlive, kClose };
  /// `head_only`: HEAD, the body is announced but not sent.
  void answer(const Response& response, UtcTime date, After after, bool head_only, Ticks now);
  void send_continue(Ticks now);

  // Facts about the request being answered.
  Peer peer;
  std::string request_id;
  std::uint64_t serial = 0;
  std::string method, path;
  bool head_only = false;
  bool keep_alive = true;
  Ticks started{};
  std::function<Response()> fallback;
  Ticks fallback_at = Ticks::max();

 private:
  enum class Got : std::uint8_t { kOctets, kNothing, kEnd };
  Got receive(std::span<std::uint8_t> into, std::size_t& octets);
  bool send(ByteView octets, std::size_t& sent);
  std::string fields_of(const Response& response) const;
  void close_after_lingering(Ticks now);

  Poco::Net::StreamSocket socket_;
  std::string address_;
  const HttpSettings& settings_;
  std::shared_ptr<const TlsContext> tls_context_;
  std::unique_ptr<TlsSession> tls_;  ///< made at the first octet: silence costs no memory
  bool tls_needs_room_ = false;      ///< TLS must write before it can go on
  HttpParser parser_;
  State state_;
  Bytes input_;  ///< read but not yet parsed; bounded by one read
  std::string out_head_;
  SharedBytes out_body_;
  std::size_t out_sent_ = 0;
  After after_ = After::kKeepAlive;
  Ticks since_;  ///< of the present wait: handshake, idle, head, body, writing, lingering
  std::uint64_t served_ = 0;
  bool head_started_ = false;
  bool body_started_ = false;
  bool finished_ = false;
};

}  // namespace antin::service
