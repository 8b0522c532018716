#include "hsm/tokend/client.h"

#include <array>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <utility>

#include "hsm/tokend/protocol.h"

namespace antin::hsm {
namespace {

using service::Message;

// More idle connections than this are closed: each costs tokend a thread.
constexpr std::size_t kMostIdle = 64;

bool about_the_connection(Code code) {
  return code == Code::kIpcClosed || code == Code::kIpcFailed || code == Code::kIpcTimeout ||
         code == Code::kIpcMalformed || code == Code::kIpcUnexpected;
}

Error explained(Error error) {
  if (error.code == Code::kIpcMalformed || error.code == Code::kIpcUnexpected)
    return while_doing(std::move(error), Code::kTokendProtocol, "talk to tokend");
  if (about_the_connection(error.code))
    return while_doing(std::move(error), Code::kTokendUnreachable, "talk to tokend");
  return error;
}

}  // namespace

Result<Message> TokendKeyHolder::ask(std::uint16_t type, service::cbor::Value body,
                                     std::chrono::milliseconds timeout, Retry retry,
                                     const std::vector<service::Route>& callbacks) {
  Message request;
  request.type = type;
  request.version = tokend::kVersion;
  request.body = std::move(body);
  return send(request, timeout, retry, callbacks);
}

Result<Message> TokendKeyHolder::send(Message& request, std::chrono::milliseconds timeout,
                                      Retry retry, const std::vector<service::Route>& callbacks) {
  const auto until = service::after(timeout);
  for (;;) {
    service::Channel channel;
    bool reused = false;
    {
      const std::lock_guard lock{mutex_};
      if (!idle_.empty()) {
        channel = std::move(idle_.back());
        idle_.pop_back();
        reused = true;
      }
    }
    if (!reused) {
      auto fresh = connect_();
      if (!fresh) return explained(std::move(fresh).error());
      channel = std::move(fresh).value();
    }
    auto answer = service::call(channel, request, until, callbacks);
    const bool lost = !answer && about_the_connection(answer.error().code);
    if (!lost && channel.open()) {
      const std::lock_guard lock{mutex_};
      if (idle_.size() < kMostIdle) idle_.push_back(std::move(channel));
    }
    if (answer) return answer;
    // tokend was restarted since this connection was used last.
    const bool stale = reused && answer.error().code == Code::kIpcClosed;
    if (!stale || retry == Retry::kNever) return explained(std::move(answer).error());
  }
}

Result<KeyHolder::Listing> TokendKeyHolder::tokens() {
  ANTIN_TRY(const auto answer, ask(tokend::kListTokens, service::cbor::Map{}, timeouts_.call,
                                   Retry::kOnStaleConnection));
  auto listing = tokend::listing_from(answer.body);
  if (!listing) return explained(std::move(listing).error());
  return listing;
}

Result<std::vector<TokenKey>> TokendKeyHolder::keys(const KeyQuery& query) {
  ANTIN_TRY(const auto answer, ask(tokend::kListKeys, tokend::to_value(query), timeouts_.call,
                                   Retry::kOnStaleConnection));
  auto keys = tokend::keys_from(answer.body);
  if (!keys) return explained(std::move(keys).error());
  return keys;
}

Status TokendKeyHolder::login(const TokenStatus& token, PinSource& pins) {
  const service::Route pin_wanted{
      tokend::kPinWanted, tokend::kVersion, [&pins](Message& question) -> Result<Message> {
        const auto* const asked_by = question.body.find("token");
        if (asked_by == nullptr) return make_error(Code::kIpcMalformed, "PIN wanted, by no token");
        ANTIN_TRY(const auto status, tokend::token_from(*asked_by));
        ANTIN_TRY(const auto for_signature,
                  service::cbor::boolean_at(question.body, "for_signature"));
        ANTIN_TRY(const auto pin, pins.pin(status, for_signature ? PinSource::Why::kForSignature
                                                                 : PinSource::Why::kLogin));
        Message answer;
        answer.body = service::cbor::Map{};
        ANTIN_TRY(auto descriptor, tokend::pin_to_descriptor(pin));
        answer.descriptors.push_back(std::move(descriptor));
        return answer;
      }};
  ANTIN_CHECK(
      ask(tokend::kLogin, tokend::to_value(token), timeouts_.login, Retry::kNever, {pin_wanted}));
  return Done{};
}

Result<SignatureValue> TokendKeyHolder::sign(const std::string& key_uri, SignatureScheme scheme,
                                             const ToBeSigned& attributes) {
  ANTIN_TRY(const auto answer,
            ask(tokend::kSign, tokend::to_value({key_uri, scheme, attributes.value(), role_}),
                timeouts_.call, Retry::kOnStaleConnection));
  auto signature = service::cbor::bytes_at(answer.body, "signature");
  if (!signature) return explained(std::move(signature).error());
  return SignatureValue{std::move(signature).value()};
}

Result<Bytes> TokendKeyHolder::sign_checkpoint(const std::string& key_uri, std::string_view note) {
  ANTIN_TRY(const auto answer,
            ask(tokend::kSignCheckpoint,
                tokend::to_value(tokend::CheckpointRequest{key_uri, std::string{note}}),
                timeouts_.call, Retry::kOnStaleConnection));
  auto reply = tokend::checkpoint_reply_from(answer.body);
  if (!reply) return explained(std::move(reply).error());
  return std::move(reply.value().signature);
}

Result<Bytes> TokendKeyHolder::checkpoint_key(const std::string& key_uri) {
  ANTIN_TRY(const auto answer, ask(tokend::kCheckpointKey, service::cbor::Map{{"key", key_uri}},
                                   timeouts_.call, Retry::kOnStaleConnection));
  auto reply = tokend::checkpoint_reply_from(answer.body);
  if (!reply) return explained(std::move(reply).error());
  return std::move(reply.value().public_key);
}

Result<JournalPage> TokendKeyHolder::journal(std::uint64_t after, std::size_t most) {
  ANTIN_TRY(const auto answer,
            ask(tokend::kJournal, tokend::to_value(tokend::JournalRequest{after, most}),
                timeouts_.call, Retry::kOnStaleConnection));
  auto page = tokend::journal_page_from(answer.body);
  if (!page) return explained(std::move(page).error());
  return page;
}

Result<service::cbor::Value> TokendKeyHolder::status() {
  ANTIN_TRY(auto answer,
            ask(tokend::kStatus, service::cbor::Map{}, timeouts_.call, Retry::kOnStaleConnection));
  return std::move(answer.body);
}

Status TokendKeyHolder::unlock(const std::string& token_uri, const Secret& pin) {
  Message request;
  request.type = tokend::kUnlock;
  request.version = tokend::kVersion;
  request.body = service::cbor::Map{{"token", token_uri}};
  ANTIN_TRY(auto descriptor, tokend::pin_to_descriptor(pin));
  request.descriptors.push_back(std::move(descriptor));
  ANTIN_CHECK(send(request, timeouts_.login, Retry::kNever, {}));
  return Done{};
}

Result<service::Channel> connect_to_tokend(const std::string& path) {
  service::Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool fits = path.size() < sizeof address.sun_path;
  if (fits) std::memcpy(static_cast<char*>(address.sun_path), path.data(), path.size());
  if (!fits || !socket ||
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return make_error(Code::kTokendUnreachable, "connect to " + path);
  return service::Channel{std::move(socket)};
}

}  // namespace antin::hsm
