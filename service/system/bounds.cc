#include "service/system/bounds.h"

#include <algorithm>
#include <fstream>
#include <new>
#include <sys/resource.h>
#include <unistd.h>

namespace antin::service {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kShadowMemory = true;
#elif defined(__has_feature)
constexpr bool kShadowMemory = __has_feature(address_sanitizer) ||
                               __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer);
#else
constexpr bool kShadowMemory = false;
#endif

constexpr std::size_t kOrdinary = std::size_t{64} << 20U;

void lower(__rlimit_resource what, rlim_t wanted) {
  rlimit limit{};
  if (::getrlimit(what, &limit) != 0) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  static_cast<void>(::setrlimit(what, &limit));
}

}  // namespace

Bounds bounds_for(std::size_t octets) noexcept {
  Bounds bounds;
  const auto more = octets > kOrdinary ? octets - kOrdinary : 0;
  bounds.address_space += 3 * more;
  bounds.processor += std::chrono::seconds(more / (std::size_t{32} << 20U));
  if (kShadowMemory) bounds.processor *= 5;  // as much slower as such a build is
  return bounds;
}

void bound_memory(std::size_t address_space) {
  if (kShadowMemory) return;
  lower(RLIMIT_AS, address_space);
  std::set_new_handler([] { ::_exit(kExitOutOfMemory); });
}

std::size_t address_space_now() {
  std::size_t pages = 0;
  std::ifstream{"/proc/self/statm"} >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void bound_processor(std::chrono::seconds processor) {
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) != 0) return;
  // Whole seconds are what the system counts: the one that has begun is not taken from us.
  const auto so_far = used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1;
  lower(RLIMIT_CPU, static_cast<rlim_t>(so_far + processor.count()));
}

}  // namespace antin::service
