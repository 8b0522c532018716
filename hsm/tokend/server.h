#pragma once

#include <list>
#include <mutex>
#include <thread>

#include "hsm/tokend/tokend.h"
#include "service/ipc/channel.h"

namespace antin::hsm {

/// Serves connections of one tokend, a thread each: in the same process through connect(), or what
/// a listening socket accepted through serve(). Ends all of them when it goes.
class TokendServer {
 public:
  explicit TokendServer(Tokend& tokend) : tokend_(tokend) {}
  TokendServer(const TokendServer&) = delete;
  TokendServer& operator=(const TokendServer&) = delete;
  ~TokendServer();

  void serve(service::Channel channel);
  /// A connection within this process; for TokendKeyHolder::Connect.
  Result<service::Channel> connect();

 private:
  struct Connection {
    service::Channel channel;
    std::thread thread;
    bool done = false;
  };
  void reap();

  Tokend& tokend_;
  std::mutex mutex_;
  std::list<Connection> connections_;
};

}  // namespace antin::hsm
