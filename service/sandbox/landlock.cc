#include "service/sandbox/landlock.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace antin::service::sandbox {
namespace {

// The kernel's Landlock interface (uapi/linux/landlock.h), written out: the headers of the release
// are older than the kernels it runs on.
struct LandlockRuleset {
  std::uint64_t files = 0, network = 0, scopes = 0;
};
struct [[gnu::packed]] LandlockBeneath {
  std::uint64_t allowed = 0;
  std::int32_t parent = -1;
};
constexpr std::uint64_t kExecute = 1U << 0U;
constexpr std::uint64_t kReadFile = 1U << 2U;
constexpr std::uint64_t kReadFolder = 1U << 3U;
constexpr unsigned kRuleBeneath = 1;
constexpr unsigned kAskVersion = 1;

#ifndef SYS_landlock_create_ruleset
constexpr long kCreateRuleset = 444, kAddRule = 445, kRestrictSelf = 446;
#else
constexpr long kCreateRuleset = SYS_landlock_create_ruleset;
constexpr long kAddRule = SYS_landlock_add_rule;
constexpr long kRestrictSelf = SYS_landlock_restrict_self;
#endif

// Everything that a version knows is handled, so everything not allowed below is refused.
std::uint64_t all_file_rights(int version) {
  std::uint64_t rights = (1U << 13U) - 1;
  if (version >= 2) rights |= 1U << 13U;  // moving between folders
  if (version >= 3) rights |= 1U << 14U;  // truncating
  if (version >= 5) rights |= 1U << 15U;  // ioctl on devices
  return rights;
}

bool allow(int ruleset, const std::string& path, std::uint64_t rights) {
  const int parent = ::open(path.c_str(), O_PATH | O_CLOEXEC);
  if (parent < 0) return true;  // what is not there need not be allowed
  LandlockBeneath beneath;
  beneath.allowed = rights;
  beneath.parent = parent;
  bool good = ::syscall(kAddRule, ruleset, kRuleBeneath, &beneath, 0) == 0;
  if (!good && errno == EINVAL) {  // a file and not a folder: it cannot be listed
    beneath.allowed = rights & ~kReadFolder;
    good = ::syscall(kAddRule, ruleset, kRuleBeneath, &beneath, 0) == 0;
  }
  ::close(parent);
  return good;
}

}  // namespace

int restrict_files(const Reachable& reachable) {
  const auto version = static_cast<int>(::syscall(kCreateRuleset, nullptr, 0, kAskVersion));
  if (version < 1) return 0;
  LandlockRuleset wanted;
  wanted.files = all_file_rights(version);
  std::size_t size = sizeof(std::uint64_t);
  if (version >= 4) {
    wanted.network = 3;  // bind and connect over TCP
    size = 2 * sizeof(std::uint64_t);
  }
  if (version >= 6) {
    wanted.scopes = 3;  // abstract sockets and signals of others
    size = sizeof(LandlockRuleset);
  }
  const auto ruleset = static_cast<int>(::syscall(kCreateRuleset, &wanted, size, 0));
  if (ruleset < 0) return -1;
  bool good = true;
  for (const auto& path : reachable.run) good = good && allow(ruleset, path, kReadFile | kExecute);
  for (const auto& path : reachable.read)
    good = good && allow(ruleset, path, kReadFile | kReadFolder);
  good = good && ::syscall(kRestrictSelf, ruleset, 0) == 0;
  ::close(ruleset);
  return good ? version : -1;
}

}  // namespace antin::service::sandbox
