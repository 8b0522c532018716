#include "service/cli/bounded.h"

#include <cerrno>
#include <csignal>
#include <iostream>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/cli/messages.h"

namespace antin::service {
namespace {

/// What parent and child both see. The child alone writes while it lives.
struct Progress {
  std::size_t item = 0;  ///< the one being worked on
  int exit = kExitOk;    ///< of those before it
};

class SharedProgress {
 public:
  SharedProgress()
      : memory_(::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {}
  ~SharedProgress() {
    if (ready()) ::munmap(memory_, sizeof(Progress));
  }
  SharedProgress(const SharedProgress&) = delete;
  SharedProgress& operator=(const SharedProgress&) = delete;
  bool ready() const { return memory_ != MAP_FAILED; }
  // The memory is zero, which is what a Progress starts as.
  Progress& operator*() const { return *static_cast<Progress*>(memory_); }

 private:
  void* memory_;
};

[[noreturn]] void work_in_child(const BoundedWork& all, Progress& progress) {
  // Dies with its parent; leaves no core with somebody's document in it.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  bool good = true;
  try {
    for (; progress.item < all.count; ++progress.item) {
      const auto bounds = all.bounds(all.size(progress.item));
      bound_memory(bounds.address_space);
      bound_processor(bounds.processor);
      progress.exit = worse(progress.exit, all.work(progress.item));
      good = !std::cout.flush().fail() && good;
    }
  } catch (const std::exception& problem) {
    std::cerr << "antin: " << problem.what() << std::endl;
    ::_exit(kExitFailed);
  }
  std::cerr.flush();
  ::_exit(good ? kExitOk : kExitFailed);
}

Error reason_of(int status) {
  const bool memory = WIFEXITED(status) && WEXITSTATUS(status) == kExitOutOfMemory;
  // SIGKILL is what the system sends when the machine has no memory left.
  const bool ended =
      WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL);
  if (memory || ended) {
    return make_error(Code::kResourceLimit, memory ? "out of memory" : "out of processor time");
  }
  return make_error(Code::kWorkerCrashed, WIFSIGNALED(status)
                                              ? "signal " + std::to_string(WTERMSIG(status))
                                              : "exit " + std::to_string(WEXITSTATUS(status)));
}

}  // namespace

int worse(int a, int b) noexcept {
  for (const int code : {kExitFailed, kExitInvalid, kExitUndecided}) {
    if (a == code || b == code) return code;
  }
  return kExitOk;
}

int run_bounded(const BoundedWork& all) {
  const SharedProgress shared;
  if (!shared.ready()) return all.lost(0, make_error(Code::kResourceLimit, "mmap"));
  auto& progress = *shared;
  while (progress.item < all.count) {
    // Nothing that was buffered here may be printed twice.
    std::cout.flush();
    std::cerr.flush();
    const auto child = ::fork();
    if (child == 0) work_in_child(all, progress);
    int status = 0;
    auto waited = child;
    while (child > 0 && (waited = ::waitpid(child, &status, 0)) < 0 && errno == EINTR) {
    }
    if (waited > 0 && WIFEXITED(status) && progress.item >= all.count) {
      return worse(progress.exit, WEXITSTATUS(status));
    }
    const auto error =
        waited > 0 ? reason_of(status) : make_error(Code::kResourceLimit, "no process");
    progress.exit = worse(progress.exit, all.lost(progress.item, error));
    ++progress.item;
  }
  return progress.exit;
}

}  // namespace antin::service
