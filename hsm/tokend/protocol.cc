#include "hsm/tokend/protocol.h"

#include <array>
#include <unistd.h>
#include <utility>

namespace antin::hsm::tokend {
namespace {

using service::cbor::Array;
using service::cbor::Map;
using service::cbor::Value;

constexpr std::string_view kEd25519 = "Ed25519";

Error malformed(std::string why) {
  return make_error(Code::kIpcMalformed, std::move(why));
}

template <class Enum>
Result<Enum> enum_at(const Value& map, const char* key, Enum last) {
  ANTIN_TRY(const auto number, service::cbor::integer_at(map, key));
  if (number < 0 || number > static_cast<std::int64_t>(last)) return malformed(key);
  return static_cast<Enum>(number);
}

Value scheme_value(SignatureScheme scheme) {
  return Map{{"algorithm", static_cast<std::int64_t>(scheme.algorithm)},
             {"digest", static_cast<std::int64_t>(scheme.digest)}};
}

Result<SignatureScheme> scheme_from(const Value& value) {
  ANTIN_TRY(const auto algorithm, enum_at(value, "algorithm", SignatureAlgorithm::kEcdsa));
  ANTIN_TRY(const auto digest, enum_at(value, "digest", DigestAlgorithm::kSha3_512));
  return SignatureScheme{algorithm, digest};
}

// Absent members are left out of a map; a present one must have its type.
Status optional_bytes(const Value& map, const char* key, std::optional<Bytes>& into) {
  if (map.find(key) == nullptr) return Done{};
  ANTIN_TRY(into, service::cbor::bytes_at(map, key));
  return Done{};
}
Status optional_text(const Value& map, const char* key, std::optional<std::string>& into) {
  if (map.find(key) == nullptr) return Done{};
  ANTIN_TRY(into, service::cbor::text_at(map, key));
  return Done{};
}

Result<TokenKey> key_from(const Value& value) {
  TokenKey key;
  ANTIN_TRY(key.uri, service::cbor::text_at(value, "uri"));
  ANTIN_TRY(key.label, service::cbor::text_at(value, "label"));
  ANTIN_TRY(key.id, service::cbor::bytes_at(value, "id"));
  ANTIN_TRY(key.always_authenticate, service::cbor::boolean_at(value, "always_authenticate"));
  const auto* const token = value.find("token");
  if (token == nullptr) return malformed("key without token");
  ANTIN_TRY(key.token, token_from(*token));
  std::optional<Bytes> certificate;
  ANTIN_CHECK(optional_bytes(value, "certificate", certificate));
  if (certificate) key.certificate = CertificateDer{*std::move(certificate)};
  ANTIN_TRY(const auto chain, service::cbor::array_at(value, "chain"));
  for (const auto& one : chain) {
    if (one.bytes() == nullptr) return malformed("chain");
    key.chain.emplace_back(*one.bytes());
  }
  ANTIN_TRY(const auto schemes, service::cbor::array_at(value, "schemes"));
  for (const auto& one : schemes) {
    ANTIN_TRY(const auto scheme, scheme_from(one));
    key.schemes.push_back(scheme);
  }
  return key;
}

Result<std::uint64_t> natural_at(const Value& map, const char* key) {
  ANTIN_TRY(const auto number, service::cbor::integer_at(map, key));
  if (number < 0) return malformed(key);
  return static_cast<std::uint64_t>(number);
}

Value record_value(const JournalRecord& record) {
  const auto& entry = record.entry;
  Map map{{"number", static_cast<std::int64_t>(record.number)},
          {"at", static_cast<std::int64_t>(record.at.since_epoch().time_since_epoch().count())},
          {"kind", static_cast<std::int64_t>(entry.kind)},
          {"key", entry.key_uri},
          {"scheme", entry.scheme},
          {"signed_sha256", entry.signed_sha256},
          {"previous", record.previous},
          {"hash", record.hash}};
  if (entry.kind == JournalEntry::Kind::kDocument) {
    map.emplace("role", entry.role);
    map.emplace("message_digest", entry.message_digest);
    map.emplace("certificate_sha256", entry.certificate_sha256);
  } else {
    map.emplace("origin", entry.origin);
    map.emplace("size", static_cast<std::int64_t>(entry.size));
    map.emplace("root", entry.root);
    map.emplace("public_key", entry.public_key);
  }
  return map;
}

Result<JournalRecord> record_from(const Value& value) {
  using service::cbor::bytes_at;
  using service::cbor::text_at;
  JournalRecord record;
  auto& entry = record.entry;
  ANTIN_TRY(record.number, natural_at(value, "number"));
  ANTIN_TRY(const auto at, natural_at(value, "at"));
  record.at = UtcTime{std::chrono::sys_seconds{std::chrono::seconds{at}}};
  ANTIN_TRY(entry.kind, enum_at(value, "kind", JournalEntry::Kind::kCheckpoint));
  ANTIN_TRY(entry.key_uri, text_at(value, "key"));
  ANTIN_TRY(entry.scheme, text_at(value, "scheme"));
  ANTIN_TRY(entry.signed_sha256, bytes_at(value, "signed_sha256"));
  ANTIN_TRY(record.previous, bytes_at(value, "previous"));
  ANTIN_TRY(record.hash, bytes_at(value, "hash"));
  if (entry.kind == JournalEntry::Kind::kDocument) {
    ANTIN_TRY(entry.role, text_at(value, "role"));
    ANTIN_TRY(entry.message_digest, bytes_at(value, "message_digest"));
    ANTIN_TRY(entry.certificate_sha256, bytes_at(value, "certificate_sha256"));
  } else {
    ANTIN_TRY(entry.origin, text_at(value, "origin"));
    ANTIN_TRY(entry.size, natural_at(value, "size"));
    ANTIN_TRY(entry.root, bytes_at(value, "root"));
    ANTIN_TRY(entry.public_key, bytes_at(value, "public_key"));
  }
  return record;
}

}  // namespace

Value to_value(const TokenStatus& token) {
  return Map{{"module", token.module},
             {"label", token.label},
             {"serial", token.serial},
             {"manufacturer", token.manufacturer},
             {"model", token.model},
             {"slot", static_cast<std::int64_t>(token.slot)},
             {"initialized", token.initialized},
             {"login_required", token.login_required},
             {"pin_pad", token.pin_pad},
             {"pin_count_low", token.pin_count_low},
             {"pin_final_try", token.pin_final_try},
             {"pin_locked", token.pin_locked}};
}

Result<TokenStatus> token_from(const Value& value) {
  using service::cbor::boolean_at;
  using service::cbor::text_at;
  TokenStatus token;
  ANTIN_TRY(token.module, text_at(value, "module"));
  ANTIN_TRY(token.label, text_at(value, "label"));
  ANTIN_TRY(token.serial, text_at(value, "serial"));
  ANTIN_TRY(token.manufacturer, text_at(value, "manufacturer"));
  ANTIN_TRY(token.model, text_at(value, "model"));
  ANTIN_TRY(const auto slot, service::cbor::integer_at(value, "slot"));
  token.slot = static_cast<std::uint64_t>(slot);
  ANTIN_TRY(token.initialized, boolean_at(value, "initialized"));
  ANTIN_TRY(token.login_required, boolean_at(value, "login_required"));
  ANTIN_TRY(token.pin_pad, boolean_at(value, "pin_pad"));
  ANTIN_TRY(token.pin_count_low, boolean_at(value, "pin_count_low"));
  ANTIN_TRY(token.pin_final_try, boolean_at(value, "pin_final_try"));
  ANTIN_TRY(token.pin_locked, boolean_at(value, "pin_locked"));
  return token;
}

Value to_value(const KeyHolder::Listing& listing) {
  Array tokens;
  for (const auto& token : listing.tokens) tokens.push_back(to_value(token));
  Array failures;
  for (const auto& failure : listing.failures) failures.push_back(service::error_to_value(failure));
  return Map{{"tokens", std::move(tokens)}, {"failures", std::move(failures)}};
}

Result<KeyHolder::Listing> listing_from(const Value& value) {
  KeyHolder::Listing listing;
  ANTIN_TRY(const auto tokens, service::cbor::array_at(value, "tokens"));
  for (const auto& one : tokens) {
    ANTIN_TRY(auto token, token_from(one));
    listing.tokens.push_back(std::move(token));
  }
  ANTIN_TRY(const auto failures, service::cbor::array_at(value, "failures"));
  for (const auto& one : failures) listing.failures.push_back(service::error_from_value(one));
  return listing;
}

Value to_value(const KeyQuery& query) {
  Map map;
  if (query.uri) map.emplace("uri", *query.uri);
  if (query.certificate_sha256) map.emplace("certificate_sha256", *query.certificate_sha256);
  if (query.id) map.emplace("id", *query.id);
  if (query.label) map.emplace("label", *query.label);
  return map;
}

Result<KeyQuery> query_from(const Value& value) {
  if (value.map() == nullptr) return malformed("query is no map");
  KeyQuery query;
  ANTIN_CHECK(optional_text(value, "uri", query.uri));
  ANTIN_CHECK(optional_bytes(value, "certificate_sha256", query.certificate_sha256));
  ANTIN_CHECK(optional_bytes(value, "id", query.id));
  ANTIN_CHECK(optional_text(value, "label", query.label));
  return query;
}

Value to_value(const TokenKey& key) {
  Array chain;
  for (const auto& one : key.chain) chain.emplace_back(one.value());
  Array schemes;
  for (const auto scheme : key.schemes) schemes.push_back(scheme_value(scheme));
  Map map{{"uri", key.uri},
          {"label", key.label},
          {"id", key.id},
          {"token", to_value(key.token)},
          {"chain", std::move(chain)},
          {"schemes", std::move(schemes)},
          {"always_authenticate", key.always_authenticate}};
  if (key.certificate) map.emplace("certificate", key.certificate->value());
  return map;
}

Value to_value(const std::vector<TokenKey>& keys) {
  Array all;
  for (const auto& key : keys) all.push_back(to_value(key));
  return Map{{"keys", std::move(all)}};
}

Result<std::vector<TokenKey>> keys_from(const Value& value) {
  ANTIN_TRY(const auto all, service::cbor::array_at(value, "keys"));
  std::vector<TokenKey> keys;
  for (const auto& one : all) {
    ANTIN_TRY(auto key, key_from(one));
    keys.push_back(std::move(key));
  }
  return keys;
}

Value to_value(const SignRequest& request) {
  return Map{{"key", request.key_uri},
             {"scheme", scheme_value(request.scheme)},
             {"attributes", request.attributes},
             {"role", static_cast<std::int64_t>(request.role)}};
}

Result<SignRequest> sign_request_from(const Value& value) {
  ANTIN_TRY(auto key, service::cbor::text_at(value, "key"));
  const auto* const scheme_map = value.find("scheme");
  if (scheme_map == nullptr) return malformed("no scheme");
  ANTIN_TRY(const auto scheme, scheme_from(*scheme_map));
  ANTIN_TRY(auto attributes, service::cbor::bytes_at(value, "attributes"));
  ANTIN_TRY(const auto role, enum_at(value, "role", Role::kAgency));
  return SignRequest{std::move(key), scheme, std::move(attributes), role};
}

std::string_view name(Role role) noexcept {
  return role == Role::kPerson ? "person" : "agency";
}

Value to_value(const CheckpointRequest& request) {
  return Map{{"key", request.key_uri}, {"note", request.note}};
}

Result<CheckpointRequest> checkpoint_request_from(const Value& value) {
  CheckpointRequest request;
  ANTIN_TRY(request.key_uri, service::cbor::text_at(value, "key"));
  ANTIN_TRY(request.note, service::cbor::text_at(value, "note"));
  return request;
}

Value to_value(const CheckpointReply& reply) {
  return Map{
      {"signature", reply.signature}, {"public_key", reply.public_key}, {"algorithm", kEd25519}};
}

Result<CheckpointReply> checkpoint_reply_from(const Value& value) {
  CheckpointReply reply;
  ANTIN_TRY(const auto algorithm, service::cbor::text_at(value, "algorithm"));
  ANTIN_TRY(reply.signature, service::cbor::bytes_at(value, "signature"));
  ANTIN_TRY(reply.public_key, service::cbor::bytes_at(value, "public_key"));
  const bool good = algorithm == kEd25519 && reply.public_key.size() == 32 &&
                    (reply.signature.empty() || reply.signature.size() == 64);
  if (!good) return malformed("not a signature of Ed25519");
  return reply;
}

Value to_value(const JournalRequest& request) {
  return Map{{"after", static_cast<std::int64_t>(request.after)},
             {"most", static_cast<std::int64_t>(request.most)}};
}

Result<JournalRequest> journal_request_from(const Value& value) {
  ANTIN_TRY(const auto after, natural_at(value, "after"));
  ANTIN_TRY(const auto most, natural_at(value, "most"));
  return JournalRequest{after, static_cast<std::size_t>(most)};
}

Value to_value(const JournalPage& page) {
  Array entries;
  entries.reserve(page.records.size());
  for (const auto& record : page.records) entries.push_back(record_value(record));
  return Map{{"entries", std::move(entries)}, {"last", static_cast<std::int64_t>(page.last)}};
}

Result<JournalPage> journal_page_from(const Value& value) {
  JournalPage page;
  ANTIN_TRY(page.last, natural_at(value, "last"));
  ANTIN_TRY(const auto entries, service::cbor::array_at(value, "entries"));
  page.records.reserve(entries.size());
  for (const auto& one : entries) {
    ANTIN_TRY(auto record, record_from(one));
    page.records.push_back(std::move(record));
  }
  return page;
}

Result<service::Descriptor> pin_to_descriptor(const Secret& pin) {
  ANTIN_TRY(auto memory, service::new_memfd("antin-pin"));
  const auto octets = pin.reveal();
  if (::write(memory.get(), octets.data(), octets.size()) != static_cast<ssize_t>(octets.size()))
    return make_error(Code::kIpcFailed, "write a memfd");
  return memory;
}

Result<Secret> pin_from_descriptor(const service::Descriptor& descriptor) {
  constexpr std::size_t kMost = 255;
  Bytes octets(kMost + 1);
  const auto count = ::pread(descriptor.get(), octets.data(), octets.size(), 0);
  const auto size = count < 0 ? 0 : static_cast<std::size_t>(count);
  octets.resize(size);
  Secret pin{std::move(octets)};  // wipes it on every way out
  constexpr std::array<std::uint8_t, kMost + 1> kZeros{};
  if (size == 0 || size > kMost || ::pwrite(descriptor.get(), kZeros.data(), size, 0) != count)
    return malformed("PIN descriptor");
  return pin;
}

}  // namespace antin::hsm::tokend
