#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <fcntl.h>
#include <mutex>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace antin::testing {

/// Gives `words` to posix_spawn(3) with each descriptor under the number beside it.
inline pid_t spawn_program(std::vector<std::string> words,
                           const std::vector<std::pair<int, int>>& descriptors) {
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  for (const auto& [fd, as] : descriptors) ::posix_spawn_file_actions_adddup2(&actions, fd, as);
  pid_t pid = -1;
  const int problem = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) throw std::runtime_error("cannot start " + words[0]);
  return pid;
}

/// Waits for a program; its exit code, or -1 when a signal ended it.
inline int wait_for_program(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// A program that serves until it is ended, and writes its log to standard error. It goes with this
/// object.
class ChildProgram {
 public:
  ChildProgram() = default;
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;
  ~ChildProgram() {
    if (pid_ > 0) end(SIGKILL);
  }

  pid_t pid() const { return pid_; }
  /// What it said since it was started last.
  std::string log() const {
    const std::lock_guard lock{mutex_};
    return log_;
  }
  /// Waits until it has said `text`; false when it does not within a minute.
  bool says(std::string_view text) {
    std::unique_lock lock{mutex_};
    return heard_.wait_for(lock, std::chrono::minutes(1),
                           [&] { return log_.find(text) != std::string::npos; });
  }
  /// Sends `signal` and waits; the exit code, or -1 when a signal ended it.
  int end(int signal) {
    ::kill(pid_, signal);
    const int code = wait_for_program(pid_);
    pid_ = -1;
    reader_.join();
    return code;
  }

 protected:
  /// Starts it with an empty log; true once it says that it serves, false when it closes its log
  /// before. `passed`: a descriptor that it finds as number 3.
  bool launch(std::vector<std::string> words, int passed = -1) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    std::vector<std::pair<int, int>> descriptors{{pipe[1], STDERR_FILENO}};
    if (passed >= 0) descriptors.emplace_back(passed, 3);
    pid_ = spawn_program(std::move(words), descriptors);
    ::close(pipe[1]);
    log_.clear();
    bool serves = false;
    while (!serves && read_some(pipe[0]))
      serves = log_.find("\"event\":\"started\"") != std::string::npos;
    // The pipe must be emptied for as long as it lives.
    reader_ = std::thread([this, fd = pipe[0]] {
      while (read_some(fd)) {
      }
      ::close(fd);
    });
    return serves;
  }

 private:
  bool read_some(int fd) {
    std::array<char, 4096> buffer{};
    const auto got = ::read(fd, buffer.data(), buffer.size());
    if (got <= 0) return false;
    const std::lock_guard lock{mutex_};
    log_.append(buffer.data(), static_cast<std::size_t>(got));
    heard_.notify_all();
    return true;
  }

  pid_t pid_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable heard_;
  std::string log_;
  std::thread reader_;
};

}  // namespace antin::testing
