#pragma once

#include <array>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tests/fakes/child_program.h"
#include "tests/fakes/raw_client.h"

namespace antin::testing {

/// A running antind with a folder of its own.
class Daemon : public ChildProgram {
 public:
  /// `programs`: where antind and what it starts stand.
  explicit Daemon(std::string folder, std::string programs = ANTIN_BIN)
      : folder_(std::move(folder)), programs_(std::move(programs)) {}

  std::string config() const { return folder_ + "/antin.toml"; }

  /// Runs antind with arguments to its end; returns its exit code and fills `out`.
  int run(std::vector<std::string> arguments, std::string& out) const {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    const auto pid = spawn_program(command(std::move(arguments)), {{pipe[1], STDOUT_FILENO}});
    ::close(pipe[1]);
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(pipe[0], buffer.data(), buffer.size())) > 0;)
      out.append(buffer.data(), static_cast<std::size_t>(got));
    ::close(pipe[0]);
    return wait_for_program(pid);
  }

  /// Starts it; true once it serves. The port is in port().
  bool start(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--config", config()});
    launch(command(std::move(more)));
    const auto said = log();
    const auto at = said.find("\"port\":\"");
    if (at == std::string::npos) return false;
    port_ = static_cast<std::uint16_t>(std::stoi(said.substr(at + 8)));
    return true;
  }
  std::uint16_t port() const { return port_; }

 private:
  std::vector<std::string> command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), programs_ + "/antind");
    return arguments;
  }

  std::string folder_, programs_;
  std::uint16_t port_ = 0;
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
