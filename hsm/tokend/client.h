#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hsm/checkpoint.h"
#include "hsm/key_holder.h"
#include "hsm/tokend/journal.h"
#include "hsm/tokend/protocol.h"
#include "service/ipc/channel.h"

namespace antin::hsm {

/// A key holder that is a tokend at the other end of a connection. Thread-safe: each call under way
/// has a connection of its own, idle ones are kept.
///
/// Beside what the key holder behind it answers: kTokendUnreachable when no connection comes about
/// or it ends, kTokendProtocol when the peer does not speak docs/PROTOCOL.tokend.md.
class TokendKeyHolder final : public KeyHolder, public CheckpointSigner {
 public:
  using Connect = std::function<Result<service::Channel>()>;
  struct Timeouts {
    std::chrono::milliseconds call;   ///< listing and signing: as long as a token may take
    std::chrono::milliseconds login;  ///< a person types meanwhile
  };
  /// `connect` may be called by several threads at once. `role`: in whose name sign() signs.
  TokendKeyHolder(Connect connect, Timeouts timeouts, tokend::Role role = tokend::Role::kAgency)
      : connect_(std::move(connect)), timeouts_(timeouts), role_(role) {}

  Result<Listing> tokens() override;
  Result<std::vector<TokenKey>> keys(const KeyQuery& query) override;
  Status login(const TokenStatus& token, PinSource& pins) override;
  Result<SignatureValue> sign(const std::string& key_uri, SignatureScheme scheme,
                              const ToBeSigned& attributes) override;

  /// `note`: the text of a checkpoint, its last newline included (hsm/checkpoint.h). tokend
  /// remembers the largest it signed for each key and origin. Fails with
  /// kTokendCheckpointMalformed, kTokendCheckpointRollback, kTokendPurposeRefused, and as sign().
  Result<Bytes> sign_checkpoint(const std::string& key_uri, std::string_view note) override;
  Result<Bytes> checkpoint_key(const std::string& key_uri) override;
  /// Up to `most` entries of tokend's journal after the number `after`, for reconciliation. An
  /// entry whose signature no client got exists where tokend or its client ended in between.
  Result<JournalPage> journal(std::uint64_t after, std::size_t most);

  /// How tokend stands: docs/PROTOCOL.tokend.md, status.
  Result<service::cbor::Value> status();
  /// Entrusts a PIN; operators only. Fails as KeyHolder::login(), and with kTokendOperatorOnly,
  /// kTokendTokenUnknown.
  Status unlock(const std::string& token_uri, const Secret& pin);

 private:
  enum class Retry : std::uint8_t { kOnStaleConnection, kNever };
  Result<service::Message> ask(std::uint16_t type, service::cbor::Value body,
                               std::chrono::milliseconds timeout, Retry retry,
                               const std::vector<service::Route>& callbacks = {});
  Result<service::Message> send(service::Message& request, std::chrono::milliseconds timeout,
                                Retry retry, const std::vector<service::Route>& callbacks);

  Connect connect_;
  const Timeouts timeouts_;
  const tokend::Role role_;
  std::mutex mutex_;
  std::vector<service::Channel> idle_;
};

/// Connects to the unix socket at `path`. Fails with kTokendUnreachable.
Result<service::Channel> connect_to_tokend(const std::string& path);

}  // namespace antin::hsm
