#include "service/render/profile.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace antin::service::render {
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

// 0: the kernel has no Landlock; negative: it has, and refused.
int restrict_files(const std::string& program) {
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
  bool good = allow(ruleset, program, kReadFile | kExecute);
  // The program's interpreter is executed with it.
  for (const auto* const loader : {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"})
    good = good && allow(ruleset, loader, kReadFile | kExecute);
  for (const auto& path : readable_paths())
    good = good && allow(ruleset, path, kReadFile | kReadFolder);
  good = good && ::syscall(kRestrictSelf, ruleset, 0) == 0;
  ::close(ruleset);
  return good ? version : -1;
}

// Drawing reads its input and fonts, computes, and writes to a pipe. What is listed here is
// refused: new processes, sockets, touching other processes, and the parts of the kernel that have
// been used to break out of it.
constexpr long kRefused[] = {
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_sendto,
    SYS_sendmsg,
    SYS_sendmmsg,
    SYS_recvfrom,
    SYS_recvmsg,
    SYS_recvmmsg,
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
#endif
    SYS_clone,
    SYS_clone3,
    SYS_execveat,
    SYS_unshare,
    SYS_setns,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kill,
    SYS_tkill,
    SYS_tgkill,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_pidfd_open,
    SYS_pidfd_send_signal,
    SYS_pidfd_getfd,
    SYS_kcmp,
    SYS_process_madvise,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_mount_setattr,
    SYS_name_to_handle_at,
    SYS_open_by_handle_at,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_io_setup,
    SYS_io_submit,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_quotactl,
    SYS_syslog,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_personality,
    SYS_shmget,
    SYS_shmat,
    SYS_shmctl,
    SYS_msgget,
    SYS_msgsnd,
    SYS_msgrcv,
    SYS_semget,
    SYS_semop,
    SYS_mq_open,
    SYS_inotify_init1,
    SYS_fanotify_init,
    SYS_memfd_create,
    SYS_mbind,
    SYS_move_pages,
    SYS_migrate_pages,
    SYS_set_mempolicy,
    SYS_setuid,
    SYS_setgid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setgroups,
    SYS_capset,
    SYS_setpriority,
    SYS_sched_setaffinity,
    SYS_setrlimit,
};

#if defined(__x86_64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_AARCH64;
#else
#error "the profile of the drawing process has to be written for this machine first"
#endif

constexpr sock_filter load(std::uint32_t offset) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, offset};
}
constexpr sock_filter if_equal(std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
  return {BPF_JMP | BPF_JEQ | BPF_K, yes, no, value};
}
constexpr sock_filter answer(std::uint32_t what) {
  return {BPF_RET | BPF_K, 0, 0, what};
}

bool restrict_system_calls() {
  std::vector<sock_filter> filter;
  filter.reserve(2 * std::size(kRefused) + 8);
  filter.push_back(load(offsetof(seccomp_data, arch)));
  filter.push_back(if_equal(kMachine, 1, 0));
  filter.push_back(answer(SECCOMP_RET_KILL_PROCESS));
  filter.push_back(load(offsetof(seccomp_data, nr)));
#if defined(__x86_64__)
  // The other names of the same calls (x32).
  filter.push_back({BPF_JMP | BPF_JGE | BPF_K, 0, 1, 0x40000000U});
  filter.push_back(answer(SECCOMP_RET_KILL_PROCESS));
#endif
  for (const auto number : kRefused) {
    filter.push_back(if_equal(static_cast<std::uint32_t>(number), 0, 1));
    filter.push_back(answer(SECCOMP_RET_ERRNO | EPERM));
  }
  filter.push_back(answer(SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// Never above what already holds: raising a limit is not for everybody.
bool limit(__rlimit_resource_t resource, rlim_t most) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) return false;
  const auto least = now.rlim_max == RLIM_INFINITY ? most : std::min(most, now.rlim_max);
  const rlimit both{least, least};
  return ::setrlimit(resource, &both) == 0;
}

}  // namespace

const std::vector<std::string>& readable_paths() {
  static const std::vector<std::string> kPaths{"/usr/lib",
                                               "/lib",
                                               "/lib64",
                                               "/etc/ld.so.cache",
                                               "/etc/fonts",
                                               "/usr/share/fonts",
                                               "/usr/local/share/fonts",
                                               "/usr/share/fontconfig",
                                               "/usr/share/X11/fonts",
                                               "/var/cache/fontconfig",
                                               "/usr/share/poppler",
                                               "/usr/share/color",
                                               "/etc/localtime",
                                               "/usr/share/zoneinfo",
                                               "/dev/null",
                                               "/dev/urandom"};
  return kPaths;
}

bool confine(const std::string& program, const Allowance& allowance, InForce& in_force) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  bool good = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  good = good && limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NPROC, 0) &&
         limit(RLIMIT_NOFILE, 64) && limit(RLIMIT_MEMLOCK, 0) && limit(RLIMIT_MSGQUEUE, 0) &&
         limit(RLIMIT_CPU, allowance.cpu_seconds) && limit(RLIMIT_AS, allowance.memory_octets);
  if (!good) return false;
  in_force.own_network =
      ::unshare(CLONE_NEWNET) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
  in_force.landlock = restrict_files(program);
  if (in_force.landlock < 0) return false;
  in_force.system_calls = restrict_system_calls();
  return in_force.system_calls;
}

}  // namespace antin::service::render
