#include "service/tokend/hardening.h"

#include <cerrno>
#include <cstddef>
#include <iterator>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <vector>

namespace antin::service {
namespace {

constexpr long kRefused[] = {
    // NOLINT(modernize-avoid-c-arrays)
    SYS_ptrace,        SYS_process_vm_readv, SYS_process_vm_writev,
    SYS_kcmp,          SYS_perf_event_open,  SYS_bpf,
    SYS_userfaultfd,   SYS_init_module,      SYS_finit_module,
    SYS_delete_module, SYS_kexec_load,       SYS_mount,
    SYS_umount2,       SYS_pivot_root,       SYS_chroot,
    SYS_setns,         SYS_unshare,          SYS_open_by_handle_at,
    SYS_swapon,        SYS_swapoff,          SYS_reboot,
    SYS_acct,          SYS_quotactl,         SYS_settimeofday,
    SYS_clock_settime, SYS_clock_adjtime,    SYS_adjtimex,
    SYS_syslog,
};

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#endif

bool refuse_system_calls() {
  const auto load = [](std::size_t offset) {
    return sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  };
  const auto answer = [](std::uint32_t action) {
    return sock_filter BPF_STMT(BPF_RET | BPF_K, action);
  };
  const auto skip_unless = [](std::uint32_t value) {
    return sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
  };
  std::vector<sock_filter> filter;
  filter.reserve(std::size(kRefused) * 2 + 8);
  filter.push_back(load(offsetof(seccomp_data, arch)));
  // Calls of another architecture have other numbers: none of them.
  filter.push_back(sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
  filter.push_back(answer(SECCOMP_RET_ERRNO | ENOSYS));
  filter.push_back(load(offsetof(seccomp_data, nr)));
  for (const auto number : kRefused) {
    filter.push_back(skip_unless(static_cast<std::uint32_t>(number)));
    filter.push_back(answer(SECCOMP_RET_ERRNO | EPERM));
  }
  filter.push_back(answer(SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

Status harden_key_holder() {
  constexpr rlimit kNone{0, 0};
  constexpr mode_t kNobodyElse = 077;
  ::umask(kNobodyElse);
  if (::setrlimit(RLIMIT_CORE, &kNone) != 0 || ::prctl(PR_SET_DUMPABLE, 0) != 0 ||
      ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !refuse_system_calls())
    return make_error(Code::kIpcFailed,
                      "give up rights: " + std::generic_category().message(errno));
  return Done{};
}

}  // namespace antin::service
