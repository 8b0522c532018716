#include "service/http/http_connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

#include <Poco/Exception.h>

namespace antin::service {
namespace {

constexpr std::size_t kReadAtOnce = 65'536;
constexpr std::size_t kWriteAtOnce = 262'144;

std::string_view reason(int status) noexcept {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

}  // namespace

HttpConnection::HttpConnection(Poco::Net::StreamSocket socket, std::string address,
                               const HttpSettings& settings, std::shared_ptr<const TlsContext> tls,
                               Ticks now)
    : socket_(std::move(socket)),
      address_(std::move(address)),
      settings_(settings),
      tls_context_(std::move(tls)),
      parser_(settings.limits),
      state_(tls_context_ ? State::kHandshake : State::kReading),
      since_(now) {
  peer.address = address_;
}

std::uint16_t HttpConnection::port() const {
  try {
    return socket_.peerAddress().port();
  } catch (const Poco::Exception&) {
    return 0;
  }
}

short HttpConnection::wanted() const noexcept {
  switch (state_) {
    case State::kHandshake:
      return tls_needs_room_ ? POLLOUT : POLLIN;
    case State::kReading:
      if (behind()) return 0;
      return tls_needs_room_ ? POLLOUT : POLLIN;
    case State::kLingering:
      return POLLIN;
    case State::kWriting:
      return POLLOUT;
    case State::kHandling:
      break;
  }
  return 0;  // POLLERR and POLLHUP are reported anyway
}

HttpConnection::Shaken HttpConnection::handshake(Ticks now) {
  if (!tls_) tls_ = TlsSession::begin(tls_context_, fd());
  const auto step = tls_ ? tls_->handshake() : TlsSession::Step::kFailed;
  tls_needs_room_ = step == TlsSession::Step::kWantWrite;
  switch (step) {
    case TlsSession::Step::kWantRead:
    case TlsSession::Step::kWantWrite:
      return Shaken::kWaiting;
    case TlsSession::Step::kDone: {
      auto client = tls_->client();
      peer.transport = Peer::Transport::kTls;
      peer.certificate = std::move(client.certificate);
      peer.subject = std::move(client.subject);
      state_ = State::kReading;
      since_ = now;
      return Shaken::kDone;
    }
    default:
      // The alert is on its way; closing over unread octets would overtake it.
      close_after_lingering(now);
      return Shaken::kFailed;
  }
}

HttpConnection::Got HttpConnection::receive(std::span<std::uint8_t> into, std::size_t& octets) {
  if (tls_ && state_ != State::kLingering) {
    const auto moved = tls_->read(into);
    octets = moved.octets;
    tls_needs_room_ = moved.step == TlsSession::Step::kWantWrite;
    if (moved.step == TlsSession::Step::kDone) return Got::kOctets;
    const bool waits = tls_needs_room_ || moved.step == TlsSession::Step::kWantRead;
    return waits ? Got::kNothing : Got::kEnd;
  }
  const auto got = ::recv(fd(), into.data(), into.size(), 0);
  if (got > 0) {
    octets = static_cast<std::size_t>(got);
    return Got::kOctets;
  }
  return got < 0 && (errno == EAGAIN || errno == EINTR) ? Got::kNothing : Got::kEnd;
}

void HttpConnection::read_some(Ticks now) {
  std::array<std::uint8_t, kReadAtOnce> octets{};
  std::size_t filled = 0;
  auto got = Got::kOctets;
  while (got == Got::kOctets && octets.size() - filled >= TlsSession::kRecord) {
    std::size_t more = 0;
    got = receive(std::span(octets).subspan(filled), more);
    filled += got == Got::kOctets ? more : 0;
    if (!tls_) break;
  }
  if (filled == 0) {
    // Half of a request will never become whole; an idle client may leave.
    if (got == Got::kEnd) finished_ = true;
    return;
  }
  // An end behind octets is met again at the next read.
  if (state_ == State::kLingering) return;
  input_.insert(input_.end(), octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(filled));
  feed_waiting(now);
}

void HttpConnection::feed_waiting(Ticks now) {
  if (state_ != State::kReading || input_.empty()) return;
  if (!head_started_) {
    head_started_ = true;
    since_ = now;
    started = now;
  }
  const auto used = parser_.feed(input_);
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(used));
  if (parser_.state() == HttpParser::State::kBody && !body_started_) {
    body_started_ = true;
    since_ = now;
  }
}

HttpConnection::Overdue HttpConnection::overdue(Ticks now) const {
  const auto waited = now - since_;
  const auto too_slow = [&](std::size_t octets) {
    if (waited <= settings_.rate_grace) return false;
    const auto counted =
        std::chrono::duration_cast<std::chrono::milliseconds>(waited - settings_.rate_grace);
    return octets <
           static_cast<std::size_t>(counted.count()) * settings_.min_octets_per_second / 1000;
  };
  switch (state_) {
    case State::kHandshake:
      return waited > settings_.handshake_within ? Overdue::kClose : Overdue::kNo;
    case State::kReading:
      if (body_started_) {
        return waited > settings_.request_within || too_slow(parser_.body_received())
                   ? Overdue::kTooSlow
                   : Overdue::kNo;
      }
      if (head_started_) return waited > settings_.head_within ? Overdue::kTooSlow : Overdue::kNo;
      return waited > settings_.idle_within ? Overdue::kClose : Overdue::kNo;
    case State::kWriting:
      return too_slow(out_sent_) ? Overdue::kClose : Overdue::kNo;
    case State::kLingering:
      return waited > settings_.linger_within ? Overdue::kClose : Overdue::kNo;
    case State::kHandling:
      break;
  }
  return Overdue::kNo;
}

// Nobody's request is lost with a connection that has sent none; next come those that have had
// their answer; last those that send or take octets, the slowest of them first. Whoever has been
// here for less than a moment is not slow yet.
std::optional<HttpConnection::Burden> HttpConnection::burden(Ticks now) const {
  constexpr std::chrono::seconds kMoment{1};
  constexpr std::int64_t kBrisk = 65'536;  // octets per second
  const auto waited = now - since_;
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(waited).count();
  const auto moving = [&](std::size_t octets) {
    const auto rate = static_cast<std::int64_t>(octets) * 1000 / (age + 1000);
    return Burden{waited > kMoment && rate < kBrisk ? 2 : 0, -rate};
  };
  switch (state_) {
    case State::kLingering:
      return Burden{5, age};
    case State::kHandshake:
      return Burden{waited > kMoment ? 4 : 1, age};
    case State::kReading:
      if (body_started_) return moving(parser_.body_received());
      if (waited <= kMoment) return Burden{1, age};
      return Burden{head_started_ || served_ == 0 ? 4 : 3, age};
    case State::kWriting:
      return moving(out_sent_);
    case State::kHandling:
      break;
  }
  return std::nullopt;
}

void HttpConnection::handed_over(Ticks now) noexcept {
  state_ = State::kHandling;
  since_ = now;
}

void HttpConnection::send_continue(Ticks now) {
  // A handful of octets into an empty buffer: if even that does not fit, the client is not worth
  // waiting for.
  std::size_t sent = 0;
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  if (!send(as_bytes(kContinue), sent) || sent != kContinue.size()) finished_ = true;
  since_ = now;
}

void HttpConnection::answer(const Response& response, UtcTime date, After after, bool without_body,
                            Ticks now) {
  const bool bodiless = response.status == 204 || response.status == 304;
  after_ = after;
  std::string& head = out_head_;
  head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += reason(response.status);
  head += "\r\nDate: " + to_http_date(date) + "\r\n";
  if (!response.content_type.empty()) head += "Content-Type: " + response.content_type + "\r\n";
  if (!bodiless) head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  head += fields_of(response);
  if (after == After::kClose) head += "Connection: close\r\n";
  head += "\r\n";
  out_body_ = bodiless || without_body ? SharedBytes{} : response.body;
  out_sent_ = 0;
  state_ = State::kWriting;
  since_ = now;
  fallback = nullptr;
  fallback_at = Ticks::max();
  write_some(now);
}

// Its own fields, and those of every answer that it does not set itself.
std::string HttpConnection::fields_of(const Response& response) const {
  std::string text;
  const auto add = [&](const HeaderField& field) {
    text += field.name + ": " + field.value + "\r\n";
  };
  for (const auto& field : response.fields) add(field);
  for (const auto& field : settings_.every_answer) {
    const auto same = [&](const HeaderField& one) { return lower(one.name) == lower(field.name); };
    if (std::none_of(response.fields.begin(), response.fields.end(), same)) add(field);
  }
  if (tls_) {
    for (const auto& field : settings_.every_tls_answer) add(field);
  }
  return text;
}

bool HttpConnection::send(ByteView octets, std::size_t& sent) {
  if (tls_) {
    const auto moved = tls_->write(octets);
    sent += moved.octets;
    return moved.step == TlsSession::Step::kDone || moved.step == TlsSession::Step::kWantWrite;
  }
  const auto wrote = ::send(fd(), octets.data(), octets.size(), MSG_NOSIGNAL);
  if (wrote >= 0) {
    sent += static_cast<std::size_t>(wrote);
    return true;
  }
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

void HttpConnection::write_some(Ticks now) {
  const auto total = out_head_.size() + out_body_.size();
  for (std::size_t budget = kWriteAtOnce; out_sent_ < total && budget > 0;) {
    const auto part = out_sent_ < out_head_.size()
                          ? as_bytes(out_head_).subspan(out_sent_)
                          : out_body_.view().subspan(out_sent_ - out_head_.size());
    const auto before = out_sent_;
    if (!send(part.first(std::min(part.size(), budget)), out_sent_)) {
      finished_ = true;
      return;
    }
    if (out_sent_ == before) return;
    budget -= out_sent_ - before;
  }
  if (out_sent_ < total) return;
  out_head_.clear();
  out_body_ = {};
  if (after_ == After::kClose) {
    close_after_lingering(now);
    return;
  }
  state_ = State::kReading;
  ++served_;
  head_started_ = false;
  body_started_ = false;
  since_ = now;
}

// RFC 9112 §9.6: closing while octets are unread makes the kernel send RST, and the client may
// never see the answer.
void HttpConnection::close_after_lingering(Ticks now) {
  if (tls_ && state_ != State::kHandshake) tls_->close();
  ::shutdown(fd(), SHUT_WR);
  input_.clear();
  state_ = State::kLingering;
  since_ = now;
}

}  // namespace antin::service
