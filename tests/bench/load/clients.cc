#include "tests/bench/load/clients.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace antin::bench {
namespace {

constexpr std::uint32_t kThisHost = 0x7F00'0001;
constexpr std::chrono::milliseconds kDripEvery{500};
constexpr std::chrono::milliseconds kComeBackAfter{200};
constexpr int kPipelined = 50;

sockaddr_in address(std::uint32_t host, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr.s_addr = htonl(host);
  out.sin_port = htons(port);
  return out;
}

// sockaddr is what every family begins with.
const sockaddr* any(const sockaddr_in& one) {
  return reinterpret_cast<const sockaddr*>(&one);  // NOLINT
}

std::string field(std::string_view head, std::string_view name) {
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  const auto at = std::search(head.begin(), head.end(), name.begin(), name.end(), same);
  if (at == head.end()) return {};
  auto value = head.substr(static_cast<std::size_t>(at - head.begin()) + name.size());
  value = value.substr(0, value.find("\r\n"));
  value.remove_prefix(std::min(value.find_first_not_of(": "), value.size()));
  return std::string(value);
}

}  // namespace

std::string Run::request() {
  std::string out = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields;
  if (!idempotency.empty())
    out += "Idempotency-Key: " + idempotency + std::to_string(++keys) + "\r\n";
  if (!body.empty())
    out +=
        "Content-Type: application/pdf\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  return out + "\r\n" + body;
}

Client::~Client() {
  close();
}

bool Client::connect(std::uint32_t from, int receive_octets) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return false;
  const int yes = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (receive_octets > 0)
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_octets, sizeof receive_octets);
  const auto source = address(from, 0);
  const auto target = address(kThisHost, run_.port);
  if ((from != 0 && ::bind(fd_, any(source), sizeof source) != 0) ||
      (::connect(fd_, any(target), sizeof target) != 0 && errno != EINPROGRESS)) {
    close();
    return false;
  }
  epoll_event event{};
  event.events = EPOLLOUT;
  event.data.ptr = this;
  ::epoll_ctl(poll_, EPOLL_CTL_ADD, fd_, &event);
  return true;
}

void Client::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void Client::wait_for(std::uint32_t events) const {
  epoll_event event{};
  event.events = events;
  event.data.ptr = const_cast<Client*>(this);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  ::epoll_ctl(poll_, EPOLL_CTL_MOD, fd_, &event);
}

std::optional<std::size_t> Client::send(std::string_view octets) const {
  const auto wrote = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
  if (wrote >= 0) return static_cast<std::size_t>(wrote);
  if (errno == EAGAIN || errno == EINTR || errno == ENOTCONN) return std::size_t{0};
  return std::nullopt;
}

void Honest::begin(Ticks now) {
  next(now);
  if (!connect(0, 0)) give_up();
}

void Honest::next(Ticks now) {
  out_ = run_.request();
  sent_ = 0;
  in_.clear();
  needs_.reset();
  began_ = now;
}

// The connection is gone, and with it what was asked; tick() begins again.
void Honest::give_up() {
  ++run_.lost;
  close();
}

void Honest::tick(Ticks now) {
  if (!open() && !run_.ending) begin(now);
}

void Honest::ready(std::uint32_t events, Ticks now) {
  if ((events & EPOLLOUT) != 0 && sent_ < out_.size()) {
    const auto wrote = send(std::string_view(out_).substr(sent_));
    if (!wrote) return give_up();
    sent_ += *wrote;
    if (sent_ == out_.size()) wait_for(EPOLLIN);
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(now);
}

void Honest::read(Ticks now) {
  std::array<char, 65'536> octets{};
  const auto got = ::recv(fd_, octets.data(), octets.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return give_up();
  in_.append(octets.data(), static_cast<std::size_t>(got));
  if (!needs_) {
    const auto end = in_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const auto length = field(std::string_view(in_).substr(0, end + 2), "\r\ncontent-length");
    std::size_t octets_of_body = 0;
    std::from_chars(length.data(), length.data() + length.size(), octets_of_body);
    needs_ = end + 4 + octets_of_body;
  }
  if (in_.size() >= *needs_) answered(now);
}

void Honest::answered(Ticks now) {
  int status = 0;
  if (in_.size() > 12) std::from_chars(in_.data() + 9, in_.data() + 12, status);
  ++run_.statuses[status];
  if (!run_.expect.empty() && in_.find(run_.expect) == std::string::npos) ++run_.unexpected;
  run_.took.push_back(std::chrono::duration_cast<std::chrono::microseconds>(now - began_));
  const auto head = std::string_view(in_).substr(0, in_.find("\r\n\r\n"));
  const bool stays = field(head, "\r\nconnection") != "close";
  if (run_.ending || !stays) return close();
  next(now);
  wait_for(EPOLLOUT);
}

void Slow::begin(Ticks now) {
  const std::string head =
      "POST /api/v1/verify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/pdf\r\n";
  const std::string get = " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  out_.clear();
  sent_ = 0;
  next_ = now + kDripEvery;
  switch (how_) {
    case Rude::kDripHead:
      out_ = head + "X-Filler: " + std::string(4'000, 'a');
      break;
    case Rude::kDripBody:
      out_ = head + "Content-Length: 100000\r\n\r\n" + std::string(100'000, '%');
      break;
    case Rude::kSlowRead:
      for (int i = 0; i < 8; ++i) out_ += "GET /api/v1/openapi.json" + get;
      break;
    case Rude::kHalfOpen:
      out_ = head;
      break;
    case Rude::kIdle:
      break;
    case Rude::kTlsStall:
      out_ = std::string("\x16\x03\x01\x02\x00", 5);
      break;
    case Rude::kPipeline:
      for (int i = 0; i < kPipelined; ++i) out_ += "GET /healthz" + get;
      break;
  }
  if (!connect(from_, how_ == Rude::kSlowRead ? 4'096 : 0)) next_ = now + kComeBackAfter;
}

void Slow::lost(Ticks now) {
  ++run_.thrown_out;
  close();
  next_ = now + kComeBackAfter;
}

void Slow::ready(std::uint32_t events, Ticks now) {
  const bool drips = how_ == Rude::kDripHead || how_ == Rude::kDripBody;
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) return lost(now);
  if ((events & EPOLLOUT) != 0) {
    if (!drips && sent_ < out_.size()) {
      const auto wrote = send(std::string_view(out_).substr(sent_));
      if (!wrote) return lost(now);
      sent_ += *wrote;
    }
    // A slow reader looks at its answer when its time comes, not when there is something.
    wait_for(how_ == Rude::kSlowRead ? 0U : static_cast<std::uint32_t>(EPOLLIN));
  }
  if ((events & EPOLLIN) != 0) {
    std::array<char, 16'384> octets{};
    const auto got = ::recv(fd_, octets.data(), octets.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return lost(now);
  }
}

void Slow::tick(Ticks now) {
  if (now < next_ || run_.ending) return;
  if (!open()) return begin(now);
  next_ = now + kDripEvery;
  if (how_ == Rude::kDripHead || how_ == Rude::kDripBody) {
    // The head of what drips its body is sent at once.
    const auto head = how_ == Rude::kDripBody && sent_ == 0 ? out_.find("\r\n\r\n") + 4 : 1;
    const auto wrote = send(std::string_view(out_).substr(sent_, head));
    if (!wrote) return lost(now);
    sent_ = std::min(sent_ + *wrote, out_.size() - 1);
  } else if (how_ == Rude::kPipeline && sent_ >= out_.size()) {
    sent_ = 0;
    wait_for(EPOLLIN | EPOLLOUT);
  } else if (how_ == Rude::kSlowRead) {
    char octet = 0;
    const auto got = ::recv(fd_, &octet, 1, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) lost(now);
  }
}

}  // namespace antin::bench
