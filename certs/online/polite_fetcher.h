#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "certs/core/http_fetcher.h"
#include "certs/core/time.h"

namespace antin::certs {

/// How much one host is asked for.
struct FetchManners {
  std::size_t at_once = 4;                ///< exchanges with one host
  std::chrono::milliseconds between{50};  ///< one more each …
  std::size_t burst = 20;                 ///< … but so many may come together
  /// An answer serves requests with the same `share` for this long: between its arrival and the
  /// moment that it is in a cache, others ask.
  std::chrono::milliseconds share_for{5'000};
  /// A host that could not be reached, or answered 429 or 5xx, is left alone for this long.
  std::chrono::milliseconds pause{30'000};
};

/// Stands before a fetcher and keeps the number of requests down: one for all who want the same,
/// few at a time for each host, none for a moment to a host that just failed. The clock decides
/// what is over; `wait` is called for what must pass. Thread-safe.
class PoliteFetcher final : public HttpFetcher {
 public:
  using Wait = std::function<void(std::chrono::milliseconds)>;
  /// `inner` and `clock` outlive this.
  PoliteFetcher(HttpFetcher& inner, const Clock& clock, Wait wait, FetchManners manners = {});

  /// As `inner`, and with kEvidencePaused ({url}) for a host that is left alone. limits.total_time
  /// includes the waiting.
  Result<HttpResponse> fetch(const HttpRequest& request, const FetchLimits& limits) override;

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Host {
    std::size_t busy = 0;           ///< exchanges under way
    std::size_t users = 0;          ///< those and whoever waits for a turn
    Instant next = Instant::min();  ///< when the next exchange is due
    Instant paused_until{};         ///< left alone before
  };
  struct Flight {
    std::optional<Result<HttpResponse>> answer;  ///< nothing while it is under way
    Bytes sent;
    Instant until{};
  };

  Result<HttpResponse> fetch_politely(const HttpRequest& request, const FetchLimits& limits);
  Result<HttpResponse> join(const std::shared_ptr<Flight>& flight, const HttpRequest& request,
                            const FetchLimits& limits, std::unique_lock<std::mutex>& lock);
  void forget_old(Instant now);

  HttpFetcher& inner_;
  const Clock& clock_;
  const Wait wait_;
  const FetchManners manners_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Host> hosts_;
  std::map<std::string, std::shared_ptr<Flight>> flights_;
};

}  // namespace antin::certs
