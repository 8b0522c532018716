#include <thread>
#include <utility>

#include "certs/online/online_evidence.h"
#include "certs/online/polite_fetcher.h"
#include "service/cache/disk_cache.h"
#include "service/cli/proof_setup.h"
#include "service/net/poco_fetcher.h"

namespace antin::service {
namespace {

constexpr std::size_t kMostOnDisk = std::size_t{256} << 20U;
constexpr std::size_t kMostInMemory = std::size_t{64} << 20U;

void pause(std::chrono::milliseconds span) {
  std::this_thread::sleep_for(span);
}

}  // namespace

Result<std::unique_ptr<SignEnvironment>> SignEnvironment::create(const NetworkSetup& network,
                                                                 const certs::TrustStore* trust) {
  auto made = std::make_unique<SignEnvironment>();
  if (network.evidence == NetworkSetup::Evidence::kOnline)
    ANTIN_CHECK(made->open_evidence(network));
  if (network.tsa_urls.empty()) return made;
  ANTIN_TRY(auto fetcher, PocoFetcher::create({.rule = {.reach = AddressRule::Reach::kAnywhere}}));
  made->tsa_fetcher_ = std::move(fetcher);
  signer::TsaOptions options;
  options.urls = network.tsa_urls;
  options.trust = trust;
  made->timestamps_ = std::make_unique<signer::TsaClient>(std::move(options), *made->tsa_fetcher_,
                                                          made->random_, pause);
  return made;
}

Status SignEnvironment::open_evidence(const NetworkSetup& network) {
  ANTIN_TRY(auto fetcher, PocoFetcher::create({.rule = {.reach = AddressRule::Reach::kPublic,
                                                        .allow_hosts = network.allow_hosts}}));
  public_fetcher_ = std::move(fetcher);
  polite_fetcher_ = std::make_unique<certs::PoliteFetcher>(*public_fetcher_, clock_, pause);
  // A folder that cannot be used costs requests, nothing else.
  if (!network.cache.empty()) {
    if (auto disk = DiskCache::open(network.cache, kMostOnDisk)) cache_ = std::move(disk).value();
  }
  if (!cache_) cache_ = std::make_unique<certs::MemoryCache>(kMostInMemory);
  using Missing = certs::OnlineOptions::MissingIssuers;
  const bool fetch = network.issuers == NetworkSetup::Issuers::kFetch;
  evidence_ = std::make_unique<certs::OnlineEvidence>(
      certs::OnlineOptions{.issuers = fetch ? Missing::kFetch : Missing::kLeave},
      certs::OnlineEvidence::Parts{.fetcher = polite_fetcher_.get(),
                                   .cache = cache_.get(),
                                   .clock = &clock_,
                                   .random = &random_});
  return Done{};
}

signer::Environment SignEnvironment::view() {
  return {.clock = &clock_,
          .random = &random_,
          .timestamps = timestamps_.get(),
          .evidence = evidence_.get()};
}

}  // namespace antin::service
