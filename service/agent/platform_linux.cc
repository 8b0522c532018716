// All that is Linux's own.

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/agent/platform.h"

namespace antin::service::agent {
namespace {

std::string environment(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// proc(5): an address as hexadecimal words in the machine's own order.
std::string in_table(const std::string& address) {
  std::array<std::uint8_t, 16> octets{};
  const bool four = ::inet_pton(AF_INET, address.c_str(), octets.data()) == 1;
  if (!four && ::inet_pton(AF_INET6, address.c_str(), octets.data()) != 1) return {};
  const std::size_t size = four ? 4 : 16;
  std::string out;
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (std::size_t word = 0; word < size; word += 4) {
    std::uint32_t value = 0;
    std::copy_n(octets.begin() + static_cast<std::ptrdiff_t>(word), 4,
                reinterpret_cast<std::uint8_t*>(&value));
    for (int shift = 28; shift >= 0; shift -= 4)
      out += kDigits[(value >> static_cast<unsigned>(shift)) & 0xFU];
  }
  return out;
}

std::string in_table(std::uint16_t port) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (int shift = 12; shift >= 0; shift -= 4)
    out += kDigits[(unsigned{port} >> static_cast<unsigned>(shift)) & 0xFU];
  return out;
}

}  // namespace

void lock_octets(Bytes& octets) {
  if (octets.capacity() == 0) return;
  // Whoever may lock nothing more still signs: the PIN is there for a moment only.
  static_cast<void>(::mlock(octets.data(), octets.capacity()));
}

bool is_own_users(const std::string& address, std::uint16_t port, std::uint16_t own_port) {
  const auto host = in_table(address);
  if (host.empty() || port == 0) return false;
  const auto local = host + ":" + in_table(port);
  std::ifstream table(host.size() == 8 ? "/proc/net/tcp" : "/proc/net/tcp6");
  std::string line;
  while (std::getline(table, line)) {
    std::istringstream words(line);
    std::string number, from, to, state, queues, timer, retransmits;
    std::uint64_t user = 0;
    words >> number >> from >> to >> state >> queues >> timer >> retransmits >> user;
    if (words && from == local && to.ends_with(":" + in_table(own_port))) return user == ::getuid();
  }
  return false;
}

Status harden_agent() {
  const rlimit none{0, 0};
  const bool done = ::setrlimit(RLIMIT_CORE, &none) == 0 &&
                    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
                    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  ::umask(S_IRWXG | S_IRWXO);
  if (!done) return make_error(Code::kSetupPrivileges, "prctl", {{"reason", "prctl"}});
  return Done{};
}

std::vector<std::pair<std::string, std::string>> terminal_options() {
  std::vector<std::pair<std::string, std::string>> options;
  constexpr std::size_t kMostName = 128;
  std::array<char, kMostName> name{};
  if (::ttyname_r(STDIN_FILENO, name.data(), name.size()) == 0)
    options.emplace_back("ttyname", name.data());
  if (const auto type = environment("TERM"); !type.empty()) options.emplace_back("ttytype", type);
  options.emplace_back("lc-ctype", "C.UTF-8");
  return options;
}

Folders user_folders() {
  const auto home = environment("HOME");
  const auto either = [&](const char* name, const char* below) {
    const auto given = environment(name);
    return (given.starts_with('/') ? given : home + below) + "/antin";
  };
  Folders folders{.config = either("XDG_CONFIG_HOME", "/.config"),
                  .state = either("XDG_STATE_HOME", "/.local/state"),
                  .runtime = {}};
  const auto runtime = environment("XDG_RUNTIME_DIR");
  folders.runtime = runtime.starts_with('/') ? runtime + "/antin" : folders.state;
  return folders;
}

Result<OnlyOne> OnlyOne::take(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (fd < 0) return make_error(Code::kFileUnwritable, path, {{"file", path}});
  OnlyOne one(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) return make_error(Code::kAgentAlreadyRunning, path);
  return one;
}

OnlyOne::~OnlyOne() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace antin::service::agent
