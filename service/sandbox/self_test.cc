#include "service/sandbox/self_test.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/sandbox/process_state.h"
#include "service/sandbox/worker_profile.h"

namespace antin::service::sandbox {
namespace {

// How a child says what came of it.
constexpr int kStopped = 0;
constexpr int kDone = 1;
constexpr int kUnconfined = 2;

constexpr unsigned kSecondsEach = 5;

// A call counts as stopped when it was refused, not when it failed for some other reason: that
// would prove nothing.
bool done(long result) {
  return result >= 0 || (errno != EPERM && errno != EACCES && errno != ENOSYS);
}

bool opens(const char* path, int flags) {
  return done(::open(path, flags | O_CLOEXEC));
}

bool calls(long number) {
  return done(::syscall(number, 0, 0, 0, 0, 0, 0));
}

bool makes_a_process() {
  const auto child = ::fork();
  if (child == 0) ::_exit(kStopped);
  return done(child);
}

// Without the C library, by its other name.
bool clones() {
  const auto child = ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) ::_exit(kStopped);
  return done(child);
}

// When it becomes one, that one says so by how it ends.
bool becomes(const char* program) {
  std::string name = program;
  std::array<char*, 2> words{name.data(), nullptr};
  std::array<char*, 1> none{nullptr};
  return done(::execve(name.c_str(), words.data(), none.data()));
}

bool makes_a_socket() {
  return done(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) ||
         done(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

bool makes_a_pair() {
  std::array<int, 2> ends{};
  return done(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()));
}

bool maps_for_execution() {
  return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
         MAP_FAILED;
}

bool makes_executable() {
  void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED || done(::mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

// A document is sealed by antind; here as the worker would find it.
bool changes_what_is_sealed() {
  const int fd = ::memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0 || ::write(fd, "original", 8) != 8 ||
      ::fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
    return true;  // not even to be tried is no proof
  if (::lseek(fd, 0, SEEK_SET) != 0 || ::write(fd, "changed!", 8) >= 0) return true;
  return ::mmap(nullptr, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED;
}

bool raises_its_limits() {
  const rlimit more{RLIM_INFINITY, RLIM_INFINITY};
  return done(::setrlimit(RLIMIT_CPU, &more));
}

#if defined(__x86_64__)
// A call under the number of another interface (x32).
bool speaks_x32() {
  return ::syscall(0x40000000L + SYS_getpid) > 0;
}
#endif

[[noreturn]] void try_in_child(const std::function<bool()>& confine, const Forbidden& forbidden) {
  ::alarm(kSecondsEach);
  if (!confine()) ::_exit(kUnconfined);
  ::_exit(forbidden.attempt() ? kDone : kStopped);
}

}  // namespace

std::vector<std::string> not_stopped(const std::function<bool()>& confine,
                                     const std::vector<Forbidden>& forbidden) {
  std::vector<std::string> done;
  std::vector<pid_t> children;
  children.reserve(forbidden.size());
  for (const auto& one : forbidden) {
    const auto child = ::fork();
    if (child == 0) try_in_child(confine, one);
    children.push_back(child);
  }
  bool confined = true;
  for (std::size_t i = 0; i < forbidden.size(); ++i) {
    int status = 0;
    if (children[i] < 0 || ::waitpid(children[i], &status, 0) != children[i]) {
      confined = false;
      continue;
    }
    // Ended by a signal: the kernel stopped it, unless it was its alarm, which proves nothing.
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGALRM) continue;
    if (!WIFEXITED(status) || WEXITSTATUS(status) == kDone)
      done.emplace_back(forbidden[i].name);
    else if (WEXITSTATUS(status) != kStopped)
      confined = false;
  }
  if (!confined) done.emplace_back("confinement");
  return done;
}

std::vector<Forbidden> forbidden_to_all() {
  const auto parent = ::getpid();
  return {
      {"open a file", [] { return opens("/etc/passwd", O_RDONLY); }},
      // Its own: a unit may hide all others, and what is not there proves nothing.
      {"read a process", [] { return opens("/proc/self/environ", O_RDONLY); }},
      {"write its own memory by file", [] { return opens("/proc/self/mem", O_RDWR); }},
      {"write a file", [] { return opens("/dev/null", O_WRONLY); }},
      {"make a socket", makes_a_socket},
      {"make a pair of sockets", makes_a_pair},
      {"make a process", makes_a_process},
      {"make a process by clone", clones},
      {"start a program", [] { return becomes("/bin/false"); }},
      {"trace a process",
       [parent] { return done(::ptrace(PTRACE_SEIZE, parent, nullptr, nullptr)); }},
      {"signal a process", [parent] { return done(::kill(parent, 0)); }},
      {"make namespaces", [] { return done(::unshare(CLONE_NEWUSER)); }},
      {"use keys of the kernel", [] { return calls(SYS_keyctl); }},
      {"load a program into the kernel", [] { return calls(SYS_bpf); }},
      {"use io_uring", [] { return calls(SYS_io_uring_setup); }},
      {"handle page faults", [] { return calls(SYS_userfaultfd); }},
  };
}

std::vector<Forbidden> forbidden_to_worker() {
  return {
    {"open a library", [] { return opens("/lib", O_RDONLY | O_DIRECTORY); }},
        {"map memory to execute", maps_for_execution}, {"make memory executable", makes_executable},
        {"change a sealed document", changes_what_is_sealed},
        {"raise its limits", raises_its_limits},
        {"look for a file", [] { return done(::access("/", F_OK)); }},
        {"change what it is", [] { return done(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); }},
        {"read another's memory", [] { return calls(SYS_process_vm_readv); }},
#if defined(__x86_64__)
        {"use another system interface", speaks_x32},
#endif
  };
}

namespace {

// The nursery's own filter lets a call through that makes a copy: of a copy no further one.
bool doubles() {
  const auto child = double_process();
  if (child == 0) ::_exit(kStopped);
  return done(child);
}

}  // namespace

std::vector<std::string> test_worker_profile() {
  auto all = forbidden_to_all();
  auto more = forbidden_to_worker();
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  auto failed = not_stopped([] { return static_cast<bool>(confine_worker(STDERR_FILENO)); }, all);
  const auto add = [&](const char* whose, const std::vector<std::string>& names) {
    for (const auto& name : names) failed.push_back(std::string(whose) + name);
  };
  add("nursery: ",
      not_stopped([] { return static_cast<bool>(confine_nursery(STDERR_FILENO)); }, all));
  all.push_back({"double itself", doubles});
  add("copy: ", not_stopped(
                    [] {
                      return static_cast<bool>(confine_nursery(STDERR_FILENO)) &&
                             static_cast<bool>(confine_double());
                    },
                    all));
  return failed;
}

}  // namespace antin::service::sandbox
