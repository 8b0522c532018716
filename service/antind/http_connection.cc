#include "service/antind/http_connection.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

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
    case 422:
      return "Unprocessable Content";
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

HttpConnection::HttpConnection(Poco::Net::StreamSocket socket, std::string peer,
                               const HttpSettings& settings, Ticks now)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      settings_(settings),
      parser_(settings.limits),
      since_(now) {}

short HttpConnection::wanted() const noexcept {
  switch (state_) {
    case State::kReading:
    case State::kLingering:
      return POLLIN;
    case State::kWriting:
      return POLLOUT;
    case State::kHandling:
      break;
  }
  return 0;  // POLLERR and POLLHUP are reported anyway
}

void HttpConnection::read_some(Ticks now) {
  std::array<std::uint8_t, kReadAtOnce> octets{};
  const auto got = ::recv(fd(), octets.data(), octets.size(), 0);
  if (got < 0) {
    if (errno != EAGAIN && errno != EINTR) finished_ = true;
    return;
  }
  if (got == 0) {
    // Half of a request will never become whole; an idle client may leave.
    finished_ = true;
    return;
  }
  if (state_ == State::kLingering) return;
  input_.insert(input_.end(), octets.begin(), octets.begin() + got);
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
  for (const auto& field : response.fields) head += field.name + ": " + field.value + "\r\n";
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

bool HttpConnection::send(ByteView octets, std::size_t& sent) {
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
  head_started_ = false;
  body_started_ = false;
  since_ = now;
}

// RFC 9112 §9.6: closing while octets are unread makes the kernel send RST, and the client may
// never see the answer.
void HttpConnection::close_after_lingering(Ticks now) {
  ::shutdown(fd(), SHUT_WR);
  input_.clear();
  state_ = State::kLingering;
  since_ = now;
}

}  // namespace antin::service
