#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "certs/core/http_fetcher.h"
#include "certs/core/random.h"
#include "certs/core/time.h"
#include "certs/crl.h"
#include "certs/trust_store.h"
#include "signer/timestamp_source.h"
#include "signer/tsa_health.h"

namespace antin::signer {

/// S-07. Answers of real servers took 2 to 131 s when measured, hence the long limit.
struct TsaOptions {
  std::vector<std::string> urls;  ///< tried in this order
  std::chrono::milliseconds time_per_try{180'000};
  std::vector<std::chrono::milliseconds> pauses{std::chrono::seconds{2},
                                                std::chrono::seconds{4}};  ///< tries - 1 of them
  std::size_t max_parallel = 4;                                            ///< with one server
  std::size_t max_response = std::size_t{1} << 20U;
  /// Roots that the server's certificate must reach; nullptr: path not checked (development).
  const certs::TrustStore* trust = nullptr;
  TsaHealth* health = nullptr;   ///< nullptr: always in the order of urls
  std::vector<certs::Crl> crls;  ///< empty: revocation of the server's certificate not checked
};

/// RFC 3161 over HTTP POST (§3.4). A server that does not answer, or answers 5xx or 429, is tried
/// again after a pause; any other failure goes to the next server at once. When
/// none delivers, the error of the last one is returned: kTimestampUnreachable (M-18),
/// kTimestampRefused, kTimestampMalformed, kTimestampMismatch or kTimestampUntrusted.
///
/// With `health`, servers that failed lately are asked last.
///
/// Thread-safe; a caller beyond max_parallel waits until another is done with that server.
class TsaClient final : public TimestampSource {
 public:
  using Wait = std::function<void(std::chrono::milliseconds)>;
  /// `fetcher`, `random` and what options.trust and options.health point to outlive this.
  TsaClient(TsaOptions options, HttpFetcher& fetcher, RandomSource& random, Wait wait);

  Result<certs::TimestampToken> timestamp(ByteView imprint_sha256) override;

 private:
  struct Attempt;
  Attempt try_once(const std::string& url, ByteView imprint_sha256);
  Status check_token(const certs::TimestampToken& token) const;

  TsaOptions options_;
  HttpFetcher& fetcher_;
  RandomSource& random_;
  Wait wait_;
  std::mutex mutex_;
  std::condition_variable free_slot_;
  std::map<std::string, std::size_t> busy_;  ///< by server
};

}  // namespace antin::signer
