#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

/// What each operating system does in its own way; everything else here is portable.
namespace antin::service::agent {

/// The memory behind `octets`, as far as it is reserved, is not swapped. As well as it can be done:
/// what holds a PIN for long is hsm::LockedMemory.
void lock_octets(Bytes& octets);

/// Whether the program at the other end of a loopback connection to `own_port` belongs to this
/// process's own user. False when it cannot be found out.
bool is_own_users(const std::string& address, std::uint16_t port, std::uint16_t own_port);

/// No core dumps, nobody of this user looks into the process, no new privileges. Fails with
/// kSetupPrivileges.
Status harden_agent();

/// What pinentry is told of the terminal this program was started on, as options.
std::vector<std::pair<std::string, std::string>> terminal_options();

/// Where this user's files of antin are.
struct Folders {
  std::string config;   ///< "…/antin", for agent.toml
  std::string state;    ///< "…/antin", for what the agent remembers
  std::string runtime;  ///< "…/antin", until this user signs out; for the port in use
};
Folders user_folders();

/// Held as long as it lives; nullptr-like when another process of this user has it.
class OnlyOne {
 public:
  /// Fails with kAgentAlreadyRunning, kFileUnwritable ({file}).
  static Result<OnlyOne> take(const std::string& path);
  OnlyOne(OnlyOne&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OnlyOne& operator=(OnlyOne&&) = delete;
  OnlyOne(const OnlyOne&) = delete;
  OnlyOne& operator=(const OnlyOne&) = delete;
  ~OnlyOne();

 private:
  explicit OnlyOne(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace antin::service::agent
