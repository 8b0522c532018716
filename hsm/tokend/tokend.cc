#include "hsm/tokend/tokend.h"

#include <algorithm>
#include <utility>

#include "certs/ossl/digest.h"
#include "hsm/pkcs11_uri.h"
#include "hsm/signed_attributes.h"

namespace antin::hsm {
namespace {

using service::Message;
namespace cbor = service::cbor;

// How long a request may take to arrive once it has begun, a client to read a reply, and a person
// to answer kPinWanted.
constexpr std::chrono::seconds kRequestWithin{10};
constexpr std::chrono::seconds kReplyWithin{10};
constexpr std::chrono::minutes kPersonWithin{3};
constexpr std::size_t kMaxRequestOctets = std::size_t{64} << 10U;
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

KeyQuery by_uri(const std::string& uri) {
  KeyQuery query;
  query.uri = uri;
  return query;
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

// An allowance that was taken, given back unless something was signed for it.
class Allowance {
 public:
  static Result<Allowance> take(Rules& rules, std::size_t rule) {
    ANTIN_CHECK(rules.take(rule));
    return Allowance{rules, rule};
  }
  Allowance(Allowance&& other) noexcept
      : rules_(std::exchange(other.rules_, nullptr)), rule_(other.rule_) {}
  Allowance& operator=(Allowance&&) = delete;
  Allowance(const Allowance&) = delete;
  Allowance& operator=(const Allowance&) = delete;
  ~Allowance() {
    if (rules_ != nullptr) rules_->give_back(rule_);
  }
  void use_up() noexcept { rules_ = nullptr; }

 private:
  Allowance(Rules& rules, std::size_t rule) : rules_(&rules), rule_(rule) {}
  Rules* rules_;
  std::size_t rule_;
};

}  // namespace

Status Tokend::serve(service::Channel& channel, Peer peer) {
  const auto on = [](std::uint16_t type, service::Handler handler) {
    return service::Route{type, tokend::kVersion, std::move(handler)};
  };
  std::vector<service::Route> routes = {
      on(tokend::kListTokens, [this](Message&) { return list_tokens(); }),
      on(tokend::kListKeys, [this](Message& request) { return list_keys(request); }),
      on(tokend::kLogin,
         [this, &channel, peer](Message& request) -> Reply {
           if (peer != Peer::kPerson) return make_error(Code::kTokendOperatorOnly, "login");
           return login(channel, request);
         }),
      on(tokend::kSign, [this](Message& request) { return sign(request); }),
      on(tokend::kSignCheckpoint, [this](Message& request) { return sign_checkpoint(request); }),
      on(tokend::kJournal, [this](Message& request) { return journal(request); }),
      on(tokend::kCheckpointKey, [this](Message& request) { return checkpoint_key(request); }),
      on(tokend::kStatus,
         [this](Message&) -> Reply {
           return reply(parts_.status ? parts_.status() : cbor::Value{cbor::Map{}});
         }),
      on(tokend::kUnlock,
         [this, peer](Message& request) -> Reply {
           if (peer != Peer::kOperator) return make_error(Code::kTokendOperatorOnly, "unlock");
           return unlock(request);
         }),
  };
  channel.limit_messages(kMaxRequestOctets);
  return service::serve(channel, routes, kReplyWithin, kRequestWithin);
}

// A key that a token hides until somebody logs in, and nobody can: that is what to say.
Error Tokend::unlock_wanted(Error error) const {
  if (error.code != Code::kTokenLoginRequired && error.code != Code::kTokenPinIncorrect)
    return error;
  std::string token;
  for (const auto& [name, value] : error.params) {
    if (name == "token") token = value;
  }
  auto wanted = make_error(Code::kTokendUnlockNeeded, "no PIN to log in with", {{"token", token}});
  wanted.cause = std::make_shared<const Error>(std::move(error));
  return wanted;
}

Tokend::Reply Tokend::list_tokens() {
  ANTIN_TRY(const auto listing, parts_.keys->tokens());
  return reply(tokend::to_value(listing));
}

Tokend::Reply Tokend::list_keys(const Message& request) {
  ANTIN_TRY(const auto query, tokend::query_from(request.body));
  auto found = parts_.keys->keys(query);
  if (!found) return unlock_wanted(std::move(found).error());
  auto keys = std::move(found).value();
  std::erase_if(
      keys, [this](const TokenKey& key) { return !parts_.rules->covering(key.uri).has_value(); });
  // What the rule does not allow the client need not try.
  for (auto& key : keys) {
    const auto& allowed = parts_.rules->rule(*parts_.rules->covering(key.uri)).schemes;
    std::erase_if(key.schemes, [&allowed](SignatureScheme scheme) {
      return std::find(allowed.begin(), allowed.end(), scheme) == allowed.end();
    });
  }
  if (keys.empty() && query.uri && parts_.pin_missing) {
    ANTIN_TRY(const auto uri, Pkcs11Uri::parse(*query.uri));
    ANTIN_TRY(const auto listing, parts_.keys->tokens());
    for (const auto& token : listing.tokens) {
      if (allows_token(uri, token) && token.login_required && parts_.pin_missing(token))
        return make_error(Code::kTokendUnlockNeeded, "keys are hidden", {{"token", token.label}});
    }
  }
  return reply(tokend::to_value(keys));
}

Tokend::Reply Tokend::login(service::Channel& channel, const Message& request) {
  ANTIN_TRY(const auto token, tokend::token_from(request.body));
  RemotePin pins{channel};
  ANTIN_CHECK(parts_.keys->login(token, pins));
  return reply(cbor::Map{});
}

Tokend::Reply Tokend::unlock(const Message& request) {
  ANTIN_TRY(const auto token, cbor::text_at(request.body, "token"));
  if (request.descriptors.size() != 1) return make_error(Code::kIpcMalformed, "no PIN descriptor");
  if (!parts_.unlock) return make_error(Code::kTokendOperatorOnly, "nothing to unlock");
  ANTIN_CHECK(parts_.unlock(token, request.descriptors.front()));
  return reply(cbor::Map{});
}

Tokend::Reply Tokend::journal(const Message& request) {
  ANTIN_TRY(const auto asked, tokend::journal_request_from(request.body));
  ANTIN_TRY(const auto page,
            parts_.journal->page(asked.after, std::min(asked.most, tokend::kMaxPage)));
  return reply(tokend::to_value(page));
}

Result<Bytes> Tokend::certificate_sha256(const std::string& key_uri) {
  {
    const std::shared_lock lock{known_mutex_};
    if (const auto known = known_.find(key_uri); known != known_.end()) return known->second;
  }
  ANTIN_TRY(const auto key, find_one(*parts_.keys, by_uri(key_uri)));
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

Status Tokend::understood(const tokend::SignRequest& request, JournalEntry& entry) {
  ANTIN_TRY(const auto attributes, parse_signed_attributes(request.attributes));
  if (!attributes.others.empty()) return refused("an attribute that tokend does not know");
  if (attributes.message_digest.size() != octets_of(request.scheme.digest))
    return refused("message-digest of another digest than the scheme's");
  if (!attributes.certificate_hash) return refused("no signing-certificate-v2");
  ANTIN_TRY(const auto certificate, certificate_sha256(request.key_uri));
  if (!certificate.empty() && certificate != *attributes.certificate_hash)
    return refused("signing-certificate-v2 names another certificate than the key's");
  entry.key_uri = request.key_uri;
  entry.scheme = text_of(request.scheme);
  entry.signed_sha256 = ossl::sha256(request.attributes);
  entry.role = tokend::name(request.role);
  entry.message_digest = attributes.message_digest;
  entry.certificate_sha256 = *attributes.certificate_hash;
  return Done{};
}

Tokend::Reply Tokend::sign(const Message& message) {
  ANTIN_TRY(auto request, tokend::sign_request_from(message.body));
  ANTIN_TRY(const auto rule,
            parts_.rules->permit_document(request.key_uri, request.role, request.scheme));
  JournalEntry entry;
  if (auto good = understood(request, entry); !good) return unlock_wanted(std::move(good).error());
  ANTIN_TRY(auto allowance, Allowance::take(*parts_.rules, rule));
  auto signature =
      parts_.keys->sign(request.key_uri, request.scheme, ToBeSigned{std::move(request.attributes)});
  if (!signature) {
    // Keys and certificates may have been exchanged: look again next time.
    const std::unique_lock lock{known_mutex_};
    known_.erase(request.key_uri);
    return unlock_wanted(std::move(signature).error());
  }
  allowance.use_up();
  ANTIN_CHECK(parts_.journal->record(entry));
  return reply(cbor::Map{{"signature", signature.value().value()}});
}

// Any URI may name the key, as long as it means one.
Result<TokenKey> Tokend::checkpoint_key_of(const std::string& asked) {
  if (parts_.checkpoints == nullptr || parts_.memory == nullptr)
    return make_error(Code::kTokendKeyRefused, "no checkpoints are signed here");
  auto found = parts_.keys->keys(by_uri(asked));
  if (!found) return unlock_wanted(std::move(found).error());
  auto keys = std::move(found).value();
  std::erase_if(
      keys, [this](const TokenKey& key) { return !parts_.rules->covering(key.uri).has_value(); });
  if (keys.size() == 1) return std::move(keys.front());
  if (keys.size() > 1)
    return make_error(Code::kTokenKeyAmbiguous, "several keys match",
                      {{"candidates", keys[0].uri + "; " + keys[1].uri}});
  // Why there is none the holder knows better.
  auto why = parts_.checkpoints->checkpoint_key(asked);
  if (!why) return unlock_wanted(std::move(why).error());
  return make_error(Code::kTokendKeyRefused, "no rule for " + asked);
}

Tokend::Reply Tokend::checkpoint_key(const Message& message) {
  ANTIN_TRY(const auto asked, cbor::text_at(message.body, "key"));
  ANTIN_TRY(const auto key, checkpoint_key_of(asked));
  ANTIN_CHECK(parts_.rules->permit_checkpoint(key.uri));
  auto point = parts_.checkpoints->checkpoint_key(key.uri);
  if (!point) return unlock_wanted(std::move(point).error());
  return reply(
      tokend::to_value(tokend::CheckpointReply{.signature = {}, .public_key = point.value()}));
}

Tokend::Reply Tokend::sign_checkpoint(const Message& message) {
  ANTIN_TRY(const auto request, tokend::checkpoint_request_from(message.body));
  ANTIN_TRY(const auto checkpoint, parse_checkpoint(request.note));
  ANTIN_TRY(const auto key, checkpoint_key_of(request.key_uri));
  ANTIN_TRY(const auto rule, parts_.rules->permit_checkpoint(key.uri));
  const std::lock_guard one_at_a_time{checkpoint_};
  auto point = parts_.checkpoints->checkpoint_key(key.uri);
  if (!point) return unlock_wanted(std::move(point).error());
  const auto& public_key = point.value();
  ANTIN_CHECK(parts_.memory->check(public_key, checkpoint));
  ANTIN_TRY(auto allowance, Allowance::take(*parts_.rules, rule));
  auto signature = parts_.checkpoints->sign_checkpoint(key.uri, request.note);
  if (!signature) return unlock_wanted(std::move(signature).error());
  allowance.use_up();
  ANTIN_CHECK(parts_.memory->keep(public_key, checkpoint));
  JournalEntry entry;
  entry.kind = JournalEntry::Kind::kCheckpoint;
  entry.key_uri = key.uri;
  entry.scheme = "Ed25519";
  entry.signed_sha256 = ossl::sha256(as_bytes(request.note));
  entry.origin = checkpoint.origin;
  entry.size = checkpoint.size;
  entry.root = checkpoint.root;
  entry.public_key = public_key;
  ANTIN_CHECK(parts_.journal->record(entry));
  return reply(tokend::to_value(
      tokend::CheckpointReply{.signature = signature.value(), .public_key = public_key}));
}

}  // namespace antin::hsm
