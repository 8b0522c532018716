#include "service/antind/http_server.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <list>
#include <map>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>

#include "service/antind/address.h"
#include "service/antind/http_connection.h"
#include "service/ipc/descriptor.h"

namespace antin::service {
namespace {

using Ticks = HttpConnection::Ticks;
using std::chrono::milliseconds;

constexpr milliseconds kAcceptPause{100};
constexpr int kBacklog = 1'024;
/// However quick single handshakes are, everybody else waits no longer than this for them.
constexpr milliseconds kHandshakesAtMost{5};

// What other threads tell the polling thread.
struct Mail {
  std::uint64_t serial;
  std::optional<Response> answer;
  std::function<Response()> fallback;
  Ticks fallback_at;
};

class Mailbox {
 public:
  Mailbox() : bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  void put(Mail mail) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(mail));
    }
    ring();
  }
  void ring() noexcept {
    const std::uint64_t one = 1;
    // Only fails when the counter is full, and then the bell rings anyway.
    [[maybe_unused]] const auto wrote = ::write(bell_.get(), &one, sizeof one);
  }
  std::vector<Mail> empty() {
    std::uint64_t rung = 0;
    [[maybe_unused]] const auto got = ::read(bell_.get(), &rung, sizeof rung);
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
  }
  int bell() const noexcept { return bell_.get(); }

 private:
  Descriptor bell_;
  std::mutex mutex_;
  std::vector<Mail> waiting_;
};

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

class HttpServer::Loop {
 public:
  Loop(const HttpSettings& settings, RequestHandler& handler, const Clock& clock,
       RandomSource& random)
      : settings_(settings),
        handler_(handler),
        clock_(clock),
        random_(random),
        mailbox_(std::make_shared<Mailbox>()) {}

  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port) {
    try {
      socket_.bind(Poco::Net::SocketAddress(address, port), true, false);
      socket_.listen(kBacklog);
      socket_.setBlocking(false);
      return static_cast<std::uint16_t>(socket_.address().port());
    } catch (const Poco::Exception& problem) {
      const auto where = address + ":" + std::to_string(port);
      return make_error(Code::kConfigValue, "listen at " + where + ": " + problem.displayText(),
                        {{"key", "http.address"}, {"reason", where}});
    }
  }

  void run();
  void stop() noexcept {
    stopping_ = true;
    mailbox_->ring();
  }
  std::size_t connections() const noexcept { return count_; }
  void use_tls(std::shared_ptr<const TlsContext> context) {
    const std::lock_guard lock(tls_mutex_);
    tls_ = std::move(context);
  }

 private:
  using Connections = std::list<HttpConnection>;
  void accept_all(Ticks now);
  void take(Poco::Net::StreamSocket client, const std::string& address, Ticks now);
  bool make_room(const std::string& group, Ticks now);
  void leave(const HttpConnection& connection);
  void remove_finished();
  void shake_hands(std::vector<HttpConnection*>& waiting);
  std::string peer_behind(const HttpConnection& connection, const RequestHead& head) const;
  void drive(HttpConnection& connection, Ticks now);
  void deliver(Mail mail, Ticks now);
  void check_time(HttpConnection& connection, Ticks now);
  void answer(HttpConnection& connection, const Response& response, Ticks now);
  void refuse(HttpConnection& connection, const Error& error, Ticks now);
  void begin_request(HttpConnection& connection);
  milliseconds tick() const;

  const HttpSettings settings_;
  RequestHandler& handler_;
  const Clock& clock_;
  RandomSource& random_;
  std::shared_ptr<Mailbox> mailbox_;
  Poco::Net::ServerSocket socket_;
  Connections connections_;
  std::map<std::string, std::size_t> per_address_;
  std::mutex tls_mutex_;
  std::shared_ptr<const TlsContext> tls_;
  std::uint64_t next_serial_ = 1;
  Ticks accept_again_{};
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> count_ = 0;
};

// Deadlines are looked at this often: fine enough for the shortest of them, coarse enough to cost
// nothing.
milliseconds HttpServer::Loop::tick() const {
  const auto shortest = std::min({settings_.head_within, settings_.idle_within,
                                  settings_.rate_grace, settings_.linger_within});
  return std::clamp(shortest / 4, milliseconds(5), milliseconds(250));
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
    const int wait = connections_.empty() && accepting ? -1 : static_cast<int>(tick().count());
    const int ready = ::poll(polled.data(), polled.size(), wait);
    now = clock_.ticks();
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
    for (auto& connection : connections_) check_time(connection, now);
    remove_finished();
    count_ = connections_.size();
  }
  connections_.clear();
  per_address_.clear();
  count_ = 0;
}

void HttpServer::Loop::accept_all(Ticks now) {
  for (int i = 0; i < 64; ++i) {
    Poco::Net::StreamSocket client;
    std::string address;
    try {
      client = socket_.acceptConnection();
      client.setBlocking(false);
      client.setNoDelay(true);
      address = client.peerAddress().host().toString();
    } catch (const Poco::Exception& problem) {
      // Nobody waits any more, or gone again. Out of descriptors or memory the socket stays
      // readable: polling it again at once would spin.
      const auto code = problem.code();
      if (code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM)
        accept_again_ = now + kAcceptPause;
      return;
    }
    take(std::move(client), address, now);
  }
}

void HttpServer::Loop::take(Poco::Net::StreamSocket client, const std::string& address, Ticks now) {
  const auto group = address_group(address);
  const bool proxy = std::find(settings_.proxies.begin(), settings_.proxies.end(), address) !=
                     settings_.proxies.end();
  const auto others = per_address_.find(group);
  bool room = proxy || others == per_address_.end() || others->second < settings_.max_per_address ||
              make_room(group, now);
  room = room && (connections_.size() < settings_.max_connections || make_room("", now));
  std::shared_ptr<const TlsContext> tls;
  {
    const std::lock_guard lock(tls_mutex_);
    tls = tls_;
  }
  if (!room) handler_.noticed(RequestHandler::Incident::kTurnedAway, address);
  // Far beyond the limit, or where it would take a handshake, not even a refusal is affordable.
  if (!room && (tls || connections_.size() >= 2 * settings_.max_connections)) return;
  auto& connection =
      connections_.emplace_back(std::move(client), address, settings_, std::move(tls), now);
  ++per_address_[group];
  if (room) return;
  begin_request(connection);
  refuse(connection, make_error(Code::kHttpTooManyConnections, address), now);
}

// Closes the connection that would be missed least: of `group`, or of anybody. When one address
// holds more than a quarter of all, of that one.
bool HttpServer::Loop::make_room(const std::string& group, Ticks now) {
  std::string among = group;
  if (among.empty()) {
    const auto largest = std::max_element(
        per_address_.begin(), per_address_.end(),
        [](const auto& one, const auto& other) { return one.second < other.second; });
    if (largest != per_address_.end() && largest->second > settings_.max_connections / 4)
      among = largest->first;
  }
  auto worst = connections_.end();
  std::optional<HttpConnection::Burden> heaviest;
  for (auto it = connections_.begin(); it != connections_.end(); ++it) {
    if (!among.empty() && address_group(it->address()) != among) continue;
    const auto burden = it->burden(now);
    if (!burden || (heaviest && *burden <= *heaviest)) continue;
    heaviest = burden;
    worst = it;
  }
  if (worst == connections_.end()) return false;
  handler_.noticed(RequestHandler::Incident::kEvicted, worst->address());
  leave(*worst);
  connections_.erase(worst);
  return true;
}

void HttpServer::Loop::leave(const HttpConnection& connection) {
  const auto at = per_address_.find(address_group(connection.address()));
  if (at != per_address_.end() && --at->second == 0) per_address_.erase(at);
}

void HttpServer::Loop::remove_finished() {
  for (auto it = connections_.begin(); it != connections_.end();) {
    if (!it->finished()) {
      ++it;
      continue;
    }
    leave(*it);
    it = connections_.erase(it);
  }
}

// The addresses that want least come first, so that a flood of handshakes from one of them delays
// its own; within an address in the order in which they came.
void HttpServer::Loop::shake_hands(std::vector<HttpConnection*>& waiting) {
  if (waiting.size() > settings_.handshakes_per_turn) {
    std::map<std::string, std::size_t> wanted;
    for (const auto* one : waiting) ++wanted[one->address()];
    std::stable_sort(waiting.begin(), waiting.end(),
                     [&](const HttpConnection* one, const HttpConnection* other) {
                       return wanted[one->address()] < wanted[other->address()];
                     });
    waiting.resize(settings_.handshakes_per_turn);
  }
  const auto began = clock_.ticks();
  for (auto* connection : waiting) {
    const auto now = clock_.ticks();
    if (now - began > kHandshakesAtMost) return;  // they are still readable at the next turn
    switch (connection->handshake(now)) {
      case HttpConnection::Shaken::kWaiting:
        break;
      case HttpConnection::Shaken::kDone:
        handler_.noticed(RequestHandler::Incident::kHandshakeDone, connection->address());
        break;
      case HttpConnection::Shaken::kFailed:
        handler_.noticed(RequestHandler::Incident::kHandshakeFailed, connection->address());
        break;
    }
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
  const auto after = connection.keep_alive && !stopping_ ? HttpConnection::After::kKeepAlive
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
