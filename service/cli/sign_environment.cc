#include <thread>
#include <utility>

#include "service/cli/sign_command.h"
#include "service/net/poco_fetcher.h"

namespace antin::service {

Result<std::unique_ptr<SignEnvironment>> SignEnvironment::create(
    const std::vector<std::string>& tsa_urls, const certs::TrustStore* trust) {
  auto made = std::make_unique<SignEnvironment>();
  if (tsa_urls.empty()) return made;
  ANTIN_TRY(auto fetcher, PocoFetcher::create({.rule = {.reach = AddressRule::Reach::kAnywhere}}));
  made->fetcher_ = std::move(fetcher);
  signer::TsaOptions options;
  options.urls = tsa_urls;
  options.trust = trust;
  made->timestamps_ = std::make_unique<signer::TsaClient>(
      std::move(options), *made->fetcher_, made->random_,
      [](std::chrono::milliseconds pause) { std::this_thread::sleep_for(pause); });
  return made;
}

signer::Environment SignEnvironment::view() {
  return {.clock = &clock_, .random = &random_, .timestamps = timestamps_.get()};
}

}  // namespace antin::service
