#pragma once

#include <memory>
#include <vector>

#include "certs/online/polite_fetcher.h"
#include "service/antind/config.h"
#include "service/cache/disk_cache.h"
#include "service/ipc/channel.h"
#include "service/net/poco_fetcher.h"

namespace antin::service {

/// What workers may have fetched for judging, and where it is kept: public addresses and those of
/// the configuration, politely, one request for all workers that want the same.
class EvidenceDesk {
 public:
  /// Fails with kEvidenceCache, kNetTls.
  static Result<std::unique_ptr<EvidenceDesk>> open(const Config& config, const Clock& clock);
  /// For the pool's callbacks; this outlives them.
  std::vector<Route> routes();

 private:
  EvidenceDesk() = default;
  Result<Message> fetch(const Message& asked);
  Result<Message> find(const Message& asked);
  Result<Message> keep(const Message& asked);
  std::unique_ptr<PocoFetcher> fetcher_;
  std::unique_ptr<certs::PoliteFetcher> polite_;
  std::unique_ptr<DiskCache> cache_;
};

}  // namespace antin::service
