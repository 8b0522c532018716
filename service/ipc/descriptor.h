#pragma once

#include <unistd.h>
#include <utility>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::service {

/// An open file descriptor with one owner. Movable; closed when it goes.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  int release() noexcept { return std::exchange(fd_, -1); }
  void reset() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

/// A memfd that can grow until it is sealed: where a body of unknown length is collected.
/// Fails with kIpcFailed.
Result<Descriptor> new_memfd(const char* name);
/// Seals against writing, growing, shrinking and further seals: from here on nobody, ourselves
/// included, can change the octets under a reader. Fails with kIpcFailed.
Status seal_memfd(const Descriptor& fd);
/// A sealed memfd with these octets. Fails with kIpcFailed.
Result<Descriptor> sealed_memfd(const char* name, std::initializer_list<ByteView> parts);
/// Maps a sealed memfd read-only; the mapping lives as long as a copy of the result, the
/// descriptor may go before it. Fails with kIpcMalformed when it is not a memfd with all seals (a
/// peer that could still truncate it could kill us with SIGBUS) and with kResourceLimit beyond
/// `max_octets`.
Result<SharedBytes> map_sealed(const Descriptor& fd, std::size_t max_octets);
/// A second descriptor for the same open file. Fails with kIpcFailed.
Result<Descriptor> duplicate(const Descriptor& fd);

}  // namespace antin::service
