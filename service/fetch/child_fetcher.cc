#include "service/fetch/child_fetcher.h"

#include "service/fetch/fetch_protocol.h"

namespace antin::service {
namespace {

constexpr std::chrono::milliseconds kStartWithin{10'000};
// Beyond the request's own time, so that the child's own words arrive.
constexpr std::chrono::milliseconds kSlack{2'000};

}  // namespace

ChildFetcher::~ChildFetcher() = default;

Result<ChildProcess> ChildFetcher::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto child = std::move(idle_.back());
      idle_.pop_back();
      return child;
    }
    ++started_;
  }
  ANTIN_TRY(auto child, ChildProcess::spawn(program_, {}));
  cbor::Array hosts;
  for (const auto& host : allow_hosts_) hosts.emplace_back(host);
  Message configure;
  configure.type = fetching::kConfigure;
  configure.version = fetching::kVersion;
  configure.body = cbor::Map{{"allow_hosts", std::move(hosts)}};
  ANTIN_TRY(const auto ready, call(child.channel(), configure, after(kStartWithin)));
  static_cast<void>(ready);
  return child;
}

Result<HttpResponse> ChildFetcher::fetch(const HttpRequest& request, const FetchLimits& limits) {
  ANTIN_TRY(auto child, take());
  Message ask;
  ask.type = fetching::kFetch;
  ask.version = fetching::kVersion;
  ask.body = fetching::to_value(request, limits);
  const auto reply = call(child.channel(), ask, after(limits.total_time + kSlack));
  if (child.channel().open()) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(child));
  }
  if (!reply) return reply.error();
  return fetching::response_in(reply.value(), limits.max_response.value());
}

std::size_t ChildFetcher::started() const {
  const std::lock_guard lock(mutex_);
  return started_;
}

}  // namespace antin::service
