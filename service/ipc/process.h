#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "service/ipc/channel.h"

namespace antin::service {

/// The descriptor at which a child finds its end of the channel.
constexpr int kChildChannel = 3;

/// A program of our own at the other end of a channel. Killed and reaped when this goes.
class ChildProcess {
 public:
  /// Starts `program` (an absolute path) with `arguments` (argv[1] onwards), an empty environment
  /// but for LANG, nothing inherited but stderr and the channel. Fails with kIpcFailed.
  static Result<ChildProcess> spawn(const std::string& program,
                                    const std::vector<std::string>& arguments);
  /// A child of this process that somebody else started, at the other end of `channel`.
  static ChildProcess adopt(pid_t pid, Channel channel) { return {pid, std::move(channel)}; }
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() { kill(); }

  Channel& channel() noexcept { return channel_; }
  pid_t pid() const noexcept { return pid_; }
  /// Closes the channel, gives the child `grace` to leave, then kills it. Returns how it ended, for
  /// the log: "exit 0", "signal 11", "killed".
  std::string stop(std::chrono::milliseconds grace);
  /// SIGKILL and reap, now. How it ended; "" when it was gone already.
  std::string kill();

 private:
  ChildProcess(pid_t pid, Channel channel) : pid_(pid), channel_(std::move(channel)) {}
  pid_t pid_ = -1;
  Channel channel_;
};

}  // namespace antin::service
