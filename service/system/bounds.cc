#include "service/system/bounds.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <new>
#include <string>
#include <sys/resource.h>
#include <system_error>
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

Bounds bounds_for_pictures(std::size_t octets) noexcept {
  auto bounds = bounds_for(octets);
  // A page of A4 at 300 dpi is 0.5 to 2 MiB and takes a fifth of a second; twenty for what packs
  // better than scans do.
  auto seconds = std::chrono::seconds(20 + 2 * octets / (std::size_t{4} << 20U));
  if (kShadowMemory) seconds *= 5;
  bounds.processor += seconds;
  bounds.address_space += std::size_t{512} << 20U;
  return bounds;
}

std::size_t written_for(std::size_t octets) noexcept {
  return (std::size_t{128} << 20U) + 2 * octets;
}

void end_when_out_of_memory() {
  std::set_new_handler([] { ::_exit(kExitOutOfMemory); });
}

void bound_memory(std::size_t address_space) {
  if (kShadowMemory) return;
  lower(RLIMIT_AS, address_space);
  end_when_out_of_memory();
}

std::size_t address_space_in(int statm) {
  std::array<char, 64> text{};
  const auto got = ::read(statm, text.data(), text.size());
  std::size_t pages = 0;
  if (got > 0) std::from_chars(text.data(), text.data() + got, pages);
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void bound_processor(std::chrono::seconds processor) {
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) != 0) return;
  // Whole seconds are what the system counts: the one that has begun is not taken from us.
  const auto so_far = used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1;
  lower(RLIMIT_CPU, static_cast<rlim_t>(so_far + processor.count()));
}

namespace {

// The hard limits stay: raising them again takes a privilege that nobody here has.
bool bound_one(pid_t process, __rlimit_resource what, rlim_t wanted) {
  rlimit limit{};
  if (::prlimit(process, what, nullptr, &limit) != 0) return false;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  return ::prlimit(process, what, &limit, nullptr) == 0;
}

}  // namespace

Status bound_process(pid_t process, const Bounds& bounds, std::size_t written) {
  clockid_t clock{};
  timespec used{};
  // Whole seconds are what the system counts: the one that has begun is not taken from it.
  const bool good = ::clock_getcpuclockid(process, &clock) == 0 &&
                    ::clock_gettime(clock, &used) == 0 &&
                    bound_one(process, RLIMIT_CPU,
                              static_cast<rlim_t>(used.tv_sec + 1 + bounds.processor.count())) &&
                    (kShadowMemory || bound_one(process, RLIMIT_AS, bounds.address_space)) &&
                    bound_one(process, RLIMIT_FSIZE, written);
  if (good) return Done{};
  return make_error(Code::kIpcFailed, "bounds of process " + std::to_string(process) + ": " +
                                          std::generic_category().message(errno));
}

}  // namespace antin::service
