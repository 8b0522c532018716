#pragma once

#include <memory>
#include <string>
#include <vector>

#include "certs/online/online_evidence.h"
#include "service/cli/args.h"
#include "service/system/real.h"

namespace antin::certs {
class PoliteFetcher;
}

namespace antin::service {

class ChildFetcher;

/// --offline, --cache, --allow-host, --aia: what commands that judge know about the network.
std::vector<OptionSpec> online_options();

/// Evidence for a command: a cache on disk, and antin-fetch once something is missing.
class CommandEvidence {
 public:
  /// nullptr with --offline. Fails with kEvidenceCache when --cache cannot be used, kNetUrl for a
  /// bad --allow-host. Without --cache the user's own cache folder serves when there is one.
  static Result<std::unique_ptr<CommandEvidence>> create(const Arguments& arguments);
  ~CommandEvidence();
  CommandEvidence(const CommandEvidence&) = delete;
  CommandEvidence& operator=(const CommandEvidence&) = delete;

  certs::EvidenceSource& source() { return *source_; }

 private:
  CommandEvidence() = default;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<certs::EvidenceCache> cache_;
  std::unique_ptr<ChildFetcher> fetcher_;
  std::unique_ptr<certs::PoliteFetcher> polite_;
  std::unique_ptr<certs::OnlineEvidence> source_;
};

}  // namespace antin::service
