#pragma once

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "tests/fakes/raw_client.h"

namespace antin::testing {

/// A running antind with a folder of its own. Its log is read until it says that it serves.
class Daemon {
 public:
  /// `programs`: where antind and what it starts stand.
  explicit Daemon(std::string folder, std::string programs = ANTIN_BIN)
      : folder_(std::move(folder)), programs_(std::move(programs)) {}
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon() {
    if (pid_ > 0) end(SIGKILL);
  }

  std::string config() const { return folder_ + "/antin.toml"; }

  /// Runs antind with arguments to its end; returns its exit code and fills `out`.
  int run(std::vector<std::string> arguments, std::string& out) const {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    const auto pid = spawn(std::move(arguments), pipe[1], STDOUT_FILENO);
    ::close(pipe[1]);
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(pipe[0], buffer.data(), buffer.size())) > 0;)
      out.append(buffer.data(), static_cast<std::size_t>(got));
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  /// Starts it; true once it serves. The port is in port().
  bool start(std::vector<std::string> more = {}) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    more.insert(more.end(), {"--config", config()});
    pid_ = spawn(std::move(more), pipe[1], STDERR_FILENO);
    ::close(pipe[1]);
    log_.clear();
    std::array<char, 4096> buffer{};
    while (log_.find("\"event\":\"started\"") == std::string::npos) {
      const auto got = ::read(pipe[0], buffer.data(), buffer.size());
      if (got <= 0) break;
      log_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    // The pipe must be emptied for as long as the daemon lives.
    reader_ = std::thread([this, fd = pipe[0]] {
      std::array<char, 4096> next{};
      for (ssize_t got = 0; (got = ::read(fd, next.data(), next.size())) > 0;)
        later_log_.append(next.data(), static_cast<std::size_t>(got));
      ::close(fd);
    });
    const auto at = log_.find("\"port\":\"");
    if (at == std::string::npos) return false;
    port_ = static_cast<std::uint16_t>(std::stoi(log_.substr(at + 8)));
    return true;
  }
  /// Sends `signal` and waits; the exit code, or -1 when a signal ended it.
  int end(int signal) {
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    reader_.join();
    log_ += later_log_;
    later_log_.clear();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::uint16_t port() const { return port_; }
  pid_t pid() const { return pid_; }
  /// What it said until it served; all of it after end().
  const std::string& log() const { return log_; }

 private:
  pid_t spawn(std::vector<std::string> arguments, int fd, int as) const {
    arguments.insert(arguments.begin(), programs_ + "/antind");
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, fd, as);
    pid_t pid = -1;
    const int problem = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), ::environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (problem != 0) throw std::runtime_error("cannot start antind");
    return pid;
  }

  std::string folder_, programs_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
  std::string log_, later_log_;
  std::thread reader_;
};

/// A folder of antin's programs with another antin-worker: antind takes what stands beside it.
inline void link_programs(const std::string& folder, const std::string& worker) {
  namespace fs = std::filesystem;
  fs::create_directory(folder);
  // As in the tree that they were built in, where root may start them.
  std::ofstream(folder + "/../CMakeCache.txt").flush();
  for (const auto& entry : fs::directory_iterator(ANTIN_BIN)) {
    const auto name = entry.path().filename().string();
    // The place of a program is that of its file, not of a link to it.
    if (name == "antind")
      fs::copy_file(entry.path(), folder + "/antind");
    else if (name != "antin-worker")
      fs::create_symlink(entry.path(), folder + "/" + name);
  }
  fs::create_symlink(worker, folder + "/antin-worker");
}

inline std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace antin::testing
