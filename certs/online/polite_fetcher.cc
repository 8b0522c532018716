#include "certs/online/polite_fetcher.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace antin::certs {
namespace {

constexpr std::size_t kMostRemembered = 1'024;

// Scheme, host and port as the address has them: enough to tell one host from another. Whether the
// address is a good one is for the fetcher to say.
std::string host_of(std::string_view url) {
  const auto scheme = url.find("://");
  const auto start = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto end = url.find_first_of("/?#", start);
  std::string host;
  for (const char c : url.substr(0, end))
    host += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return host;
}

Error late(const HttpRequest& request, const char* doing) {
  return make_error(Code::kNetTimeout, doing, {{"host", host_of(request.url)}});
}

bool host_failed(const Result<HttpResponse>& answer) {
  if (answer) return answer.value().status == 429 || answer.value().status >= 500;
  return answer.error().code == Code::kNetUnreachable || answer.error().code == Code::kNetTimeout;
}

}  // namespace

PoliteFetcher::PoliteFetcher(HttpFetcher& inner, const Clock& clock, Wait wait,
                             FetchManners manners)
    : inner_(inner), clock_(clock), wait_(std::move(wait)), manners_(manners) {}

Result<HttpResponse> PoliteFetcher::fetch(const HttpRequest& request, const FetchLimits& limits) {
  if (request.share.empty()) return fetch_politely(request, limits);
  std::shared_ptr<Flight> flight;
  {
    std::unique_lock lock(mutex_);
    const auto now = clock_.ticks();
    forget_old(now);
    const auto known = flights_.find(request.share);
    if (known != flights_.end()) return join(std::shared_ptr(known->second), request, limits, lock);
    flight = flights_.emplace(request.share, std::make_shared<Flight>()).first->second;
    flight->sent = request.body;
  }
  auto answer = fetch_politely(request, limits);
  {
    const std::lock_guard lock(mutex_);
    flight->answer = answer;
    flight->until = clock_.ticks() + manners_.share_for;
  }
  changed_.notify_all();
  return answer;
}

Result<HttpResponse> PoliteFetcher::join(const std::shared_ptr<Flight>& flight,
                                         const HttpRequest& request, const FetchLimits& limits,
                                         std::unique_lock<std::mutex>& lock) {
  if (!changed_.wait_for(lock, limits.total_time, [&] { return flight->answer.has_value(); }))
    return late(request, "waiting for another's answer");
  auto answer = *flight->answer;
  if (!answer) return answer;
  if (answer.value().body.size() > limits.max_response.value())
    return make_error(Code::kNetTooLarge, "shared answer", {{"host", host_of(request.url)}});
  answer.value().sent = flight->sent;
  return answer;
}

// Under the mutex.
void PoliteFetcher::forget_old(Instant now) {
  for (auto it = flights_.begin(); it != flights_.end();) {
    const bool over = it->second->answer && it->second->until <= now;
    it = over ? flights_.erase(it) : std::next(it);
  }
  if (hosts_.size() <= kMostRemembered) return;
  for (auto it = hosts_.begin(); it != hosts_.end();) {
    const auto& host = it->second;
    const bool idle = host.users == 0 && host.paused_until <= now && host.next <= now;
    it = idle ? hosts_.erase(it) : std::next(it);
  }
}

Result<HttpResponse> PoliteFetcher::fetch_politely(const HttpRequest& request,
                                                   const FetchLimits& limits) {
  const auto began = clock_.ticks();
  const auto name = host_of(request.url);
  std::chrono::milliseconds delay{0};
  {
    std::unique_lock lock(mutex_);
    auto& host = hosts_[name];
    if (host.paused_until > began)
      return make_error(Code::kEvidencePaused, "failed a moment ago", {{"url", request.url}});
    // A host that has users is never forgotten, so the reference stays good.
    ++host.users;
    const bool free =
        changed_.wait_for(lock, limits.total_time, [&] { return host.busy < manners_.at_once; });
    if (!free) {
      --host.users;
      return late(request, "waiting for a turn");
    }
    ++host.busy;
    const auto now = clock_.ticks();
    host.next = std::max(host.next, now - manners_.between * static_cast<int>(manners_.burst));
    host.next += manners_.between;
    if (host.next > now) delay = std::chrono::ceil<std::chrono::milliseconds>(host.next - now);
  }
  const auto left = limits.total_time -
                    std::chrono::ceil<std::chrono::milliseconds>(clock_.ticks() - began) - delay;
  Result<HttpResponse> answer = late(request, "waiting for a turn");
  if (left.count() > 0) {
    if (delay.count() > 0) wait_(delay);
    answer = inner_.fetch(request, {.total_time = left,
                                    .max_response = limits.max_response,
                                    .max_redirects = limits.max_redirects});
  }
  {
    const std::lock_guard lock(mutex_);
    auto& host = hosts_[name];
    --host.busy;
    --host.users;
    if (left.count() > 0 && host_failed(answer))
      host.paused_until = clock_.ticks() + manners_.pause;
  }
  changed_.notify_all();
  return answer;
}

}  // namespace antin::certs
