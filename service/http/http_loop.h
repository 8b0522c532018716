#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <Poco/Net/ServerSocket.h>

#include "service/http/http_connection.h"
#include "service/http/http_mailbox.h"
#include "service/http/http_server.h"

namespace antin::service {

/// The polling thread of an HttpServer: http_server.cc polls and answers, http_room.cc decides who
/// is taken and who goes.
class HttpServer::Loop {
 public:
  Loop(const HttpSettings& settings, RequestHandler& handler, const Clock& clock,
       RandomSource& random)
      : settings_(settings),
        handler_(handler),
        clock_(clock),
        random_(random),
        mailbox_(std::make_shared<Mailbox>()) {}

  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  void run();
  void stop() noexcept {
    stopping_ = true;
    mailbox_->ring();
  }
  std::size_t connections() const noexcept { return count_; }
  void use_tls(std::shared_ptr<const TlsContext> context) {
    const std::lock_guard lock(fresh_mutex_);
    fresh_tls_ = std::move(context);
    mailbox_->ring();
  }
  void use_settings(const HttpSettings& fresh) {
    const std::lock_guard lock(fresh_mutex_);
    fresh_settings_ = fresh;
    mailbox_->ring();
  }

 private:
  using Ticks = HttpConnection::Ticks;
  using Connections = std::list<HttpConnection>;
  void accept_all(Ticks now);
  void take(Poco::Net::StreamSocket client, const std::string& address, Ticks now);
  bool make_room(const std::string& group, Ticks now);
  void leave(const HttpConnection& connection);
  void remove_finished();
  void shake_hands(std::vector<HttpConnection*>& waiting);
  bool may_take_pipelined(Ticks now);
  void take_pipelined(Ticks now);
  int wait_at_most(bool accepting, Ticks now) const;
  std::string peer_behind(const HttpConnection& connection, const RequestHead& head) const;
  void drive(HttpConnection& connection, Ticks now);
  void deliver(Mail mail, Ticks now);
  void check_time(HttpConnection& connection, Ticks now);
  void answer(HttpConnection& connection, const Response& response, Ticks now);
  void refuse(HttpConnection& connection, const Error& error, Ticks now);
  void begin_request(HttpConnection& connection);
  std::chrono::milliseconds tick() const;
  void take_what_is_fresh();
  // Its certificate was judged by what holds no longer.
  bool outdated(const HttpConnection& connection) const {
    return !connection.peer.certificate.empty() && connection.tls_context() != tls_.get();
  }

  HttpSettings settings_;
  RequestHandler& handler_;
  const Clock& clock_;
  RandomSource& random_;
  std::shared_ptr<Mailbox> mailbox_;
  Poco::Net::ServerSocket socket_;
  Connections connections_;
  std::map<std::string, std::size_t> per_address_;
  std::shared_ptr<const TlsContext> tls_;
  std::mutex fresh_mutex_;
  std::shared_ptr<const TlsContext> fresh_tls_;  ///< until the polling thread takes them up
  std::optional<HttpSettings> fresh_settings_;
  std::uint64_t next_serial_ = 1;
  Ticks accept_again_{};
  Ticks pipelined_since_{};
  std::size_t pipelined_ = 0;    ///< taken since then
  bool pipelined_wait_ = false;  ///< somebody has more
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> count_ = 0;
};

}  // namespace antin::service
