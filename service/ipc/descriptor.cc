#include "service/ipc/descriptor.h"

#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <sys/mman.h>
#include <system_error>

namespace antin::service {
namespace {

constexpr int kAllSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

Error failed(const char* doing, Where where = Where::here()) {
  return make_error(Code::kIpcFailed,
                    std::string(doing) + ": " + std::generic_category().message(errno), {}, where);
}

// Unmaps when the last reader goes.
struct Mapping {
  void* data;
  std::size_t size;
  Mapping(void* at, std::size_t octets) : data(at), size(octets) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { ::munmap(data, size); }
};

}  // namespace

Result<Descriptor> new_memfd(const char* name) {
  Descriptor fd{::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!fd) return failed("memfd_create");
  return fd;
}

Status seal_memfd(const Descriptor& fd) {
  // EBUSY: the kernel itself holds a page for a moment, to move it or to write it elsewhere. It has
  // waited 150 ms for that already, each time.
  constexpr int kTries = 20;
  for (int tried = 1; ::fcntl(fd.get(), F_ADD_SEALS, kAllSeals) != 0; ++tried) {
    if (errno != EBUSY || tried == kTries) return failed("seal a memfd");
  }
  return Done{};
}

Result<Descriptor> sealed_memfd(const char* name, std::initializer_list<ByteView> parts) {
  ANTIN_TRY(auto fd, new_memfd(name));
  for (auto part : parts) {
    while (!part.empty()) {
      const auto wrote = ::write(fd.get(), part.data(), part.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) return failed("write a memfd");
      part = part.subspan(static_cast<std::size_t>(wrote));
    }
  }
  ANTIN_CHECK(seal_memfd(fd));
  return fd;
}

Result<SharedBytes> map_sealed(const Descriptor& fd, std::size_t max_octets) {
  const int seals = ::fcntl(fd.get(), F_GET_SEALS);
  if (seals < 0 || (seals & kAllSeals) != kAllSeals)
    return make_error(Code::kIpcMalformed, "descriptor is not a sealed memfd");
  // Not fstat(): the C library asks for it by a call that takes paths too, which a confined process
  // must not have.
  const auto end = ::lseek(fd.get(), 0, SEEK_END);
  if (end < 0) return failed("size of a memfd");
  const auto size = static_cast<std::size_t>(end);
  if (size > max_octets) return make_error(Code::kResourceLimit, "document larger than the limit");
  if (size == 0) return SharedBytes{};
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) return failed("map a memfd");
  auto owner = std::make_shared<const Mapping>(data, size);
  return SharedBytes{std::move(owner), {static_cast<const std::uint8_t*>(data), size}};
}

Result<Descriptor> duplicate(const Descriptor& fd) {
  Descriptor copy{::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)};
  if (!copy) return failed("duplicate a descriptor");
  return copy;
}

}  // namespace antin::service
