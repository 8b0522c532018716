#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "certs/core/time.h"

namespace antin::signer {

/// How timestamp servers did of late: one that failed goes behind the others for a while, so that
/// not everybody waits for it first. It is still asked when the others fail, and comes back by
/// itself. Shared by all who ask; thread-safe.
class TsaHealth {
 public:
  /// `clock` outlives this; only its ticks() are looked at.
  explicit TsaHealth(const Clock& clock,
                     std::chrono::seconds recovers_after = std::chrono::minutes{5})
      : clock_(clock), recovers_after_(recovers_after) {}

  /// `urls` in their order, those that failed lately last.
  std::vector<std::string> in_order(std::vector<std::string> urls) const;
  void failed(const std::string& url);
  void worked(const std::string& url);

 private:
  const Clock& clock_;
  const std::chrono::seconds recovers_after_;
  mutable std::mutex mutex_;
  std::map<std::string, std::chrono::steady_clock::time_point> failed_;
};

}  // namespace antin::signer
