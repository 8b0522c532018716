#include "service/http/body.h"

#include <cerrno>
#include <limits>
#include <unistd.h>

namespace antin::service {
namespace {

Status write_all(const Descriptor& fd, ByteView octets) {
  while (!octets.empty()) {
    const auto wrote = ::write(fd.get(), octets.data(), octets.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return make_error(Code::kIpcFailed, "no room for a request's content");
    octets = octets.subspan(static_cast<std::size_t>(wrote));
  }
  return Done{};
}

}  // namespace

Status Body::append(ByteView octets) {
  if (!reservation_.add(octets.size()))
    return make_error(Code::kHttpBusy, "contents of requests under way fill their budget");
  size_ += octets.size();
  if (!memfd_ && size_ > kSpoolFrom) {
    ANTIN_TRY(memfd_, new_memfd("antin-request"));
    ANTIN_CHECK(write_all(memfd_, memory_));
    Bytes().swap(memory_);
  }
  if (memfd_) return write_all(memfd_, octets);
  memory_.insert(memory_.end(), octets.begin(), octets.end());
  return Done{};
}

Status Body::finish() {
  if (memfd_) {
    ANTIN_CHECK(seal_memfd(memfd_));
    ANTIN_TRY(octets_, map_sealed(memfd_, std::numeric_limits<std::size_t>::max()));
    memfd_.reset();
  } else {
    octets_ = SharedBytes(std::move(memory_));
    memory_ = {};
  }
  return Done{};
}

}  // namespace antin::service
