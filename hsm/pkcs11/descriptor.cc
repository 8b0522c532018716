#include "hsm/pkcs11/descriptor.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace antin::hsm {
namespace {

Received outcome_of(ssize_t result) noexcept {
  if (result > 0) return Received::kDone;
  if (result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Received::kTimeout;
  return Received::kClosed;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::pair<Descriptor, Descriptor>> socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return make_error(Code::kTokenFailed, "socketpair", {{"reason", "socketpair"}});
  return std::pair{Descriptor{ends[0]}, Descriptor{ends[1]}};
}

bool send_all(const Descriptor& socket, ByteView octets) noexcept {
  while (!octets.empty()) {
    const auto sent = ::send(socket.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

Received receive_some(const Descriptor& socket, std::uint8_t* into, std::size_t capacity,
                      std::size_t& count) noexcept {
  ssize_t result = 0;
  do {
    result = ::recv(socket.get(), into, capacity, 0);
  } while (result < 0 && errno == EINTR);
  count = result > 0 ? static_cast<std::size_t>(result) : 0;
  return outcome_of(result);
}

void set_receive_timeout(const Descriptor& socket, std::chrono::milliseconds timeout) noexcept {
  timeval span{};
  span.tv_sec = timeout.count() / 1000;
  span.tv_usec = (timeout.count() % 1000) * 1000;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &span, sizeof span);
}

bool send_descriptor(const Descriptor& socket, const Descriptor& passed) noexcept {
  std::uint8_t octet = 0;
  iovec part{&octet, 1};
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  auto* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = passed.get();
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket.get(), &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == 1;
}

Received receive_descriptor(const Descriptor& socket, Descriptor& into) noexcept {
  std::uint8_t octet = 0;
  iovec part{&octet, 1};
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t received = 0;
  do {
    received = ::recvmsg(socket.get(), &message, MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  if (received != 1) return outcome_of(received);
  const auto* const header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return Received::kClosed;
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  into = Descriptor{fd};
  return Received::kDone;
}

}  // namespace antin::hsm
