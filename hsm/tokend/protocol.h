#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "certs/core/algorithms.h"
#include "certs/core/error.h"
#include "hsm/key_holder.h"
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
constexpr std::uint16_t kPinWanted = 0x4201;  ///< asked back while a kLogin runs

struct SignRequest {
  std::string key_uri;
  SignatureScheme scheme;
  Bytes attributes;
};

service::cbor::Value to_value(const TokenStatus& token);
service::cbor::Value to_value(const KeyHolder::Listing& listing);
service::cbor::Value to_value(const KeyQuery& query);
service::cbor::Value to_value(const TokenKey& key);
service::cbor::Value to_value(const std::vector<TokenKey>& keys);
service::cbor::Value to_value(const SignRequest& request);

Result<TokenStatus> token_from(const service::cbor::Value& value);
Result<KeyHolder::Listing> listing_from(const service::cbor::Value& value);
Result<KeyQuery> query_from(const service::cbor::Value& value);
Result<std::vector<TokenKey>> keys_from(const service::cbor::Value& value);
Result<SignRequest> sign_request_from(const service::cbor::Value& value);

/// A PIN travels in a memfd of its own, never in a body: no buffer on the way keeps a copy.
Result<service::Descriptor> pin_to_descriptor(const Secret& pin);
/// Reads it and overwrites the memfd. Fails with kIpcMalformed beyond 255 octets.
Result<Secret> pin_from_descriptor(const service::Descriptor& descriptor);

}  // namespace antin::hsm::tokend
