#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/http_fetcher.h"
#include "certs/online/evidence_cache.h"
#include "certs/online/evidence_source.h"
#include "certs/trust_store.h"
#include "service/cli/args.h"
#include "service/system/real.h"
#include "signer/extend.h"
#include "signer/tsa_client.h"

namespace antin::service {

/// What the commands that make or raise signatures know before they reach for the network.
struct ProofSetup {
  std::optional<certs::TrustStore> trust;
  std::vector<certs::Crl> crls;
  std::vector<certs::OcspResponse> ocsp;
  signer::WithoutEvidence without_evidence = signer::WithoutEvidence::kKeepLower;
};
/// --trust, --allow-test-pki, --crl, --ocsp, --without-evidence
std::vector<OptionSpec> proof_options();
/// Fails as load_trust_folder() and load_crls() do, and with kOcspFileUnreadable.
Result<ProofSetup> read_proof(const Arguments& arguments);
/// Points into `setup`.
signer::ProofMaterial proof_material(const ProofSetup& setup);
/// --level, which the command declares itself.
Result<signer::Level> read_level(const Arguments& arguments, signer::Level otherwise);

/// How the network may be used.
struct NetworkSetup {
  std::vector<std::string> tsa_urls;
  enum class Evidence { kOffline, kOnline };
  Evidence evidence = Evidence::kOffline;
  enum class Issuers { kLeave, kFetch };
  Issuers issuers = Issuers::kLeave;
  std::vector<std::string> allow_hosts;
  std::string cache;  ///< folder; "": in memory
};
/// --tsa, --offline, --aia, --allow-host, --cache
std::vector<OptionSpec> network_options();
/// Online unless --offline, for the levels that need revocation data. Fails with kNetUrl.
Result<NetworkSetup> read_network(const Arguments& arguments, signer::Level level);

/// Clock, randomness, timestamp servers and evidence as the command line wants them.
class SignEnvironment {
 public:
  /// `trust` outlives this. Fails with kNetTls.
  static Result<std::unique_ptr<SignEnvironment>> create(const NetworkSetup& network,
                                                         const certs::TrustStore* trust);
  signer::Environment view();
  const Clock& clock() const noexcept { return clock_; }

 private:
  Status open_evidence(const NetworkSetup& network);

  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<HttpFetcher> tsa_fetcher_;
  std::unique_ptr<signer::TsaClient> timestamps_;
  std::unique_ptr<HttpFetcher> public_fetcher_, polite_fetcher_;
  std::unique_ptr<certs::EvidenceCache> cache_;
  std::unique_ptr<certs::EvidenceSource> evidence_;
};

}  // namespace antin::service
