#include "service/system/privileges.h"

#include <array>
#include <cerrno>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

namespace antin::service {
namespace {

constexpr const char* kKey = "process.user";

Error kept(const std::string& reason, Where where = Where::here()) {
  return make_error(Code::kSetupPrivileges, reason, {{"reason", reason}}, where);
}

Error failed(const std::string& doing, Where where = Where::here()) {
  return kept(doing + ": " + std::generic_category().message(errno), where);
}

// Those of the bounding set too, while there still is the right to.
Status clear_bounding_set() {
  for (unsigned long capability = 0;; ++capability) {
    const int has = ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
    if (has < 0) return Done{};  // beyond the last that the kernel knows
    if (has == 1 && ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
      return failed("capability bounding set");
  }
}

Status clear_capabilities() {
  static_cast<void>(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> has{};
  if (::syscall(SYS_capget, &head, has.data()) != 0) return failed("capget");
  bool any = false;
  for (const auto& word : has)
    any = any || (word.effective | word.permitted | word.inheritable) != 0;
  // The unit's system call filter knows no capset, and there is nothing left to clear under it.
  if (!any) return Done{};
  if (::syscall(SYS_capset, &head, none.data()) != 0) return failed("capset");
  return Done{};
}

Status become(const passwd& account) {
  ANTIN_CHECK(clear_bounding_set());
  if (::initgroups(account.pw_name, account.pw_gid) != 0) return failed("initgroups");
  if (::setresgid(account.pw_gid, account.pw_gid, account.pw_gid) != 0) return failed("setresgid");
  if (::setresuid(account.pw_uid, account.pw_uid, account.pw_uid) != 0) return failed("setresuid");
  // What cannot be taken back is tried, not assumed.
  if (::setuid(0) == 0 || ::geteuid() == 0) return kept("root can be had back");
  return Done{};
}

// Whoever started it: no core file, no tracer or reader of its memory among its own user's other
// processes, nothing from setuid programs, no file for others.
Status close_up() {
  ::umask(S_IRWXG | S_IRWXO);
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return failed("core files");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("no_new_privs");
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failed("dumpable");
  return Done{};
}

}  // namespace

Status give_up_privileges(const std::string& user, AsRoot as_root) {
  const bool root = ::geteuid() == 0 || ::getuid() == 0;
  if (root && user.empty() && as_root == AsRoot::kStay) return close_up();
  if (root && user.empty()) return make_error(Code::kSetupRoot, "root, and no process.user");
  if (!user.empty()) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
    const passwd* account = ::getpwnam(user.c_str());
    if (account == nullptr || account->pw_uid == 0)
      return make_error(Code::kSetupUserUnknown, user, {{"user", user}, {"key", kKey}});
    if (root) {
      ANTIN_CHECK(become(*account));
    } else if (account->pw_uid != ::getuid()) {
      return kept(std::string(kKey) + " = \"" + user + "\", uid " + std::to_string(::getuid()));
    }
  }
  ANTIN_CHECK(clear_capabilities());
  return close_up();
}

}  // namespace antin::service
