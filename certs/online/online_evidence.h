#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "certs/core/http_fetcher.h"
#include "certs/core/random.h"
#include "certs/core/time.h"
#include "certs/online/evidence_cache.h"
#include "certs/online/evidence_source.h"

namespace antin::certs {

struct OnlineOptions {
  /// Whether issuers that are not at hand are fetched from where certificates say (RFC 5280
  /// §4.2.2.1). Off: the address stands in a certificate that nobody vouches for yet.
  enum class MissingIssuers { kLeave, kFetch };
  MissingIssuers issuers = MissingIssuers::kLeave;
  std::chrono::milliseconds per_fetch{10'000};
  std::chrono::milliseconds total{30'000};  ///< for one collect()
  OctetCount max_ocsp{std::size_t{256} << 10U};
  OctetCount max_crl{std::size_t{32} << 20U};
  std::size_t max_fetches = 64;    ///< in one collect()
  std::size_t max_statuses = 128;  ///< certificates in one collect()
  std::size_t parallel = 4;        ///< certificates asked about at once
  /// A source that was asked so recently and had nothing newer is not asked again.
  std::chrono::seconds ask_again_after{600};
};

/// Evidence from the addresses that certificates name. Asks for nothing that is at hand or in the
/// cache already: a statement is enough when it was issued at or after `issued_after` and its
/// nextUpdate is not before `at` (or it was issued at or after `at`, or the certificate has expired
/// and nobody will say more).
///
/// Only certificates on a path to an anchor are asked about, so that a stranger's document sends
/// nobody anywhere. Per certificate: OCSP with a nonce (RFC 6960, 8954), then CRL with its delta
/// (RFC 5280 §4.2.1.13, §4.2.1.15), also for responders. An answer is taken, and cached, when
/// revocation_statements() finds it authentic; anything else goes to the next source and into the
/// findings.
///
/// Requests for the same statement carry the same HttpRequest::share: give it a PoliteFetcher.
class OnlineEvidence final : public EvidenceSource {
 public:
  /// All outlive this.
  struct Parts {
    HttpFetcher* fetcher;
    EvidenceCache* cache;
    const Clock* clock;
    RandomSource* random;
  };
  OnlineEvidence(OnlineOptions options, const Parts& parts);
  ~OnlineEvidence() override;
  OnlineEvidence(const OnlineEvidence&) = delete;
  OnlineEvidence& operator=(const OnlineEvidence&) = delete;

  EvidenceFound collect(const EvidenceWanted& wanted) override;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace antin::certs
