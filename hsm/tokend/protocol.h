#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "certs/core/algorithms.h"
#include "certs/core/error.h"
#include "hsm/key_holder.h"
#include "hsm/tokend/journal.h"
#include "service/ipc/cbor.h"
#include "service/ipc/channel.h"

/// Types and bodies of the messages in docs/PROTOCOL.tokend.md. Decoders are strict and fail with
/// kIpcMalformed.
namespace antin::hsm::tokend {

constexpr std::uint16_t kVersion = 1;
constexpr std::uint16_t kListTokens = 0x0201;
constexpr std::uint16_t kListKeys = 0x0202;
constexpr std::uint16_t kLogin = 0x0203;
constexpr std::uint16_t kSign = 0x0204;
constexpr std::uint16_t kSignCheckpoint = 0x0205;
constexpr std::uint16_t kJournal = 0x0206;
constexpr std::uint16_t kCheckpointKey = 0x0207;
constexpr std::uint16_t kStatus = 0x0208;
constexpr std::uint16_t kUnlock = 0x0209;
constexpr std::uint16_t kPinWanted = 0x4201;  ///< asked back while a kLogin runs

/// In whose name a document is signed.
enum class Role : std::uint8_t { kPerson, kAgency };
std::string_view name(Role role) noexcept;

struct SignRequest {
  std::string key_uri;
  SignatureScheme scheme;
  Bytes attributes;
  Role role = Role::kAgency;
};
struct CheckpointRequest {
  std::string key_uri;
  std::string note;
};
struct CheckpointReply {
  Bytes signature;   ///< 64 octets
  Bytes public_key;  ///< 32 octets
};
/// At most this many entries of the journal in one reply.
constexpr std::size_t kMaxPage = 1000;
struct JournalRequest {
  std::uint64_t after = 0;
  std::size_t most = kMaxPage;
};

service::cbor::Value to_value(const TokenStatus& token);
service::cbor::Value to_value(const KeyHolder::Listing& listing);
service::cbor::Value to_value(const KeyQuery& query);
service::cbor::Value to_value(const TokenKey& key);
service::cbor::Value to_value(const std::vector<TokenKey>& keys);
service::cbor::Value to_value(const SignRequest& request);
service::cbor::Value to_value(const CheckpointRequest& request);
service::cbor::Value to_value(const CheckpointReply& reply);
service::cbor::Value to_value(const JournalRequest& request);
service::cbor::Value to_value(const JournalPage& page);

Result<TokenStatus> token_from(const service::cbor::Value& value);
Result<KeyHolder::Listing> listing_from(const service::cbor::Value& value);
Result<KeyQuery> query_from(const service::cbor::Value& value);
Result<std::vector<TokenKey>> keys_from(const service::cbor::Value& value);
Result<SignRequest> sign_request_from(const service::cbor::Value& value);
Result<CheckpointRequest> checkpoint_request_from(const service::cbor::Value& value);
Result<CheckpointReply> checkpoint_reply_from(const service::cbor::Value& value);
Result<JournalRequest> journal_request_from(const service::cbor::Value& value);
Result<JournalPage> journal_page_from(const service::cbor::Value& value);

/// A PIN travels in a memfd of its own, never in a body: no buffer on the way keeps a copy.
Result<service::Descriptor> pin_to_descriptor(const Secret& pin);
/// Reads it and overwrites the memfd. Fails with kIpcMalformed beyond 255 octets.
Result<Secret> pin_from_descriptor(const service::Descriptor& descriptor);

}  // namespace antin::hsm::tokend
