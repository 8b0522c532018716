#include "service/main/evidence_routes.h"

#include <thread>

#include "service/fetch/fetch_protocol.h"
#include "service/ipc/worker_protocol.h"

namespace antin::service {
namespace {

constexpr std::size_t kMaxAnswer = std::size_t{64} << 20U;

Result<UtcTime> instant_at(const cbor::Value& body, const char* key) {
  ANTIN_TRY(const auto count, cbor::integer_at(body, key));
  if (count < 0 || count > 253'402'300'799)
    return make_error(Code::kIpcMalformed, "an instant out of range");
  return UtcTime(std::chrono::sys_seconds(std::chrono::seconds(count)));
}

}  // namespace

Result<std::unique_ptr<EvidenceDesk>> EvidenceDesk::open(const Config& config, const Clock& clock) {
  std::unique_ptr<EvidenceDesk> desk(new EvidenceDesk());  // NOLINT: private constructor
  ANTIN_TRY(desk->fetcher_,
            PocoFetcher::create({.rule = {.reach = AddressRule::Reach::kPublic,
                                          .allow_hosts = config.revocation.allow_hosts}}));
  desk->polite_ = std::make_unique<certs::PoliteFetcher>(
      *desk->fetcher_, clock,
      [](std::chrono::milliseconds span) { std::this_thread::sleep_for(span); });
  ANTIN_TRY(desk->cache_, DiskCache::open(config.revocation.cache, config.revocation.cache_octets));
  return desk;
}

std::vector<Route> EvidenceDesk::routes() {
  const auto to = [this](Result<Message> (EvidenceDesk::*member)(const Message&)) {
    return [this, member](Message& asked) { return (this->*member)(asked); };
  };
  return {{worker::kFetchEvidence, worker::kVersion, to(&EvidenceDesk::fetch)},
          {worker::kFindEvidence, worker::kVersion, to(&EvidenceDesk::find)},
          {worker::kKeepEvidence, worker::kVersion, to(&EvidenceDesk::keep)}};
}

Result<Message> EvidenceDesk::fetch(const Message& asked) {
  ANTIN_TRY(const auto wanted, fetching::asked_in(asked.body));
  // A worker knows nobody's password and must not be able to pass one on.
  if (!wanted.request.authorization.empty())
    return make_error(Code::kIpcUnexpected, "a worker with credentials");
  ANTIN_TRY(auto response, polite_->fetch(wanted.request, wanted.limits));
  return fetching::to_message(std::move(response));
}

Result<Message> EvidenceDesk::find(const Message& asked) {
  ANTIN_TRY(const auto key, cbor::text_at(asked.body, "key"));
  Message reply;
  reply.body = cbor::Map{};
  const auto answer = cache_->find(key);
  if (!answer) return reply;
  const auto seconds = [](UtcTime at) { return at.since_epoch().time_since_epoch().count(); };
  reply.body = cbor::Map{{"fetched", seconds(answer->fetched)},
                         {"not_after", seconds(answer->not_after)},
                         {"etag", answer->etag},
                         {"last_modified", answer->last_modified}};
  ANTIN_TRY(auto content, sealed_memfd("antin-answer", {answer->body}));
  reply.descriptors.push_back(std::move(content));
  return reply;
}

Result<Message> EvidenceDesk::keep(const Message& asked) {
  ANTIN_TRY(const auto key, cbor::text_at(asked.body, "key"));
  ANTIN_TRY(const auto fetched, instant_at(asked.body, "fetched"));
  ANTIN_TRY(const auto not_after, instant_at(asked.body, "not_after"));
  certs::CachedAnswer answer{.body = {}, .fetched = fetched, .not_after = not_after};
  ANTIN_TRY(answer.etag, cbor::text_at(asked.body, "etag"));
  ANTIN_TRY(answer.last_modified, cbor::text_at(asked.body, "last_modified"));
  if (asked.descriptors.size() != 1) return make_error(Code::kIpcMalformed, "nothing to keep");
  ANTIN_TRY(const auto content, map_sealed(asked.descriptors[0], kMaxAnswer));
  answer.body = to_bytes(content.view());
  ANTIN_CHECK(cache_->keep(key, answer));
  Message reply;
  reply.body = cbor::Map{};
  return reply;
}

}  // namespace antin::service
