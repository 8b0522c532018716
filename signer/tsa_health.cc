#include "signer/tsa_health.h"

#include <algorithm>

namespace antin::signer {

std::vector<std::string> TsaHealth::in_order(std::vector<std::string> urls) const {
  const auto now = clock_.ticks();
  const std::lock_guard lock(mutex_);
  std::stable_partition(urls.begin(), urls.end(), [&](const std::string& url) {
    const auto found = failed_.find(url);
    return found == failed_.end() || now - found->second >= recovers_after_;
  });
  return urls;
}

void TsaHealth::failed(const std::string& url) {
  const std::lock_guard lock(mutex_);
  failed_.insert_or_assign(url, clock_.ticks());
}

void TsaHealth::worked(const std::string& url) {
  const std::lock_guard lock(mutex_);
  failed_.erase(url);
}

}  // namespace antin::signer
