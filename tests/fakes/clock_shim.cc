// A library for LD_PRELOAD that puts the wall clock of a program forward or back while it runs, as
// an operator or a time server does. The monotonic clock goes on as it is.
//
//   ANTIN_CLOCK=FILE   eight octets: seconds, signed, little-endian, that are added from now on

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

const std::atomic<std::int64_t>* file() {
  const char* path = std::getenv("ANTIN_CLOCK");  // NOLINT(concurrency-mt-unsafe): at start
  if (path == nullptr) return nullptr;
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);  // NOLINT(*-vararg)
  if (fd < 0) return nullptr;
  void* const at = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  return at == MAP_FAILED ? nullptr : static_cast<const std::atomic<std::int64_t>*>(at);
}

time_t offset() {
  static const auto* const kFile = file();
  return kFile == nullptr ? 0 : static_cast<time_t>(kFile->load(std::memory_order_relaxed));
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const auto result =
      static_cast<int>(::syscall(SYS_clock_gettime, clock, now));  // NOLINT(*-vararg)
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += offset();
  return result;
}

extern "C" int gettimeofday(timeval* now, void* zone) noexcept {
  static_cast<void>(zone);
  timespec exact{};
  clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1'000;
  return 0;
}

extern "C" time_t time(time_t* also) noexcept {
  timespec exact{};
  clock_gettime(CLOCK_REALTIME, &exact);
  if (also != nullptr) *also = exact.tv_sec;
  return exact.tv_sec;
}
