#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "service/agent/key_ring.h"

namespace antin::service::agent {

/// What is plugged in, as pages get it: devices, how it stands with their PIN, certificates, which
/// of them may sign now and why the others may not (S-10, M-05, M-06).
nlohmann::ordered_json describe(const Result<KeyRing::Seen>& seen, UtcTime now);

/// Looks at the devices on a thread of its own: drivers are slow. Whoever asks meanwhile gets the
/// same answer. Thread-safe.
class Looker {
 public:
  using Told = std::function<void(const nlohmann::ordered_json&)>;
  static constexpr std::size_t kMostWaiting = 32;

  Looker(KeyRing& ring, const Clock& clock);
  ~Looker() { stop(); }
  Looker(const Looker&) = delete;
  Looker& operator=(const Looker&) = delete;
  /// False when too many wait.
  bool ask(Told told);
  void stop();

 private:
  void run();
  KeyRing& ring_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable rung_;
  std::vector<Told> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace antin::service::agent
