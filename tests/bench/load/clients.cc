#include "tests/bench/load/clients.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace antin::bench {
namespace {

constexpr std::uint32_t kThisHost = 0x7F00'0001;
constexpr std::chrono::milliseconds kDripEvery{500};
constexpr std::chrono::milliseconds kComeBackAfter{200};
constexpr int kPipelined = 50;
constexpr std::size_t kAtOnce = 65'536;

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

Ticks Run::take_due(Ticks now) {
  if (per_second <= 0) return now;
  const std::chrono::duration<double> since(static_cast<double>(due++) / per_second);
  return started + std::chrono::duration_cast<Ticks::duration>(since);
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
  tls_.reset();
}

void Client::wait_for(std::uint32_t events) const {
  epoll_event event{};
  event.events = events;
  event.data.ptr = const_cast<Client*>(this);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  ::epoll_ctl(poll_, EPOLL_CTL_MOD, fd_, &event);
}

std::optional<std::size_t> Client::send_raw(std::string_view octets) const {
  const auto wrote = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
  if (wrote >= 0) return static_cast<std::size_t>(wrote);
  if (errno == EAGAIN || errno == EINTR || errno == ENOTCONN) return std::size_t{0};
  return std::nullopt;
}

bool Client::flush() {
  if (!pending()) return true;
  const auto wrote = send_raw(tls_->out());
  if (wrote) tls_->out().erase(0, *wrote);
  return wrote.has_value();
}

std::optional<std::size_t> Client::send(std::string_view text) {
  if (!tls_) return send_raw(text);
  if (!flush()) return std::nullopt;
  if (!talks() || pending()) return std::size_t{0};
  if (!tls_->write(text) || !flush()) return std::nullopt;
  return text.size();
}

bool Client::receive(std::string& into, std::size_t most) {
  std::string octets(most, '\0');
  const auto got = ::recv(fd_, octets.data(), octets.size(), 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  octets.resize(static_cast<std::size_t>(got));
  if (!tls_) {
    into += octets;
    return true;
  }
  if (!tls_->feed(octets)) return false;
  tls_->read(into);
  return flush();
}

void Honest::begin(Ticks now) {
  next(now);
  if (run_.speaks == Run::Speaks::kTls) begin_tls();
  if (!connect(0, 0)) return give_up();
  if (now >= began_) ask();
}

void Honest::next(Ticks now) {
  asking_ = false;
  out_.clear();
  sent_ = 0;
  in_.clear();
  needs_.reset();
  began_ = run_.take_due(now);
}

void Honest::ask() {
  asking_ = true;
  out_ = run_.request();
  wait_for(EPOLLOUT);
}

// The connection is gone, and with it what was asked; tick() begins again.
void Honest::give_up() {
  ++run_.lost;
  close();
}

void Honest::tick(Ticks now) {
  if (run_.ending) return;
  if (!open()) return begin(now);
  if (!asking_ && now >= began_) ask();
}

// False when the connection is gone.
bool Honest::push() {
  const auto wrote = send(std::string_view(out_).substr(sent_));
  if (!wrote) return false;
  sent_ += *wrote;
  const bool more = pending() || (talks() && sent_ < out_.size());
  wait_for(more ? EPOLLIN | EPOLLOUT : static_cast<std::uint32_t>(EPOLLIN));
  return true;
}

void Honest::ready(std::uint32_t events, Ticks now) {
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(now);
  if (open() && !push()) give_up();
}

void Honest::read(Ticks now) {
  if (!receive(in_, kAtOnce)) return give_up();
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
  const bool stays = again_ == Again::kSame && field(head, "\r\nconnection") != "close";
  if (run_.ending) return close();
  if (!stays) {
    close();
    return begin(now);
  }
  next(now);
  if (now >= began_) ask();
}

bool Slow::drips() const noexcept {
  return how_ == Rude::kDripHead || how_ == Rude::kDripBody || how_ == Rude::kTlsDripRecord ||
         how_ == Rude::kTlsDripHello;
}

// What it sends, at once or little by little.
void Slow::write_down() {
  const std::string head =
      "POST /api/v1/verify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/pdf\r\n";
  const std::string get = " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  out_.clear();
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
    case Rude::kPipeline:
      for (int i = 0; i < kPipelined; ++i) out_ += "GET /healthz" + get;
      break;
    case Rude::kTlsStall:
      out_ = std::string("\x16\x03\x01\x02\x00", 5);
      break;
    case Rude::kTlsHalfHello:
    case Rude::kTlsDripHello:
    case Rude::kTlsUnfinished:
      out_ = std::move(Tls().out());
      if (how_ == Rude::kTlsHalfHello) out_.resize(out_.size() / 2);
      break;
    case Rude::kTlsDripRecord:  // what it is comes out of the handshake
    case Rude::kTlsSilent:
    case Rude::kIdle:
      break;
  }
}

void Slow::begin(Ticks now) {
  write_down();
  sent_ = 0;
  next_ = now + kDripEvery;
  if (run_.speaks == Run::Speaks::kTls && how_ <= Rude::kTlsDripRecord) begin_tls();
  if (!connect(from_, how_ == Rude::kSlowRead ? 4'096 : 0)) next_ = now + kComeBackAfter;
}

void Slow::lost(Ticks now) {
  ++run_.thrown_out;
  close();
  next_ = now + kComeBackAfter;
}

void Slow::ready(std::uint32_t events, Ticks now) {
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) return lost(now);
  std::string ignored;
  if ((events & EPOLLIN) != 0 && !receive(ignored, kAtOnce)) return lost(now);
  if (!push()) lost(now);
}

// False when the connection is gone.
bool Slow::push() {
  if (!flush()) return false;
  if (!drips() && sent_ < out_.size()) {
    const auto wrote = send(std::string_view(out_).substr(sent_));
    if (!wrote) return false;
    sent_ += *wrote;
  }
  // A slow reader looks at its answer when its time comes, not when there is something.
  const bool reads = how_ != Rude::kSlowRead || !talks();
  const bool more = pending() || (!drips() && talks() && sent_ < out_.size());
  wait_for((reads ? EPOLLIN : 0U) | (more ? EPOLLOUT : 0U));
  return true;
}

// False when the connection is gone.
bool Slow::drip() {
  if (!talks()) return true;
  if (how_ == Rude::kTlsDripRecord && out_.empty() && tls_) {
    if (!tls_->write("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + std::string(900, 'a')))
      return false;
    out_ = std::exchange(tls_->out(), {});
  }
  if (out_.empty()) return true;
  // The head of what drips its body is sent at once.
  const auto piece = how_ == Rude::kDripBody && sent_ == 0 ? out_.find("\r\n\r\n") + 4 : 1;
  const auto text = std::string_view(out_).substr(sent_, piece);
  const auto wrote = how_ == Rude::kTlsDripRecord ? send_raw(text) : send(text);
  if (!wrote) return false;
  sent_ = std::min(sent_ + *wrote, out_.size() - 1);
  return true;
}

void Slow::tick(Ticks now) {
  if (now < next_ || run_.ending) return;
  if (!open()) return begin(now);
  next_ = now + kDripEvery;
  std::string ignored;
  if (drips()) {
    if (!drip()) return lost(now);
  } else if (how_ == Rude::kPipeline && talks() && sent_ >= out_.size()) {
    sent_ = 0;
    if (!push()) lost(now);
  } else if (how_ == Rude::kSlowRead && talks() && !receive(ignored, 1)) {
    lost(now);
  }
}

}  // namespace antin::bench
