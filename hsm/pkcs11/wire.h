#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "hsm/key_holder.h"

/// What antin and its child process antin-pkcs11 say to each other: docs/PROTOCOL.pkcs11.md.
namespace antin::hsm::wire {

constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kHeaderOctets = 12;
constexpr std::size_t kMaxRequestOctets = std::size_t{32} << 10U;  ///< body
constexpr std::size_t kMaxAnswerOctets = std::size_t{8} << 20U;    ///< body
constexpr std::size_t kMaxTextOctets = 4096;
constexpr std::size_t kMaxAttributesOctets = std::size_t{16} << 10U;
constexpr std::size_t kMaxCertificateOctets = std::size_t{64} << 10U;
constexpr std::size_t kMaxTokens = 256;
constexpr std::size_t kMaxObjects = 1024;  ///< keys or certificates of one token
constexpr std::size_t kMaxSchemes = 16;
/// Request::pin_octets of a login that the person does on the device itself.
constexpr std::uint16_t kPinPad = 0xFFFF;

enum class Type : std::uint16_t {
  kListTokens = 1,
  kListKeys = 2,
  kTokenState = 3,
  kLogin = 4,
  kSign = 5,
  kChangePin = 6,
  kSignCheckpoint = 7,
  kCheckpointKey = 8,
  kTokens = 0x8001,
  kKeys = 0x8002,
  kState = 0x8003,
  kDone = 0x8004,
  kSignature = 0x8005,
  kPinWanted = 0x8006,
  kFailure = 0x8007,
  kReady = 0x8008,
};

/// Request and answer carry the same id: an answer to anything else is a broken child.
struct Header {
  std::uint32_t body_octets;
  std::uint16_t type;
  std::uint16_t version;
  std::uint32_t id;
};
/// The first kHeaderOctets of `octets`, which must be there; judges nothing.
Header read_header(ByteView octets) noexcept;

/// What the failure of a call calls for beyond a fresh session, which the child tries itself.
enum class Cure : std::uint8_t { kNone = 0, kNewChild = 1 };

struct Failure {
  Code code = Code::kTokenFailed;
  Cure cure = Cure::kNone;
  std::uint64_t ckr = 0;  ///< CK_RV; 0 when no call failed
  std::string detail{};
  Params params{};
};

/// `uri` selects the token or key, in canonical form. A PIN is announced by its length and sent
/// behind kPinWanted, straight from one locked page into another.
struct Request {
  Type type = Type::kListTokens;
  std::string uri;
  std::uint16_t pin_octets = 0;
  std::uint16_t new_pin_octets = 0;  ///< kChangePin only: the new PIN follows the old one
  SignatureScheme scheme{SignatureAlgorithm::kRsaPkcs1, DigestAlgorithm::kSha256};  ///< kSign only
  Bytes attributes;  ///< kSign; the text of a checkpoint for kSignCheckpoint
};

struct Certificate {
  std::string label;
  Bytes id;
  Bytes der;
};

struct Key {
  std::string label;
  Bytes id;
  bool always_authenticate = false;
  std::vector<SignatureScheme> schemes;
  std::vector<std::uint16_t> certificates;  ///< those with this key's public key, best first
};

struct TokenObjects {
  TokenStatus token;
  bool logged_in = false;
  std::vector<Certificate> certificates;
  std::vector<Key> keys;
};

struct State {
  TokenStatus token;
  bool logged_in = false;
};

Bytes encode(const Request& request, std::uint32_t id);
Bytes encode_tokens(const std::vector<TokenStatus>& tokens, std::uint32_t id);
Bytes encode_keys(const std::vector<TokenObjects>& tokens, std::uint32_t id);
Bytes encode_state(const State& state, std::uint32_t id);
Bytes encode_signature(ByteView signature, std::uint32_t id);
Bytes encode_failure(const Failure& failure, std::uint32_t id);
Bytes encode_empty(Type type, std::uint32_t id);

// Bodies, header removed. Strict: every octet accounted for, every limit kept. All fail with
// kTokenFailed.
Result<Request> decode_request(Type type, ByteView body);
Result<std::vector<TokenStatus>> decode_tokens(ByteView body);
Result<std::vector<TokenObjects>> decode_keys(ByteView body);
Result<State> decode_state(ByteView body);
Result<Bytes> decode_signature(ByteView body);
Result<Failure> decode_failure(ByteView body);

}  // namespace antin::hsm::wire
