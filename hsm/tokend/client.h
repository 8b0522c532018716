#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "hsm/key_holder.h"
#include "hsm/tokend/tokend.h"
#include "service/ipc/channel.h"

namespace antin::hsm {

/// A key holder that is a tokend at the other end of a connection. Thread-safe: each call under way
/// has a connection of its own, idle ones are kept.
///
/// Beside what the key holder behind it answers: kTokendUnreachable when no connection comes about
/// or it ends, kTokendProtocol when the peer does not speak docs/PROTOCOL.tokend.md.
class TokendKeyHolder final : public KeyHolder {
 public:
  using Connect = std::function<Result<service::Channel>()>;
  struct Timeouts {
    std::chrono::milliseconds call;   ///< listing and signing: as long as a token may take
    std::chrono::milliseconds login;  ///< a person types meanwhile
  };
  /// `connect` may be called by several threads at once.
  TokendKeyHolder(Connect connect, Timeouts timeouts)
      : connect_(std::move(connect)), timeouts_(timeouts) {}

  Result<Listing> tokens() override;
  Result<std::vector<TokenKey>> keys(const KeyQuery& query) override;
  Status login(const TokenStatus& token, PinSource& pins) override;
  Result<SignatureValue> sign(const std::string& key_uri, SignatureScheme scheme,
                              const ToBeSigned& attributes) override;

 private:
  enum class Retry : std::uint8_t { kOnStaleConnection, kNever };
  Result<service::Message> ask(std::uint16_t type, service::cbor::Value body,
                               std::chrono::milliseconds timeout, Retry retry,
                               const std::vector<service::Route>& callbacks = {});

  Connect connect_;
  const Timeouts timeouts_;
  std::mutex mutex_;
  std::vector<service::Channel> idle_;
};

/// Connects to the unix socket at `path`. Fails with kTokendUnreachable.
Result<service::Channel> connect_to_tokend(const std::string& path);

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
