#pragma once

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <pwd.h>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "tests/fakes/temp_folder.h"

namespace antin::fakes {

/// A PostgreSQL server of this process's own, on a unix socket in a temporary folder. Run by root
/// it runs as "postgres", because initdb and postgres refuse root.
class PostgresqlServer {
 public:
  enum class Disk { kFast, kSynced };

  /// Null when PostgreSQL is not installed.
  static std::unique_ptr<PostgresqlServer> start(Disk disk = Disk::kFast) {
    const auto bin = folder_of_programs();
    if (bin.empty()) return nullptr;
    std::unique_ptr<PostgresqlServer> server(new PostgresqlServer(bin, disk));
    server->initialise();
    return server->run() ? std::move(server) : nullptr;
  }
  ~PostgresqlServer() { stop(); }
  PostgresqlServer(const PostgresqlServer&) = delete;
  PostgresqlServer& operator=(const PostgresqlServer&) = delete;

  /// Address for Store; `schema` keeps one test's tables apart from another's.
  std::string address(const std::string& schema) const {
    return "postgresql:///postgres?host=" + folder_.path() +
           "&user=antin&options=-csearch_path%3D" + schema;
  }
  /// False when it does not come up.
  bool run() {
    std::array<int, 2> log{};
    if (::pipe(log.data()) != 0) return false;
    child_ = fork_as_user([&] {
      ::dup2(log[1], STDERR_FILENO);
      ::close(log[0]);
      const char* sync = disk_ == Disk::kFast ? "fsync=off" : "fsync=on";
      ::execl((bin_ + "/postgres").c_str(), "postgres", "-D", data().c_str(), "-c",
              "listen_addresses=", "-c", ("unix_socket_directories=" + folder_.path()).c_str(),
              "-c", sync, "-c", "shared_buffers=16MB", "-c", "lc_messages=C", nullptr);
    });
    ::close(log[1]);
    return child_ > 0 && comes_up(log[0]);
  }
  void stop(int signal = SIGINT) {
    if (child_ > 0) {
      ::kill(child_, signal);
      ::waitpid(child_, nullptr, 0);
    }
    child_ = -1;
    if (log_ >= 0) ::close(log_);
    log_ = -1;
  }
  /// SIGSTOP: it is there and answers nobody; SIGCONT.
  void signal_all(int signal) const {
    const auto task = "/proc/" + std::to_string(child_) + "/task/" + std::to_string(child_);
    std::ifstream children(task + "/children");
    ::kill(child_, signal);
    for (pid_t child = 0; children >> child;) ::kill(child, signal);
  }

 private:
  PostgresqlServer(std::string bin, Disk disk)
      : bin_(std::move(bin)), disk_(disk), folder_("postgresql") {}

  static std::string folder_of_programs() {
    std::vector<std::string> found;
    std::error_code missing;
    for (const auto& version :
         std::filesystem::directory_iterator("/usr/lib/postgresql", missing)) {
      auto bin = version.path() / "bin";
      if (std::filesystem::exists(bin / "initdb")) found.push_back(bin.string());
    }
    return found.empty() ? std::string() : *std::max_element(found.begin(), found.end());
  }
  std::string data() const { return folder_.path() + "/data"; }

  template <class Work>
  static pid_t fork_as_user(Work work) {
    const auto child = ::fork();
    if (child != 0) return child;
    if (::getuid() == 0) {
      const auto* user = ::getpwnam("postgres");
      if (user == nullptr || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)
        ::_exit(70);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::chdir("/") != 0) ::_exit(71);
    work();
    ::_exit(72);
  }
  void initialise() {
    if (::getuid() == 0) {
      const auto* user = ::getpwnam("postgres");
      if (user != nullptr && ::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0)
        return;
    }
    const auto child = fork_as_user([&] {
      ::close(STDOUT_FILENO);
      ::execl((bin_ + "/initdb").c_str(), "initdb", "-D", data().c_str(), "-U", "antin", "-A",
              "trust", "-N", "--locale=C.UTF-8", "-E", "UTF8", nullptr);
    });
    ::waitpid(child, nullptr, 0);
  }
  // Reads the server's log until it says so; it is read no further, and the pipe holds enough.
  bool comes_up(int log) {
    log_ = log;
    std::string said;
    std::array<char, 512> piece{};
    while (said.find("ready to accept connections") == std::string::npos) {
      const auto count = ::read(log, piece.data(), piece.size());
      if (count <= 0) return false;
      said.append(piece.data(), static_cast<std::size_t>(count));
    }
    return true;
  }

  std::string bin_;
  Disk disk_;
  TempFolder folder_;
  pid_t child_ = -1;
  int log_ = -1;
};

}  // namespace antin::fakes
