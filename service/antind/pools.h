#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace antin::service {

/// Threads that do one kind of work, behind a bounded queue: work that waits on a token or on the
/// network never stands before work that does not, and a full queue is told at once.
class Pool {
 public:
  Pool(std::string name, std::size_t threads, std::size_t queue);
  ~Pool() { stop(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// False when the queue is full or the pool stops.
  [[nodiscard]] bool submit(std::function<void()> task);
  /// Beyond the limit too: for work that is already promised to somebody.
  void submit_anyway(std::function<void()> task);
  /// Drops what has not begun and waits for the rest.
  void stop();
  const std::string& name() const noexcept { return name_; }
  std::size_t waiting() const;
  std::size_t running() const noexcept { return running_; }

 private:
  void work();
  const std::string name_;
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::atomic<std::size_t> running_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace antin::service
