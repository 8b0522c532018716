#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace antin::testing {

/// A free port of the loopback that takes connections and, by itself, never says anything.
class LoopbackListener {
 public:
  LoopbackListener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what bind(2) takes
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd_, any, size) != 0 || ::listen(fd_, 64) != 0 ||
        ::getsockname(fd_, any, &size) != 0)
      throw std::runtime_error("no port of the loopback");
    port_ = ntohs(address.sin_port);
  }
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;
  ~LoopbackListener() { ::close(fd_); }
  int fd() const { return fd_; }
  std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

/// A request whose head names its length, head and body.
inline std::string read_request(int connection) {
  std::string text;
  char octet = 0;
  while (text.find("\r\n\r\n") == std::string::npos && ::read(connection, &octet, 1) == 1)
    text += octet;
  const auto at = text.find("Content-Length: ");
  const auto length = at == std::string::npos ? 0 : std::stoul(text.substr(at + 16));
  for (std::size_t i = 0; i < length && ::read(connection, &octet, 1) == 1; ++i) text += octet;
  return text;
}

/// False when not all of it was taken.
inline bool say(int connection, std::string_view text) {
  return ::send(connection, text.data(), text.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(text.size());
}

/// Plays one script per connection, one connection after the other, in a thread of its own.
class LoopbackServer {
 public:
  using Script = std::function<void(int)>;
  explicit LoopbackServer(Script script)
      : thread_([this, script = std::move(script)] {
          for (;;) {
            const int connection = ::accept(listener_.fd(), nullptr, nullptr);
            if (connection < 0) return;
            ++connections_;
            script(connection);
            ::close(connection);
          }
        }) {}
  ~LoopbackServer() {
    ::shutdown(listener_.fd(), SHUT_RDWR);
    thread_.join();
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  std::uint16_t port() const { return listener_.port(); }
  std::string url(const std::string& path = "/tsa") const {
    return "http://127.0.0.1:" + std::to_string(port()) + path;
  }
  int connections() const { return connections_; }

 private:
  LoopbackListener listener_;
  std::atomic<int> connections_ = 0;
  std::thread thread_;  // last: it uses the others
};

}  // namespace antin::testing
