#include "service/antind/pools.h"

#include <utility>

namespace antin::service {

Pool::Pool(std::string name, std::size_t threads, std::size_t queue)
    : name_(std::move(name)), limit_(queue) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

bool Pool::submit(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= limit_) return false;
    queue_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void Pool::submit_anyway(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    queue_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void Pool::stop() {
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
  }
  changed_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::size_t Pool::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Pool::work() {
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    ++running_;
    task();
    --running_;
  }
}

}  // namespace antin::service
