#pragma once

#include "certs/core/http_fetcher.h"
#include "certs/core/time.h"
#include "certs/online/evidence_cache.h"
#include "certs/online/online_evidence.h"
#include "service/ipc/channel.h"

namespace antin::service::worker {

/// The instant that antind named with the request; a worker has no clock of its own.
class RequestClock final : public Clock {
 public:
  void set(UtcTime now) { now_ = now; }
  UtcTime utc_now() const override { return now_; }
  std::chrono::steady_clock::time_point ticks() const override {
    return std::chrono::steady_clock::now();
  }

 private:
  UtcTime now_{std::chrono::sys_seconds{}};
};

/// Revocation data by way of antind, which has the network and the cache; what comes is read and
/// judged here, where foreign octets are read. One conversation at a time.
class EvidenceByMessage {
 public:
  EvidenceByMessage(Channel& channel, RandomSource& random, certs::OnlineOptions options);
  certs::EvidenceFound collect(const certs::EvidenceWanted& wanted, UtcTime now);

 private:
  class Fetcher final : public HttpFetcher {
   public:
    explicit Fetcher(Channel& channel) : channel_(channel) {}
    Result<HttpResponse> fetch(const HttpRequest& request, const FetchLimits& limits) override;

   private:
    Channel& channel_;
  };
  class Cache final : public certs::EvidenceCache {
   public:
    explicit Cache(Channel& channel) : channel_(channel) {}
    std::optional<certs::CachedAnswer> find(const std::string& key) override;
    Status keep(const std::string& key, const certs::CachedAnswer& answer) override;

   private:
    Channel& channel_;
  };

  RequestClock clock_;
  Fetcher fetcher_;
  Cache cache_;
  certs::OnlineEvidence source_;
};

}  // namespace antin::service::worker
