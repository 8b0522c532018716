#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace antin::service {

/// Calls what is due, on a thread of its own: the calls hand work on and do none. Thread-safe.
class Later {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  Later() : thread_([this] { run(); }) {}
  ~Later() { stop(); }
  Later(const Later&) = delete;
  Later& operator=(const Later&) = delete;

  void after(std::chrono::milliseconds span, std::function<void()> task);
  /// Drops what is not due yet and waits for a call under way.
  void stop();

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Instant, std::function<void()>> tasks_;
  bool stopping_ = false;
  std::thread thread_;  ///< last: it uses the others
};

}  // namespace antin::service
