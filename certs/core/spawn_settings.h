#pragma once

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <spawn.h>
#include <thread>

namespace antin {

/// What posix_spawn() is told of a program to be started: our signal mask and handlers are ours
/// alone. Both objects are destroyed whatever happens. Not thread-safe.
class SpawnSettings {
 public:
  /// An own process group keeps a terminal's Ctrl-C for the parent, which stops its children in
  /// order.
  enum class Group : std::uint8_t { kParents, kOwn };

  explicit SpawnSettings(Group group) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    const int signals = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    const int own = group == Group::kOwn ? POSIX_SPAWN_SETPGROUP : 0;
    ::posix_spawnattr_setflags(&attributes_, static_cast<short>(signals | own));
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  posix_spawn_file_actions_t* files() noexcept { return &files_; }

  enum class Found : std::uint8_t { kByPath, kBySearch };
  /// 0 and `pid`, or a number of errno. A limit of processes that is reached for a moment (EAGAIN)
  /// is waited for: a third of a second at the most.
  int start(pid_t& pid, const char* program, char* const* arguments, char* const* environment,
            Found found = Found::kByPath) {
    constexpr int kTries = 6;
    auto pause = std::chrono::milliseconds(10);
    for (int tried = 1;; ++tried) {
      const auto spawn = found == Found::kByPath ? ::posix_spawn : ::posix_spawnp;
      const int problem = spawn(&pid, program, &files_, &attributes_, arguments, environment);
      if (problem != EAGAIN || tried == kTries) return problem;
      std::this_thread::sleep_for(pause);
      pause *= 2;
    }
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace antin
