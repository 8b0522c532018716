#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/sandbox/call_filter.h"
#include "service/sandbox/process_state.h"
#include "service/sandbox/self_test.h"
#include "service/sandbox/worker_profile.h"
#include "service/system/bounds.h"

namespace antin::service::sandbox {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

class Sandbox : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!can_be_confined()) GTEST_SKIP() << "a sanitizer needs what is taken away here";
  }
};

/// How a child ends that does this: its exit code, or the signal plus 1000.
int ending(const std::function<int()>& work) {
  const auto child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}
constexpr int kKilled = 1000 + SIGSYS;

TEST_F(Sandbox, StopsWhatAWorkerMustNotDo) {
  EXPECT_THAT(test_worker_profile(), IsEmpty());
}

TEST_F(Sandbox, ItsTestFindsAProcessThatIsNotConfined) {
  auto all = forbidden_to_all();
  const auto worker = forbidden_to_worker();
  all.insert(all.end(), worker.begin(), worker.end());
  const auto done = not_stopped([] { return true; }, all);
  for (const auto* name :
       {"open a file", "write a file", "make a socket", "make a process", "make a process by clone",
        "start a program", "signal a process", "map memory to execute", "make memory executable",
        "look for a file", "change what it is", "read another's memory"})
    EXPECT_THAT(done, Contains(name));
}

TEST_F(Sandbox, ItsTestFindsAProfileThatLetsOneThingThrough) {
  const auto almost = [] {
    return give_up_privileges() &&
           CallFilter().allow({SYS_exit_group, SYS_socket}).install_or_kill();
  };
  EXPECT_THAT(not_stopped(almost, forbidden_to_all()), ::testing::ElementsAre("make a socket"));
}

TEST_F(Sandbox, ItsTestFindsThatConfinementFailed) {
  EXPECT_THAT(not_stopped([] { return false; }, forbidden_to_all()), Contains("confinement"));
}

TEST_F(Sandbox, AWorkerCanDoItsWork) {
  EXPECT_EQ(ending([] {
              if (!confine_worker(STDERR_FILENO)) return 10;
              const int fd = ::memfd_create("answer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
              if (fd < 0 || ::write(fd, "12345678", 8) != 8) return 11;
              auto* const page = ::mmap(nullptr, 8, PROT_READ, MAP_PRIVATE, fd, 0);
              if (page == MAP_FAILED || ::munmap(page, 8) != 0) return 12;
              std::vector<std::string> memory(1'000, std::string(10'000, 'x'));
              try {
                throw std::bad_alloc();
              } catch (const std::exception&) {
                memory.clear();
              }
              return ::close(fd) == 0 ? 0 : 13;
            }),
            0);
}

TEST_F(Sandbox, AbortedIsNotTakenForABreach) {
  EXPECT_EQ(ending([] {
              if (!confine_worker(STDERR_FILENO)) return 10;
              std::abort();
            }),
            1000 + SIGABRT);
}

TEST_F(Sandbox, HoldsArgumentsToTheirRules) {
  const auto with = [](int command) {
    return ending([command] {
      const bool good = give_up_privileges() && CallFilter()
                                                    .allow({SYS_exit_group})
                                                    .allow_if(SYS_fcntl, {equals(1, F_GETFL)})
                                                    .allow_if(SYS_fcntl, {equals(1, F_GETFD)})
                                                    .refuse({SYS_getppid}, EPERM)
                                                    .install_or_kill();
      if (!good) return 10;
      static_cast<void>(::fcntl(0, command));
      return ::syscall(SYS_getppid) == -1 && errno == EPERM ? 0 : 11;
    });
  };
  EXPECT_EQ(with(F_GETFL), 0);
  EXPECT_EQ(with(F_GETFD), 0);
  EXPECT_EQ(with(F_GETOWN), kKilled);
}

TEST_F(Sandbox, NoSignalCanBeBlocked) {
  EXPECT_EQ(ending([] {
              if (!confine_worker(STDERR_FILENO)) return 10;
              sigset_t all;
              ::sigfillset(&all);
              return ::sigprocmask(SIG_BLOCK, &all, nullptr) == 0 ? 1 : 0;
            }),
            kKilled);
}

// A process that waits until it was bounded from outside, then does something.
int bounded(const Bounds& bounds, std::size_t written, const std::function<int()>& work) {
  std::array<int, 2> gate{};
  if (::pipe(gate.data()) != 0) return -1;
  const auto child = ::fork();
  if (child == 0) {
    char go = 0;
    if (::read(gate[0], &go, 1) != 1) ::_exit(10);
    end_when_out_of_memory();
    ::_exit(work());
  }
  EXPECT_TRUE(bound_process(child, bounds, written));
  EXPECT_EQ(::write(gate[1], "x", 1), 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(gate[0]);
  ::close(gate[1]);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

TEST_F(Sandbox, BoundsAreHeldFromOutside) {
  const Bounds ample;
  const Bounds small{.processor = ample.processor, .address_space = std::size_t{512} << 20U};
  const auto wants = [](std::size_t octets) {
    return [octets] {
      const std::string memory(octets, 'x');
      return memory.back() == 'x' ? 0 : 1;
    };
  };
  EXPECT_EQ(bounded(small, 1, wants(std::size_t{1} << 20U)), 0);
  EXPECT_EQ(bounded(small, 1, wants(std::size_t{1} << 30U)), kExitOutOfMemory);
  const auto writes = [](std::size_t octets) {
    return [octets] {
      const int fd = ::memfd_create("answer", MFD_CLOEXEC);
      const std::string text(octets, 'x');
      return ::write(fd, text.data(), octets) == static_cast<ssize_t>(octets) &&
                     ::write(fd, "x", 1) == 1
                 ? 0
                 : 1;
    };
  };
  EXPECT_EQ(bounded(ample, 8'193, writes(8'192)), 0);
  EXPECT_EQ(bounded(ample, 8'192, writes(8'192)), 1000 + SIGXFSZ);
  const Bounds hurried{.processor = std::chrono::seconds(0), .address_space = ample.address_space};
  EXPECT_EQ(bounded(hurried, 1,
                    [] {
                      for (std::atomic<unsigned> turns = 0;;) ++turns;
                      return 0;
                    }),
            1000 + SIGXCPU);
}

}  // namespace
}  // namespace antin::service::sandbox
