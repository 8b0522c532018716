#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "hsm/tokend/tokend.h"
#include "service/ipc/channel.h"

namespace antin::hsm {

/// Connections, each served by a thread of its own. Ends all of them when it goes.
class ConnectionThreads {
 public:
  using Work = std::function<void(service::Channel&)>;
  explicit ConnectionThreads(std::size_t most) : most_(most) {}
  ConnectionThreads(const ConnectionThreads&) = delete;
  ConnectionThreads& operator=(const ConnectionThreads&) = delete;
  ~ConnectionThreads();

  /// False, and the channel stays the caller's, when there are as many as may be.
  bool run(service::Channel& channel, Work work);

 private:
  struct Connection {
    service::Channel channel;
    std::thread thread;
    bool done = false;
  };
  void reap();

  const std::size_t most_;
  std::mutex mutex_;
  std::list<Connection> connections_;
};

/// Serves connections of one tokend: in the same process through connect(), or what a listening
/// socket accepted through serve().
class TokendServer {
 public:
  TokendServer(Tokend& tokend, Peer peer, std::size_t max_connections = 64)
      : tokend_(tokend), peer_(peer), threads_(max_connections) {}

  /// False, and the channel stays the caller's, when there are as many as may be.
  bool serve(service::Channel& channel);
  /// A connection within this process; for TokendKeyHolder::Connect.
  Result<service::Channel> connect();

 private:
  Tokend& tokend_;
  const Peer peer_;
  ConnectionThreads threads_;
};

/// Answers the one request that it waits a moment for with `why`.
void turn_away(service::Channel& channel, const Error& why);

}  // namespace antin::hsm
