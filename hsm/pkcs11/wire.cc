#include "hsm/pkcs11/wire.h"

#include <algorithm>
#include <utility>

namespace antin::hsm::wire {
namespace {

class Writer {
 public:
  Writer(Type type, std::uint32_t id) {
    octets_.reserve(512);
    u32(0);  // body length, known at the end
    u16(static_cast<std::uint16_t>(type));
    u16(kVersion);
    u32(id);
  }
  void u8(std::uint8_t value) { octets_.push_back(value); }
  void u16(std::uint16_t value) { little_endian(value, 2); }
  void u32(std::uint32_t value) { little_endian(value, 4); }
  void u64(std::uint64_t value) { little_endian(value, 8); }
  void bytes(ByteView value) {
    u32(static_cast<std::uint32_t>(value.size()));
    octets_.insert(octets_.end(), value.begin(), value.end());
  }
  void text(std::string_view value) { bytes(as_bytes(value.substr(0, kMaxTextOctets))); }
  Bytes finish() && {
    const auto body = octets_.size() - kHeaderOctets;
    for (std::size_t i = 0; i < 4; ++i) octets_[i] = static_cast<std::uint8_t>(body >> (8 * i));
    return std::move(octets_);
  }

 private:
  void little_endian(std::uint64_t value, unsigned octets) {
    for (unsigned i = 0; i < octets; ++i)
      octets_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  Bytes octets_;
};

std::uint64_t little_endian(ByteView octets) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = octets.size(); i > 0; --i) value = (value << 8U) | octets[i - 1];
  return value;
}

// After the first short or over-long field everything reads as zero and finish() fails.
class Reader {
 public:
  explicit Reader(ByteView rest) : rest_(rest) {}
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  bool flag() {
    const auto value = u8();
    if (value > 1) sound_ = false;
    return value == 1;
  }
  Bytes bytes(std::size_t most) { return to_bytes(view(most)); }
  std::string text() { return std::string{as_text(view(kMaxTextOctets))}; }
  /// A count of items that take at least one octet each.
  std::size_t count(std::size_t most) {
    const std::size_t value = u32();
    if (value > most || value > rest_.size()) sound_ = false;
    return sound_ ? value : 0;
  }
  void reject() { sound_ = false; }
  bool sound() const noexcept { return sound_; }
  Status finish() const {
    if (sound_ && rest_.empty()) return Done{};
    return make_error(Code::kTokenFailed, "message breaks docs/PROTOCOL.pkcs11.md",
                      {{"reason", "PROTOCOL"}});
  }

 private:
  ByteView take(std::size_t octets) {
    if (!sound_ || rest_.size() < octets) {
      sound_ = false;
      return {};
    }
    const auto taken = rest_.first(octets);
    rest_ = rest_.subspan(octets);
    return taken;
  }
  std::uint64_t number(std::size_t octets) { return little_endian(take(octets)); }
  ByteView view(std::size_t most) {
    const std::size_t octets = u32();
    if (octets > most) sound_ = false;
    return take(octets);
  }
  ByteView rest_;
  bool sound_ = true;
};

constexpr std::uint8_t bit(bool set, unsigned position) noexcept {
  return static_cast<std::uint8_t>(set ? 1U << position : 0U);
}

void put(Writer& out, const TokenStatus& token) {
  out.text(token.label);
  out.text(token.serial);
  out.text(token.manufacturer);
  out.text(token.model);
  out.u64(token.slot);
  out.u8(static_cast<std::uint8_t>(bit(token.initialized, 0) | bit(token.login_required, 1) |
                                   bit(token.pin_pad, 2) | bit(token.pin_count_low, 3) |
                                   bit(token.pin_final_try, 4) | bit(token.pin_locked, 5)));
}

TokenStatus get_token(Reader& in) {
  TokenStatus token;
  token.label = in.text();
  token.serial = in.text();
  token.manufacturer = in.text();
  token.model = in.text();
  token.slot = in.u64();
  const unsigned flags = in.u8();
  if (flags >= 64) in.reject();
  token.initialized = (flags & 1U) != 0;
  token.login_required = (flags & 2U) != 0;
  token.pin_pad = (flags & 4U) != 0;
  token.pin_count_low = (flags & 8U) != 0;
  token.pin_final_try = (flags & 16U) != 0;
  token.pin_locked = (flags & 32U) != 0;
  return token;
}

void put(Writer& out, SignatureScheme scheme) {
  out.u8(static_cast<std::uint8_t>(scheme.algorithm));
  out.u8(static_cast<std::uint8_t>(scheme.digest));
}

SignatureScheme get_scheme(Reader& in) {
  const auto algorithm = in.u8();
  const auto digest = in.u8();
  if (algorithm > static_cast<std::uint8_t>(SignatureAlgorithm::kEcdsa) ||
      digest > static_cast<std::uint8_t>(DigestAlgorithm::kSha3_512)) {
    in.reject();
    return {SignatureAlgorithm::kRsaPkcs1, DigestAlgorithm::kSha256};
  }
  return {static_cast<SignatureAlgorithm>(algorithm), static_cast<DigestAlgorithm>(digest)};
}

void put(Writer& out, const Key& key) {
  out.text(key.label);
  out.bytes(key.id);
  out.u8(key.always_authenticate ? 1 : 0);
  out.u32(static_cast<std::uint32_t>(key.schemes.size()));
  for (const auto scheme : key.schemes) put(out, scheme);
  out.u32(static_cast<std::uint32_t>(key.certificates.size()));
  for (const auto index : key.certificates) out.u16(index);
}

Key get_key(Reader& in, std::size_t certificates) {
  Key key;
  key.label = in.text();
  key.id = in.bytes(kMaxTextOctets);
  key.always_authenticate = in.flag();
  for (auto left = in.count(kMaxSchemes); left > 0 && in.sound(); --left)
    key.schemes.push_back(get_scheme(in));
  for (auto left = in.count(kMaxObjects); left > 0 && in.sound(); --left) {
    const auto index = in.u16();
    if (index >= certificates) in.reject();
    key.certificates.push_back(index);
  }
  return key;
}

TokenObjects get_objects(Reader& in) {
  TokenObjects objects;
  objects.token = get_token(in);
  objects.logged_in = in.flag();
  for (auto left = in.count(kMaxObjects); left > 0 && in.sound(); --left) {
    Certificate certificate;
    certificate.label = in.text();
    certificate.id = in.bytes(kMaxTextOctets);
    certificate.der = in.bytes(kMaxCertificateOctets);
    objects.certificates.push_back(std::move(certificate));
  }
  for (auto left = in.count(kMaxObjects); left > 0 && in.sound(); --left)
    objects.keys.push_back(get_key(in, objects.certificates.size()));
  return objects;
}

}  // namespace

Header read_header(ByteView octets) noexcept {
  return {static_cast<std::uint32_t>(little_endian(octets.first(4))),
          static_cast<std::uint16_t>(little_endian(octets.subspan(4, 2))),
          static_cast<std::uint16_t>(little_endian(octets.subspan(6, 2))),
          static_cast<std::uint32_t>(little_endian(octets.subspan(8, 4)))};
}

Bytes encode(const Request& request, std::uint32_t id) {
  Writer out{request.type, id};
  out.text(request.uri);
  out.u16(request.pin_octets);
  if (request.type == Type::kSign) {
    put(out, request.scheme);
    out.bytes(request.attributes);
  }
  if (request.type == Type::kSignCheckpoint) out.bytes(request.attributes);
  if (request.type == Type::kChangePin) out.u16(request.new_pin_octets);
  return std::move(out).finish();
}

Bytes encode_tokens(const std::vector<TokenStatus>& tokens, std::uint32_t id) {
  Writer out{Type::kTokens, id};
  const auto count = std::min(tokens.size(), kMaxTokens);
  out.u32(static_cast<std::uint32_t>(count));
  for (std::size_t i = 0; i < count; ++i) put(out, tokens[i]);
  return std::move(out).finish();
}

Bytes encode_keys(const std::vector<TokenObjects>& tokens, std::uint32_t id) {
  Writer out{Type::kKeys, id};
  out.u32(static_cast<std::uint32_t>(tokens.size()));
  for (const auto& objects : tokens) {
    put(out, objects.token);
    out.u8(objects.logged_in ? 1 : 0);
    out.u32(static_cast<std::uint32_t>(objects.certificates.size()));
    for (const auto& certificate : objects.certificates) {
      out.text(certificate.label);
      out.bytes(certificate.id);
      out.bytes(certificate.der);
    }
    out.u32(static_cast<std::uint32_t>(objects.keys.size()));
    for (const auto& key : objects.keys) put(out, key);
  }
  return std::move(out).finish();
}

Bytes encode_state(const State& state, std::uint32_t id) {
  Writer out{Type::kState, id};
  put(out, state.token);
  out.u8(state.logged_in ? 1 : 0);
  return std::move(out).finish();
}

Bytes encode_signature(ByteView signature, std::uint32_t id) {
  Writer out{Type::kSignature, id};
  out.bytes(signature);
  return std::move(out).finish();
}

Bytes encode_failure(const Failure& failure, std::uint32_t id) {
  Writer out{Type::kFailure, id};
  out.u16(static_cast<std::uint16_t>(failure.code));
  out.u8(static_cast<std::uint8_t>(failure.cure));
  out.u64(failure.ckr);
  out.text(failure.detail);
  out.u32(static_cast<std::uint32_t>(failure.params.size()));
  for (const auto& [name, value] : failure.params) {
    out.text(name);
    out.text(value);
  }
  return std::move(out).finish();
}

Bytes encode_empty(Type type, std::uint32_t id) {
  return Writer{type, id}.finish();
}

Result<Request> decode_request(Type type, ByteView body) {
  Reader in{body};
  Request request;
  request.type = type;
  request.uri = in.text();
  request.pin_octets = in.u16();
  switch (type) {
    case Type::kSign:
      request.scheme = get_scheme(in);
      request.attributes = in.bytes(kMaxAttributesOctets);
      break;
    case Type::kSignCheckpoint:
      request.attributes = in.bytes(kMaxAttributesOctets);
      break;
    case Type::kChangePin:
      request.new_pin_octets = in.u16();
      if (request.pin_octets == 0 ||
          (request.pin_octets == kPinPad) != (request.new_pin_octets == 0))
        in.reject();
      break;
    case Type::kListTokens:
    case Type::kListKeys:
    case Type::kTokenState:
    case Type::kLogin:
    case Type::kCheckpointKey:
      break;
    default:
      in.reject();
  }
  ANTIN_CHECK(in.finish());
  return request;
}

Result<std::vector<TokenStatus>> decode_tokens(ByteView body) {
  Reader in{body};
  std::vector<TokenStatus> tokens;
  for (auto left = in.count(kMaxTokens); left > 0 && in.sound(); --left)
    tokens.push_back(get_token(in));
  ANTIN_CHECK(in.finish());
  return tokens;
}

Result<std::vector<TokenObjects>> decode_keys(ByteView body) {
  Reader in{body};
  std::vector<TokenObjects> tokens;
  for (auto left = in.count(kMaxTokens); left > 0 && in.sound(); --left)
    tokens.push_back(get_objects(in));
  ANTIN_CHECK(in.finish());
  return tokens;
}

Result<State> decode_state(ByteView body) {
  Reader in{body};
  State state;
  state.token = get_token(in);
  state.logged_in = in.flag();
  ANTIN_CHECK(in.finish());
  return state;
}

Result<Bytes> decode_signature(ByteView body) {
  Reader in{body};
  auto signature = in.bytes(kMaxTextOctets);
  ANTIN_CHECK(in.finish());
  return signature;
}

Result<Failure> decode_failure(ByteView body) {
  Reader in{body};
  Failure failure;
  const auto code = in.u16();
  const auto cure = in.u8();
  failure.ckr = in.u64();
  failure.detail = in.text();
  for (auto left = in.count(8); left > 0 && in.sound(); --left) {
    auto name = in.text();
    auto value = in.text();
    failure.params.emplace_back(std::move(name), std::move(value));
  }
  if (cure > 1) in.reject();
  // A child speaks of tokens or of a person who gave up, of nothing else.
  failure.code = static_cast<Code>(code);
  if (info(failure.code).code != failure.code) in.reject();
  if ((code < 300 || code > 399) && failure.code != Code::kCancelled) in.reject();
  failure.cure = static_cast<Cure>(cure);
  ANTIN_CHECK(in.finish());
  return failure;
}

}  // namespace antin::hsm::wire
