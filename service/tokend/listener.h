#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "certs/core/error.h"
#include "service/ipc/channel.h"
#include "service/ipc/descriptor.h"

namespace antin::service {

/// Numbers of accounts: each entry a name or a number; none at all means our own account. Fails
/// with kTokendAccountUnknown; `key` says where it stands.
Result<std::vector<uid_t>> accounts(const std::vector<std::string>& names, const std::string& key);

/// A listening unix socket.
class Listener {
 public:
  /// Binds `path` with mode 0660 and `group` ("" = ours), in the place of a socket that a process
  /// before left there. Fails with kTokendAccountUnknown and kFileUnwritable.
  static Result<Listener> bind(const std::string& path, const std::string& group);
  /// One that was handed over, listening.
  explicit Listener(Descriptor socket) : socket_(std::move(socket)) {}
  Listener(Listener&& other) noexcept = default;
  Listener& operator=(Listener&& other) noexcept = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  int fd() const noexcept { return socket_.get(); }
  struct Accepted {
    Channel channel;
    uid_t uid;
    pid_t pid;
  };
  /// The next connection, with what the kernel says of who made it; nothing when it is gone again.
  std::optional<Accepted> accept() const;

 private:
  Descriptor socket_;
  std::string path_;  ///< to be removed; "" for one that was handed over
};

/// Sockets that systemd passed (sd_listen_fds(3)): the one named "operator", and the first other
/// one. The variables are taken out of the environment, which modules inherit.
struct PassedSockets {
  std::optional<Listener> client;
  std::optional<Listener> operators;
};
PassedSockets passed_sockets();

}  // namespace antin::service
