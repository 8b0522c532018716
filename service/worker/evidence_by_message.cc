#include "service/worker/evidence_by_message.h"

#include "service/fetch/fetch_protocol.h"
#include "service/ipc/worker_protocol.h"
#include "service/worker/worker.h"

namespace antin::service::worker {
namespace {

constexpr std::chrono::milliseconds kSlack{5'000};
constexpr std::chrono::milliseconds kCacheWithin{10'000};
constexpr std::size_t kMaxAnswer = std::size_t{64} << 20U;

certs::OnlineOptions one_at_a_time(certs::OnlineOptions options) {
  options.parallel = 1;  // there is one channel
  return options;
}

Message ask(std::uint16_t type, cbor::Value body) {
  Message message;
  message.type = type;
  message.version = kVersion;
  message.body = std::move(body);
  return message;
}

}  // namespace

EvidenceByMessage::EvidenceByMessage(Channel& channel, RandomSource& random,
                                     certs::OnlineOptions options)
    : fetcher_(channel),
      cache_(channel),
      source_(one_at_a_time(options),
              {.fetcher = &fetcher_, .cache = &cache_, .clock = &clock_, .random = &random}) {}

certs::EvidenceFound EvidenceByMessage::collect(const certs::EvidenceWanted& wanted, UtcTime now) {
  clock_.set(now);
  return source_.collect(wanted);
}

Result<HttpResponse> EvidenceByMessage::Fetcher::fetch(const HttpRequest& request,
                                                       const FetchLimits& limits) {
  ANTIN_TRY(const auto reply,
            call(channel_, ask(kFetchEvidence, fetching::to_value(request, limits)),
                 after(limits.total_time + kSlack)));
  return fetching::response_in(reply, limits.max_response.value());
}

std::optional<certs::CachedAnswer> EvidenceByMessage::Cache::find(const std::string& key) {
  const auto reply =
      call(channel_, ask(kFindEvidence, cbor::Map{{"key", key}}), after(kCacheWithin));
  if (!reply || reply.value().descriptors.size() != 1) return std::nullopt;
  const auto read = [&]() -> Result<certs::CachedAnswer> {
    const auto& body = reply.value().body;
    ANTIN_TRY(const auto fetched, time_at(body, "fetched"));
    ANTIN_TRY(const auto not_after, time_at(body, "not_after"));
    certs::CachedAnswer answer{.body = {}, .fetched = fetched, .not_after = not_after};
    ANTIN_TRY(answer.etag, cbor::text_at(body, "etag"));
    ANTIN_TRY(answer.last_modified, cbor::text_at(body, "last_modified"));
    ANTIN_TRY(const auto content, map_sealed(reply.value().descriptors[0], kMaxAnswer));
    answer.body = to_bytes(content.view());
    return answer;
  }();
  if (!read) return std::nullopt;
  return read.value();
}

Status EvidenceByMessage::Cache::keep(const std::string& key, const certs::CachedAnswer& answer) {
  const auto seconds = [](UtcTime at) { return at.since_epoch().time_since_epoch().count(); };
  auto message = ask(kKeepEvidence, cbor::Map{{"key", key},
                                              {"fetched", seconds(answer.fetched)},
                                              {"not_after", seconds(answer.not_after)},
                                              {"etag", answer.etag},
                                              {"last_modified", answer.last_modified}});
  ANTIN_TRY(auto content, sealed_memfd("antin-answer", {answer.body}));
  message.descriptors.push_back(std::move(content));
  ANTIN_TRY(const auto kept, call(channel_, message, after(kCacheWithin)));
  static_cast<void>(kept);
  return Done{};
}

}  // namespace antin::service::worker
