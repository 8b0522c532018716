#include "hsm/tokend/server.h"

#include <sys/socket.h>
#include <utility>

namespace antin::hsm {
namespace {

constexpr std::chrono::milliseconds kToAsk{1'000};
constexpr std::size_t kMaxRefused = std::size_t{64} << 10U;

}  // namespace

ConnectionThreads::~ConnectionThreads() {
  {
    const std::lock_guard lock{mutex_};
    for (const auto& one : connections_) ::shutdown(one.channel.fd(), SHUT_RDWR);
  }
  for (auto& one : connections_) one.thread.join();
}

void ConnectionThreads::reap() {
  for (auto one = connections_.begin(); one != connections_.end();) {
    if (!one->done) {
      ++one;
      continue;
    }
    one->thread.join();
    one = connections_.erase(one);
  }
}

bool ConnectionThreads::run(service::Channel& channel, Work work) {
  const std::lock_guard lock{mutex_};
  reap();
  if (connections_.size() >= most_) return false;
  auto& one = connections_.emplace_back();
  one.channel = std::move(channel);
  one.thread = std::thread{[this, &one, work = std::move(work)] {
    work(one.channel);
    const std::lock_guard done{mutex_};
    one.channel.close();
    one.done = true;
  }};
  return true;
}

bool TokendServer::serve(service::Channel& channel) {
  // How a connection ended is its client's business; the next one starts fresh.
  return threads_.run(channel, [this](service::Channel& served) {
    static_cast<void>(tokend_.serve(served, peer_));
  });
}

Result<service::Channel> TokendServer::connect() {
  ANTIN_TRY(auto ends, service::Channel::pair());
  if (!serve(ends.first)) return make_error(Code::kTokendUnreachable, "too many connections");
  return std::move(ends.second);
}

void turn_away(service::Channel& channel, const Error& why) {
  channel.limit_messages(kMaxRefused);
  const auto until = service::after(kToAsk);
  const auto asked = channel.receive(until);
  if (!asked) return;
  service::Message message;
  message.type = service::kErrorReply;
  message.version = asked.value().version;
  message.body = service::error_to_value(why);
  static_cast<void>(channel.send(message, until));
}

}  // namespace antin::hsm
