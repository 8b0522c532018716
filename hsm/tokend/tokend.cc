#include "hsm/tokend/tokend.h"

#include <algorithm>
#include <utility>

#include "certs/ossl/digest.h"
#include "hsm/signed_attributes.h"

namespace antin::hsm {
namespace {

using service::Message;
namespace cbor = service::cbor;

// How long a client may take to read a reply, and to answer kPinWanted: a person types there.
constexpr std::chrono::seconds kReplyWithin{10};
constexpr std::chrono::minutes kPersonWithin{3};
constexpr std::size_t kMaxKnown = 1024;

std::size_t octets_of(DigestAlgorithm digest) noexcept {
  switch (digest) {
    case DigestAlgorithm::kSha256:
      return 32;
    case DigestAlgorithm::kSha384:
      return 48;
    case DigestAlgorithm::kSha512:
      return 64;
    default:
      return 0;
  }
}

Error refused(std::string why) {
  return make_error(Code::kTokenAttributesRefused, std::move(why));
}

Message reply(cbor::Value body) {
  Message message;
  message.body = std::move(body);
  return message;
}

// Asks the client for the PIN, over the connection on which the login came.
class RemotePin final : public PinSource {
 public:
  explicit RemotePin(service::Channel& channel) : channel_(channel) {}
  Result<Secret> pin(const TokenStatus& status, Why why) override {
    Message question;
    question.type = tokend::kPinWanted;
    question.version = tokend::kVersion;
    question.body = cbor::Map{{"token", tokend::to_value(status)},
                              {"for_signature", why == Why::kForSignature}};
    ANTIN_TRY(const auto answer, service::call(channel_, question, service::after(kPersonWithin)));
    if (answer.descriptors.size() != 1)
      return make_error(Code::kIpcMalformed, "answer without a PIN descriptor");
    return tokend::pin_from_descriptor(answer.descriptors.front());
  }

 private:
  service::Channel& channel_;
};

}  // namespace

Result<std::unique_ptr<Tokend>> Tokend::create(KeyHolder& keys, SignatureJournal& journal,
                                               const TokendPolicy& policy) {
  auto made = std::make_unique<Tokend>(Passkey{}, keys, journal, policy.login);
  for (const auto& pattern : policy.signing_keys) {
    ANTIN_TRY(auto uri, Pkcs11Uri::parse(pattern));
    made->patterns_.push_back(std::move(uri));
  }
  return made;
}

bool Tokend::allowed(const Pkcs11Uri& key) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&key](const Pkcs11Uri& pattern) { return covers(pattern, key); });
}

Status Tokend::serve(service::Channel& channel) {
  const std::vector<service::Route> routes = {
      {tokend::kListTokens, tokend::kVersion, [this](Message&) { return list_tokens(); }},
      {tokend::kListKeys, tokend::kVersion,
       [this](Message& request) { return list_keys(request); }},
      {tokend::kLogin, tokend::kVersion,
       [this, &channel](Message& request) { return login(channel, request); }},
      {tokend::kSign, tokend::kVersion, [this](Message& request) { return sign(request); }},
      {tokend::kJournal, tokend::kVersion, [this](Message& request) { return journal(request); }},
  };
  return service::serve(channel, routes, kReplyWithin);
}

Tokend::Reply Tokend::list_tokens() {
  ANTIN_TRY(const auto listing, keys_.tokens());
  return reply(tokend::to_value(listing));
}

Tokend::Reply Tokend::list_keys(const Message& request) {
  ANTIN_TRY(const auto query, tokend::query_from(request.body));
  ANTIN_TRY(auto keys, keys_.keys(query));
  std::erase_if(keys, [this](const TokenKey& key) {
    const auto uri = Pkcs11Uri::parse(key.uri);
    return !uri || !allowed(uri.value());
  });
  return reply(tokend::to_value(keys));
}

Tokend::Reply Tokend::journal(const Message& request) {
  ANTIN_TRY(const auto asked, tokend::journal_request_from(request.body));
  ANTIN_TRY(const auto page, journal_.page(asked.after, std::min(asked.most, tokend::kMaxPage)));
  return reply(tokend::to_value(page));
}

Tokend::Reply Tokend::login(service::Channel& channel, const Message& request) {
  if (login_ != TokendPolicy::Login::kAllowed)
    return make_error(Code::kTokendKeyRefused, "this client may not log in");
  ANTIN_TRY(const auto token, tokend::token_from(request.body));
  RemotePin pins{channel};
  ANTIN_CHECK(keys_.login(token, pins));
  return reply(cbor::Map{});
}

Result<Bytes> Tokend::certificate_sha256(const std::string& key_uri) {
  {
    const std::shared_lock lock{known_mutex_};
    if (const auto known = known_.find(key_uri); known != known_.end()) return known->second;
  }
  KeyQuery query;
  query.uri = key_uri;
  ANTIN_TRY(const auto key, find_one(keys_, query));
  // A URI that a person wrote may come to mean another key; the canonical one cannot.
  if (key.uri != key_uri)
    return make_error(Code::kTokenUriInvalid, "not the URI that list_keys gave");
  // Empty: the certificate is elsewhere, and the client says which it is.
  auto hash = key.certificate ? ossl::sha256(key.certificate->value()) : Bytes{};
  const std::unique_lock lock{known_mutex_};
  if (known_.size() >= kMaxKnown) known_.clear();
  known_.insert_or_assign(key_uri, hash);
  return hash;
}

Tokend::Reply Tokend::sign(const Message& message) {
  ANTIN_TRY(auto request, tokend::sign_request_from(message.body));
  ANTIN_TRY(const auto uri, Pkcs11Uri::parse(request.key_uri));
  if (!allowed(uri)) return make_error(Code::kTokendKeyRefused, "no pattern covers the key");

  ANTIN_TRY(const auto attributes, parse_signed_attributes(request.attributes));
  if (!attributes.others.empty()) return refused("an attribute that tokend does not know");
  if (attributes.message_digest.size() != octets_of(request.scheme.digest))
    return refused("message-digest of another digest than the scheme's");
  if (!attributes.certificate_hash) return refused("no signing-certificate-v2");
  ANTIN_TRY(const auto certificate, certificate_sha256(request.key_uri));
  if (!certificate.empty() && certificate != *attributes.certificate_hash)
    return refused("signing-certificate-v2 names another certificate than the key's");

  const auto attributes_sha256 = ossl::sha256(request.attributes);
  auto signature =
      keys_.sign(request.key_uri, request.scheme, ToBeSigned{std::move(request.attributes)});
  if (!signature) {
    // Keys and certificates may have been exchanged: look again next time.
    const std::unique_lock lock{known_mutex_};
    known_.erase(request.key_uri);
    return std::move(signature).error();
  }
  JournalEntry entry;
  entry.key_uri = request.key_uri;
  entry.scheme =
      std::string{name(request.scheme.algorithm)} + " " + std::string{name(request.scheme.digest)};
  entry.signed_sha256 = attributes_sha256;
  entry.role = tokend::name(request.role);
  entry.message_digest = attributes.message_digest;
  entry.certificate_sha256 = *attributes.certificate_hash;
  ANTIN_CHECK(journal_.record(entry));
  return reply(cbor::Map{{"signature", signature.value().value()}});
}

}  // namespace antin::hsm
