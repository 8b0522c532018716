#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "certs/core/http_fetcher.h"
#include "service/ipc/process.h"

namespace antin::service {

/// HTTP by way of antin-fetch, which is started when the first request is made: a program that
/// finds everything in its cache never pays for it. Requests side by side have children of their
/// own. A child that fails is not used again. Thread-safe.
class ChildFetcher final : public HttpFetcher {
 public:
  /// `program`: absolute path of antin-fetch. `allow_hosts`: see AddressRule; nothing else but
  /// public addresses is reached.
  ChildFetcher(std::string program, std::vector<std::string> allow_hosts)
      : program_(std::move(program)), allow_hosts_(std::move(allow_hosts)) {}
  ~ChildFetcher() override;
  ChildFetcher(const ChildFetcher&) = delete;
  ChildFetcher& operator=(const ChildFetcher&) = delete;

  /// As PocoFetcher::fetch(); kIpcFailed, kIpcClosed and kIpcTimeout when the child fails.
  Result<HttpResponse> fetch(const HttpRequest& request, const FetchLimits& limits) override;
  std::size_t started() const;  ///< children so far

 private:
  Result<ChildProcess> take();
  const std::string program_;
  const std::vector<std::string> allow_hosts_;
  mutable std::mutex mutex_;
  std::vector<ChildProcess> idle_;
  std::size_t started_ = 0;
};

}  // namespace antin::service
