#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "hsm/checkpoint.h"
#include "hsm/key_holder.h"
#include "hsm/tokend/checkpoint_memory.h"
#include "hsm/tokend/journal.h"
#include "hsm/tokend/protocol.h"
#include "hsm/tokend/rules.h"
#include "service/ipc/channel.h"

namespace antin::hsm {

/// What a tokend is made of. Everything must outlive it.
struct TokendParts {
  KeyHolder* keys;
  CheckpointSigner* checkpoints;  ///< nullptr: none are signed
  CheckpointMemory* memory;       ///< with `checkpoints`
  SignatureJournal* journal;
  Rules* rules;
  /// Whether a person's PIN for `token` is missing, so that nobody can sign with it.
  std::function<bool(const TokenStatus& token)> pin_missing;
  /// Takes the PIN out of the descriptor. Empty: kTokendOperatorOnly.
  std::function<Status(const std::string& token_uri, const service::Descriptor& pin)> unlock;
  std::function<service::cbor::Value()> status;
};

/// Who is at the other end. A client signs. An operator asks how things stand and brings PINs. A
/// person is a client that logs in to a token for as long as it likes.
enum class Peer : std::uint8_t { kClient, kOperator, kPerson };

/// The key holder as a service: answers the requests of docs/PROTOCOL.tokend.md on any number of
/// connections at once.
///
/// Before a signature is made: its rule allows it, and what is signed is understood completely.
/// Before it is released: the journal has it, and the memory of checkpoints.
class Tokend {
 public:
  explicit Tokend(TokendParts parts) : parts_(std::move(parts)) {}

  /// Serves one connection until the peer closes it (success) or breaks the protocol.
  Status serve(service::Channel& channel, Peer peer);

 private:
  using Reply = Result<service::Message>;
  Reply list_tokens();
  Reply list_keys(const service::Message& request);
  Reply login(service::Channel& channel, const service::Message& request);
  Reply sign(const service::Message& request);
  Reply sign_checkpoint(const service::Message& request);
  Reply checkpoint_key(const service::Message& request);
  Reply journal(const service::Message& request);
  Reply unlock(const service::Message& request);

  Status understood(const tokend::SignRequest& request, JournalEntry& entry);
  Result<Bytes> certificate_sha256(const std::string& key_uri);
  Result<TokenKey> checkpoint_key_of(const std::string& asked);
  Error unlock_wanted(Error error) const;

  const TokendParts parts_;
  std::mutex checkpoint_;  ///< one at a time: what is signed is compared with what was
  std::shared_mutex known_mutex_;
  std::map<std::string, Bytes> known_;  ///< SHA-256 of the certificate of a key, by its URI
};

}  // namespace antin::hsm
