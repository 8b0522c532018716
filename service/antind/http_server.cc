#include "service/antind/http_server.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
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

#include "service/antind/http_connection.h"
#include "service/ipc/descriptor.h"

namespace antin::service {
namespace {

using Ticks = HttpConnection::Ticks;
using std::chrono::milliseconds;

constexpr milliseconds kAcceptPause{100};

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
      socket_.listen(128);
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

 private:
  using Connections = std::list<HttpConnection>;
  void accept_all(Ticks now);
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
  std::vector<HttpConnection*> who;
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
        if ((events & POLLOUT) != 0) connection.write_some(now);
        if ((events & POLLIN) != 0) connection.read_some(now);
        drive(connection, now);
      }
      if (accepting && polled[1].revents != 0) accept_all(now);
    }
    for (auto& connection : connections_) check_time(connection, now);
    for (auto it = connections_.begin(); it != connections_.end();) {
      if (!it->finished()) {
        ++it;
        continue;
      }
      if (auto at = per_address_.find(it->peer()); at != per_address_.end() && --at->second == 0)
        per_address_.erase(at);
      it = connections_.erase(it);
    }
    count_ = connections_.size();
  }
  connections_.clear();
  per_address_.clear();
  count_ = 0;
}

void HttpServer::Loop::accept_all(Ticks now) {
  for (int i = 0; i < 64; ++i) {
    Poco::Net::StreamSocket client;
    std::string peer;
    try {
      client = socket_.acceptConnection();
      client.setBlocking(false);
      client.setNoDelay(true);
      peer = client.peerAddress().host().toString();
    } catch (const Poco::Exception& problem) {
      // Nobody waits any more, or gone again. Out of descriptors or memory the socket stays
      // readable: polling it again at once would spin.
      const auto code = problem.code();
      if (code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM)
        accept_again_ = now + kAcceptPause;
      return;
    }
    // Far beyond the limit not even a refusal is affordable.
    if (connections_.size() >= 2 * settings_.max_connections) continue;
    auto& connection = connections_.emplace_back(std::move(client), peer, settings_, now);
    const auto same_address = ++per_address_[peer];
    if (connections_.size() > settings_.max_connections ||
        same_address > settings_.max_per_address) {
      begin_request(connection);
      refuse(connection, make_error(Code::kHttpTooManyConnections, peer), now);
    }
  }
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
        auto admitted = handler_.admit(head, connection.peer(), connection.request_id);
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
        request.peer = connection.peer();
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
       .peer = connection.peer(),
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
void HttpServer::run() {
  loop_->run();
}
void HttpServer::stop() noexcept {
  loop_->stop();
}
std::size_t HttpServer::connections() const noexcept {
  return loop_->connections();
}

std::string new_uuid7(const Clock& clock, RandomSource& random) {
  Bytes octets = random.bytes(16);
  // 48 bits of milliseconds; our wall clock counts seconds, the random part orders within one.
  const auto stamp =
      static_cast<std::uint64_t>(clock.utc_now().since_epoch().time_since_epoch().count() * 1000);
  for (unsigned i = 0; i < 6; ++i)
    octets[i] = static_cast<std::uint8_t>((stamp >> (8U * (5 - i))) & 0xFFU);
  octets[6] = static_cast<std::uint8_t>(0x70U | (octets[6] & 0x0FU));
  octets[8] = static_cast<std::uint8_t>(0x80U | (octets[8] & 0x3FU));
  auto text = to_hex(octets);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, "-");
  return text;
}

std::string to_http_date(UtcTime at) {
  using namespace std::chrono;
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<days>(at.since_epoch());
  const year_month_day date(day);
  const hh_mm_ss clock(at.since_epoch() - day);
  std::array<char, 40> text{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays[weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

}  // namespace antin::service
