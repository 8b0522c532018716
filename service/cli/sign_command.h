#pragma once

#include <memory>
#include <span>
#include <string>

#include "certs/core/error.h"
#include "certs/core/http_fetcher.h"
#include "service/cli/args.h"
#include "service/cli/sign_setup.h"
#include "service/system/real.h"
#include "signer/tsa_client.h"

namespace antin::service {

/// Exit codes: 0 every file is signed (or was before), 3 a file or the command failed.
int sign_command(std::span<const std::string> words);
int prepare_command(std::span<const std::string> words);
int complete_command(std::span<const std::string> words);

/// Clock, randomness and timestamp servers as the command line wants them.
class SignEnvironment {
 public:
  /// --tsa, repeatable, tried in order. `trust` outlives this. Fails with kNetTls.
  static Result<std::unique_ptr<SignEnvironment>> create(const std::vector<std::string>& tsa_urls,
                                                         const certs::TrustStore* trust);
  signer::Environment view();
  const Clock& clock() const noexcept { return clock_; }

 private:
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<HttpFetcher> fetcher_;
  std::unique_ptr<signer::TsaClient> timestamps_;
};

}  // namespace antin::service
