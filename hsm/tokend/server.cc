#include "hsm/tokend/server.h"

#include <sys/socket.h>
#include <utility>

namespace antin::hsm {

TokendServer::~TokendServer() {
  {
    const std::lock_guard lock{mutex_};
    for (const auto& one : connections_) ::shutdown(one.channel.fd(), SHUT_RDWR);
  }
  for (auto& one : connections_) one.thread.join();
}

void TokendServer::reap() {
  for (auto one = connections_.begin(); one != connections_.end();) {
    if (!one->done) {
      ++one;
      continue;
    }
    one->thread.join();
    one = connections_.erase(one);
  }
}

void TokendServer::serve(service::Channel channel) {
  const std::lock_guard lock{mutex_};
  reap();
  auto& one = connections_.emplace_back();
  one.channel = std::move(channel);
  one.thread = std::thread{[this, &one] {
    // How a connection ended is its client's business; the next one starts fresh.
    static_cast<void>(tokend_.serve(one.channel));
    const std::lock_guard done{mutex_};
    one.channel.close();
    one.done = true;
  }};
}

Result<service::Channel> TokendServer::connect() {
  ANTIN_TRY(auto ends, service::Channel::pair());
  serve(std::move(ends.first));
  return std::move(ends.second);
}

}  // namespace antin::hsm
