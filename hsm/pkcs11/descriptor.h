#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::hsm {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Two connected stream sockets, closed on exec. Fails with kTokenFailed.
Result<std::pair<Descriptor, Descriptor>> socket_pair();

/// Sends everything; false when the other end is gone. Blocking.
bool send_all(const Descriptor& socket, ByteView octets) noexcept;

enum class Received : std::uint8_t { kDone, kTimeout, kClosed };
/// Up to `capacity` octets, at least one. Blocks as long as set_receive_timeout() says.
Received receive_some(const Descriptor& socket, std::uint8_t* into, std::size_t capacity,
                      std::size_t& count) noexcept;
/// Zero: for ever.
void set_receive_timeout(const Descriptor& socket, std::chrono::milliseconds timeout) noexcept;

/// Hands `passed` to the process at the other end; false when that is gone.
bool send_descriptor(const Descriptor& socket, const Descriptor& passed) noexcept;
/// kClosed also for a message that holds no descriptor.
Received receive_descriptor(const Descriptor& socket, Descriptor& into) noexcept;

}  // namespace antin::hsm
