#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace antin::testing {

/// One answer as it stood on the wire.
struct RawAnswer {
  int status = 0;
  std::string head, body;
  std::string field(std::string_view name) const {
    for (std::size_t at = head.find("\r\n"); at != std::string::npos;
         at = head.find("\r\n", at + 2)) {
      const auto line = std::string_view(head).substr(at + 2, head.find("\r\n", at + 2) - at - 2);
      const auto colon = line.find(':');
      if (colon == std::string_view::npos || colon != name.size()) continue;
      const auto same = std::equal(name.begin(), name.end(), line.begin(),
                                   [](char a, char b) { return (a | 0x20) == (b | 0x20); });
      if (same) return std::string(line.substr(colon + 2));
    }
    return {};
  }
};

/// A client that sends exactly the octets it is told to, on loopback.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what connect(2) takes
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  virtual ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  bool connected() const { return connected_; }

  bool send(std::string_view octets) {
    while (!octets.empty()) {
      const auto sent = put(octets);
      if (sent <= 0) return false;
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// The next answer; nullopt when the server closes first or stays silent for a minute.
  std::optional<RawAnswer> receive(bool head_only = false) {
    std::size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return std::nullopt;
    }
    RawAnswer answer;
    answer.head = input_.substr(0, end + 2);
    input_.erase(0, end + 4);
    answer.status = answer.head.size() > 12 ? std::stoi(answer.head.substr(9, 3)) : 0;
    const auto length = answer.field("Content-Length");
    const auto size = length.empty() || head_only ? 0U : std::stoul(length);
    while (input_.size() < size) {
      if (!read_more()) return std::nullopt;
    }
    answer.body = input_.substr(0, size);
    input_.erase(0, size);
    return answer;
  }

  std::optional<RawAnswer> ask(std::string_view octets) {
    send(octets);
    return receive();
  }

  /// True when the server closes without another octet.
  bool closed() {
    if (!input_.empty()) return false;
    return !read_more() && input_.empty() && ended_;
  }

 protected:
  int fd() const { return fd_; }
  virtual ssize_t put(std::string_view octets) {
    return ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
  }
  virtual ssize_t get(char* octets, std::size_t size) {
    pollfd one{fd_, POLLIN, 0};
    if (::poll(&one, 1, 60'000) <= 0) return -1;
    return ::recv(fd_, octets, size, 0);
  }

 private:
  bool read_more() {
    char octets[65'536];
    const auto got = get(octets, sizeof octets);
    if (got <= 0) {
      ended_ = true;
      return false;
    }
    input_.append(octets, static_cast<std::size_t>(got));
    return true;
  }

  int fd_;
  bool connected_ = false;
  bool ended_ = false;
  std::string input_;
};

}  // namespace antin::testing
