#include "service/render/profile.h"

#include <cerrno>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "service/sandbox/call_filter.h"
#include "service/sandbox/landlock.h"
#include "service/sandbox/process_state.h"
#include "service/sandbox/self_test.h"

namespace antin::service::render {
namespace {

// Drawing reads its input and fonts, computes, and writes to a pipe. What is listed here is
// refused: new processes, sockets, touching other processes, and the parts of the kernel that have
// been used to break out of it.
const std::vector<long>& refused() {
  static const std::vector<long> kCalls{
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
  return kCalls;
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
  using sandbox::limit;
  const bool good =
      sandbox::give_up_privileges() && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NPROC, 0) &&
      limit(RLIMIT_NOFILE, 64) && limit(RLIMIT_MEMLOCK, 0) && limit(RLIMIT_MSGQUEUE, 0) &&
      limit(RLIMIT_CPU, allowance.cpu_seconds) && limit(RLIMIT_AS, allowance.memory_octets);
  if (!good) return false;
  in_force.own_network = sandbox::own_namespaces();
  // The program's interpreter is executed with it.
  in_force.landlock = sandbox::restrict_files(
      {.run = {program, "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"},
       .read = readable_paths()});
  if (in_force.landlock < 0 || !sandbox::drop_capabilities()) return false;
  in_force.system_calls = sandbox::CallFilter().refuse(refused(), EPERM).install_or_allow();
  return in_force.system_calls;
}

std::vector<std::string> test_profile() {
  return sandbox::not_stopped(
      [] {
        InForce in_force;
        return confine("/usr/bin/pdftoppm", {}, in_force);
      },
      sandbox::forbidden_to_all());
}

}  // namespace antin::service::render
