#include "service/sandbox/worker_profile.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <linux/sched.h>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "service/sandbox/call_filter.h"
#include "service/sandbox/landlock.h"
#include "service/sandbox/process_state.h"

namespace antin::service::sandbox {
namespace {

// A message brings at most eight. But the kernel holds the same number against all descriptors that
// any process of this user has under way in messages (ETOOMANYREFS, unix(7)): a service with many
// workers must not stop one of them from answering.
constexpr rlim_t kDescriptors = 4'096;
constexpr std::uint32_t kNewMemfd = MFD_CLOEXEC | MFD_ALLOW_SEALING;

Error incomplete(const char* what) {
  return make_error(Code::kSandboxIncomplete, what,
                    {{"tien_trinh", "antin-worker"}, {"viec", what}});
}

// The copy is its parent's sibling: antind learns how it ends, as of every other worker.
constexpr std::uint32_t kDoubleFlags = CLONE_PARENT | SIGCHLD;

// What reading, judging and writing documents in memory needs, and no more.
CallFilter document_calls() {
  CallFilter filter;
  filter
      .allow({SYS_read,
              SYS_write,
              SYS_close,
              SYS_lseek,
              SYS_recvmsg,
              SYS_sendmsg,
              SYS_ppoll,
#ifdef SYS_poll
              SYS_poll,
#endif
              SYS_futex,
              SYS_munmap,
              SYS_brk,
              SYS_madvise,
              SYS_getrandom,
              SYS_exit_group,
              SYS_exit,
              SYS_clock_gettime,
              SYS_clock_nanosleep,
              SYS_gettimeofday,
              SYS_sched_yield,
              SYS_rt_sigreturn,
              SYS_restart_syscall,
              SYS_getpid,
              SYS_gettid,
              SYS_sysinfo})
      // Memory, but never memory that can be executed.
      .allow_if(SYS_mmap, {without(2, PROT_EXEC)})
      .allow_if(SYS_mprotect, {without(2, PROT_EXEC)})
      .allow_if(SYS_mremap, {})
      // Memfds: made, sealed, held against their seals.
      .allow_if(SYS_memfd_create, {equals(1, kNewMemfd)})
      .allow_if(SYS_fcntl, {equals(1, F_ADD_SEALS)})
      .allow_if(SYS_fcntl, {equals(1, F_GET_SEALS)})
      .allow_if(SYS_fcntl, {equals(1, F_DUPFD_CLOEXEC)})
      .allow_if(SYS_fcntl, {equals(1, F_GETFL)})
      .allow_if(SYS_fcntl, {equals(1, F_SETFL), equals(2, O_RDWR | O_NONBLOCK)})
      // No signal can be blocked: that of used up processor time must arrive.
      .allow_if(SYS_rt_sigprocmask, {equals(0, SIG_UNBLOCK)});
  return filter;
}

CallFilter worker_calls() {
  auto filter = document_calls();
  // abort(): a defect ends as what it is and not as a breach.
  filter.allow_if(SYS_tgkill, {equals(0, static_cast<std::uint32_t>(::getpid())),  //
                               equals(2, SIGABRT)});
  return filter;
}

// A filter stays in force in every copy and under every further one, so this one lets through what
// a copy needs to get to worker_calls().
CallFilter nursery_calls() {
  auto filter = document_calls();
  filter.allow_if(SYS_clone, {equals(0, kDoubleFlags)})
      .allow_if(SYS_tgkill, {equals(2, SIGABRT)})
      .allow_if(SYS_prctl, {equals(0, PR_SET_PDEATHSIG), equals(1, SIGKILL)})
      .allow_if(SYS_prctl, {equals(0, PR_SET_SECCOMP)})
      .allow_if(SYS_prlimit64, {equals(0, 0), equals(1, RLIMIT_NPROC)});
  return filter;
}

bool close_above(int keep) {
  return ::syscall(SYS_close_range, static_cast<unsigned>(keep) + 1, ~0U, 0U) == 0 &&
         ::dup2(STDOUT_FILENO, STDERR_FILENO) == STDERR_FILENO;
}

// All but the calls.
Result<WorkerConfinement> confine_all_else(int keep) {
  WorkerConfinement in_force;
  // The C library looks after /etc/localtime at every local time unless the zone has a name; read
  // once, now, it is the last file that it reads by itself.
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
  ::setenv("TZ", ":/etc/localtime", 1);
  ::tzset();
  if (!give_up_privileges()) return incomplete("no_new_privs");
  if (!limit(RLIMIT_NOFILE, kDescriptors) || !limit(RLIMIT_MEMLOCK, 0) ||
      !limit(RLIMIT_MSGQUEUE, 0))
    return incomplete("setrlimit");
  in_force.own_network = own_namespaces();
  in_force.landlock = restrict_files({});
  if (in_force.landlock < 0) return incomplete("landlock");
  if (!drop_capabilities()) return incomplete("capset");
  if (!close_above(keep)) return incomplete("close_range");
  return in_force;
}

}  // namespace

Result<WorkerConfinement> confine_worker(int keep) {
  if (!limit(RLIMIT_NPROC, 0)) return incomplete("setrlimit");
  ANTIN_TRY(const auto in_force, confine_all_else(keep));
  if (!worker_calls().install_or_kill()) return incomplete("seccomp");
  return in_force;
}

Result<WorkerConfinement> confine_nursery(int keep) {
  ANTIN_TRY(const auto in_force, confine_all_else(keep));
  if (!nursery_calls().install_or_kill()) return incomplete("seccomp");
  return in_force;
}

pid_t double_process() {
  return static_cast<pid_t>(::syscall(SYS_clone, kDoubleFlags, nullptr, nullptr, nullptr, nullptr));
}

Status confine_double() {
  // What a copy does not inherit, and what its parent still needed.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return incomplete("pdeathsig");
  if (!limit(RLIMIT_NPROC, 0)) return incomplete("setrlimit");
  if (!worker_calls().install_or_kill()) return incomplete("seccomp");
  return Done{};
}

}  // namespace antin::service::sandbox
