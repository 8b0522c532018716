#include "service/http/http_server.h"

#include <algorithm>
#include <atomic>
#include <poll.h>
#include <vector>

#include "service/http/address.h"
#include "service/http/http_loop.h"

namespace antin::service {
namespace {

using Ticks = HttpConnection::Ticks;
using std::chrono::milliseconds;

/// Requests that came before the answer to the one before them, of all connections together: who
/// asks a thousand things in one breath shares this with others like him, and not the processor
/// with everybody.
constexpr std::size_t kPipelinedAtOnce = 16;
constexpr milliseconds kPipelinedEvery{10};

}  // namespace

struct Responder::Shared {
  std::shared_ptr<Mailbox> mailbox;
  std::uint64_t serial;
  std::atomic<bool> answered = false;
  Shared(std::shared_ptr<Mailbox> box, std::uint64_t number)
      : mailbox(std::move(box)), serial(number) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() {
    if (!answered) mailbox->put({serial, std::nullopt, nullptr, Ticks{}});
  }
};

void Responder::answer(Response response) const {
  if (shared_->answered.exchange(true)) return;
  shared_->mailbox->put({shared_->serial, std::move(response), nullptr, Ticks{}});
}

void Responder::otherwise_after(milliseconds span, std::function<Response()> fallback) const {
  shared_->mailbox->put({shared_->serial, std::nullopt, std::move(fallback),
                         std::chrono::steady_clock::now() + span});
}

// Deadlines are looked at this often: fine enough for the shortest of them, coarse enough to cost
// nothing.
milliseconds HttpServer::Loop::tick() const {
  const auto shortest = std::min({settings_.head_within, settings_.idle_within,
                                  settings_.rate_grace, settings_.linger_within});
  return std::clamp(shortest / 4, milliseconds(5), milliseconds(250));
}

int HttpServer::Loop::wait_at_most(bool accepting, Ticks now) const {
  if (connections_.empty() && accepting) return -1;
  auto most = tick();
  if (pipelined_wait_) {
    const auto left = std::chrono::ceil<milliseconds>(pipelined_since_ + kPipelinedEvery - now);
    most = std::clamp(left, milliseconds(0), most);
  }
  return static_cast<int>(most.count());
}

void HttpServer::Loop::run() {
  std::optional<Ticks> stop_at;
  std::vector<pollfd> polled;
  std::vector<HttpConnection*> who, shaking;
  for (;;) {
    auto now = clock_.ticks();
    if (stopping_ && !stop_at) {
      stop_at = now + settings_.stop_within;
      socket_.close();
    }
    if (stop_at) {
      connections_.remove_if([](const HttpConnection& c) { return c.idle(); });
      count_ = connections_.size();
      if (connections_.empty() || now >= *stop_at) break;
    }
    polled.clear();
    who.clear();
    shaking.clear();
    polled.push_back({mailbox_->bell(), POLLIN, 0});
    const bool accepting = !stop_at && now >= accept_again_;
    if (accepting) polled.push_back({socket_.impl()->sockfd(), POLLIN, 0});
    const auto first = polled.size();
    for (auto& connection : connections_) {
      polled.push_back({connection.fd(), connection.wanted(), 0});
      who.push_back(&connection);
    }
    const int ready = ::poll(polled.data(), polled.size(), wait_at_most(accepting, now));
    now = clock_.ticks();
    take_what_is_fresh();
    if (ready > 0) {
      if (polled[0].revents != 0) {
        for (auto& mail : mailbox_->empty()) deliver(std::move(mail), now);
      }
      for (std::size_t i = 0; i < who.size(); ++i) {
        const auto events = polled[first + i].revents;
        auto& connection = *who[i];
        if (events == 0) continue;
        if ((events & (POLLERR | POLLNVAL)) != 0) connection.finish();
        if ((events & POLLHUP) != 0 && (events & POLLIN) == 0) connection.finish();
        if (connection.state() == HttpConnection::State::kHandshake) {
          if (!connection.finished()) shaking.push_back(&connection);
          continue;
        }
        const bool writing = connection.state() == HttpConnection::State::kWriting;
        if ((events & POLLOUT) != 0 && writing) connection.write_some(now);
        if ((events & POLLIN) != 0 || ((events & POLLOUT) != 0 && !writing))
          connection.read_some(now);
        drive(connection, now);
      }
      shake_hands(shaking);
      if (accepting && polled[1].revents != 0) accept_all(now);
    }
    if (pipelined_wait_) take_pipelined(now);
    for (auto& connection : connections_) check_time(connection, now);
    remove_finished();
    count_ = connections_.size();
  }
  connections_.clear();
  per_address_.clear();
  count_ = 0;
}

void HttpServer::Loop::take_what_is_fresh() {
  const std::lock_guard lock(fresh_mutex_);
  if (fresh_settings_) {
    auto next = *std::exchange(fresh_settings_, std::nullopt);
    // Connections hold these, and memory was planned by them.
    next.limits = settings_.limits;
    next.every_answer = std::move(settings_.every_answer);
    next.every_tls_answer = std::move(settings_.every_tls_answer);
    settings_ = std::move(next);
  }
  if (!fresh_tls_) return;
  tls_ = std::exchange(fresh_tls_, nullptr);
  for (auto& connection : connections_) {
    if (connection.idle() && outdated(connection)) connection.finish();
  }
}

// Counts a request that came too early, if there is room for it before `kPipelinedEvery` is over.
bool HttpServer::Loop::may_take_pipelined(Ticks now) {
  const bool over = now - pipelined_since_ >= kPipelinedEvery;
  if (over && !pipelined_wait_) {
    pipelined_since_ = now;
    pipelined_ = 0;
  }
  // Whoever waits comes first: take_pipelined() begins the next turn for them.
  if (pipelined_ < kPipelinedAtOnce && !(over && pipelined_wait_)) {
    ++pipelined_;
    return true;
  }
  pipelined_wait_ = true;
  return false;
}

// One request of each of those who wait, and whoever had his turn goes to the end of the line.
void HttpServer::Loop::take_pipelined(Ticks now) {
  if (now - pipelined_since_ < kPipelinedEvery) return;
  pipelined_since_ = now;
  pipelined_ = 0;
  pipelined_wait_ = false;
  auto at = connections_.begin();
  for (auto left = connections_.size(); left > 0 && !pipelined_wait_; --left) {
    const auto one = at++;
    if (one->finished() || !one->behind()) continue;
    drive(*one, now);
    if (!pipelined_wait_ || !one->behind())
      connections_.splice(connections_.end(), connections_, one);
  }
}

// The last address is the one that the proxy itself saw; those before it are hearsay.
std::string HttpServer::Loop::peer_behind(const HttpConnection& connection,
                                          const RequestHead& head) const {
  const auto& own = connection.address();
  if (std::find(settings_.proxies.begin(), settings_.proxies.end(), own) == settings_.proxies.end())
    return own;
  std::string_view last;
  for (const auto& field : head.fields) {
    if (field.name == "x-forwarded-for") last = field.value;
  }
  last = last.substr(last.find_last_of(", ") + 1);
  return is_address(last) ? std::string(last) : own;
}

void HttpServer::Loop::begin_request(HttpConnection& connection) {
  connection.request_id = new_uuid7(clock_, random_);
  connection.serial = next_serial_++;
  connection.method.clear();
  connection.path.clear();
  connection.head_only = false;
  connection.keep_alive = false;
}

// Goes on with a connection until it waits for its client or for a handler.
void HttpServer::Loop::drive(HttpConnection& connection, Ticks now) {
  while (!connection.finished() && connection.state() == HttpConnection::State::kReading) {
    if (connection.behind() && !may_take_pipelined(now)) return;
    connection.feed_waiting(now);
    auto& parser = connection.parser();
    switch (parser.state()) {
      case HttpParser::State::kHead:
      case HttpParser::State::kBody:
        return;
      case HttpParser::State::kRefused:
        if (connection.request_id.empty()) begin_request(connection);
        refuse(connection, parser.error(), now);
        return;
      case HttpParser::State::kAdmit: {
        begin_request(connection);
        const auto& head = parser.head();
        connection.method = name(head.method);
        connection.path = head.path;
        connection.head_only = head.method == Method::kHead;
        const bool has_body = parser.announced_length() != std::uint64_t{0};
        const bool expects = head.expects_continue;
        connection.keep_alive = head.keep_alive;
        connection.peer.address = peer_behind(connection, head);
        connection.peer.port = connection.port();
        auto admitted = handler_.admit(head, connection.peer, connection.request_id);
        if (const auto* response = std::get_if<Response>(&admitted)) {
          if (has_body)
            connection.keep_alive = false;
          else
            parser.admit(0), static_cast<void>(parser.take());
          answer(connection, *response, now);
          break;
        }
        parser.admit(std::get<RequestHandler::Admission>(admitted).max_body);
        if (expects && parser.state() == HttpParser::State::kBody) connection.send_continue(now);
        break;
      }
      case HttpParser::State::kComplete: {
        Request request = parser.take();
        request.peer = connection.peer;
        request.id = connection.request_id;
        connection.handed_over(now);
        handler_.handle(std::move(request), Responder(std::make_shared<Responder::Shared>(
                                                mailbox_, connection.serial)));
        return;
      }
    }
  }
}

void HttpServer::Loop::deliver(Mail mail, Ticks now) {
  for (auto& connection : connections_) {
    if (connection.serial != mail.serial || connection.state() != HttpConnection::State::kHandling)
      continue;
    if (mail.fallback) {
      connection.fallback = std::move(mail.fallback);
      connection.fallback_at = mail.fallback_at;
    } else if (mail.answer) {
      answer(connection, *mail.answer, now);
    } else {
      answer(
          connection,
          handler_.refusal(make_error(Code::kInternal, "request dropped"), connection.request_id),
          now);
    }
    drive(connection, now);
    return;
  }
}

void HttpServer::Loop::check_time(HttpConnection& connection, Ticks now) {
  if (connection.finished()) return;
  if (connection.state() == HttpConnection::State::kHandling && connection.fallback &&
      now >= connection.fallback_at) {
    const auto fallback = std::exchange(connection.fallback, nullptr);
    answer(connection, fallback(), now);
    drive(connection, now);
    return;
  }
  switch (connection.overdue(now)) {
    case HttpConnection::Overdue::kNo:
      return;
    case HttpConnection::Overdue::kClose:
      if (connection.state() == HttpConnection::State::kHandshake)
        handler_.noticed(RequestHandler::Incident::kHandshakeLate, connection.address());
      connection.finish();
      return;
    case HttpConnection::Overdue::kTooSlow:
      if (connection.request_id.empty() || connection.parser().state() == HttpParser::State::kHead)
        begin_request(connection);
      refuse(connection, make_error(Code::kHttpTooSlow, "client too slow"), now);
      return;
  }
}

void HttpServer::Loop::answer(HttpConnection& connection, const Response& response, Ticks now) {
  const auto after = connection.keep_alive && !stopping_ && !outdated(connection)
                         ? HttpConnection::After::kKeepAlive
                         : HttpConnection::After::kClose;
  handler_.answered(
      {.method = connection.method,
       .path = connection.path,
       .id = connection.request_id,
       .peer = connection.peer.address,
       .status = response.status,
       .took = std::chrono::duration_cast<std::chrono::microseconds>(now - connection.started)});
  connection.answer(response, clock_.utc_now(), after, connection.head_only, now);
  connection.request_id.clear();
}

void HttpServer::Loop::refuse(HttpConnection& connection, const Error& error, Ticks now) {
  connection.keep_alive = false;
  answer(connection, handler_.refusal(error, connection.request_id), now);
}

HttpServer::HttpServer(const HttpSettings& settings, RequestHandler& handler, const Clock& clock,
                       RandomSource& random)
    : loop_(std::make_unique<Loop>(settings, handler, clock, random)) {}
HttpServer::~HttpServer() = default;

Result<std::uint16_t> HttpServer::listen(const std::string& address, std::uint16_t port) {
  return loop_->listen(address, port);
}
void HttpServer::use_tls(std::shared_ptr<const TlsContext> context) {
  loop_->use_tls(std::move(context));
}
void HttpServer::use_settings(const HttpSettings& fresh) {
  loop_->use_settings(fresh);
}
void HttpServer::run() {
  loop_->run();
}
void HttpServer::stop() noexcept {
  loop_->stop();
}
std::size_t HttpServer::connections() const noexcept {
  return loop_->connections();
}

}  // namespace antin::service
