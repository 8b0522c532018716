#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "service/http/http_connection.h"
#include "service/ipc/descriptor.h"

namespace antin::service {

/// What other threads tell the polling thread: an answer, or what to say when none comes by then.
struct Mail {
  std::uint64_t serial;
  std::optional<Response> answer;
  std::function<Response()> fallback;
  HttpConnection::Ticks fallback_at;
};

/// Thread-safe. Its bell can be polled; empty() is the polling thread's.
class Mailbox {
 public:
  Mailbox() : bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  void put(Mail mail) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(mail));
    }
    ring();
  }
  void ring() noexcept {
    const std::uint64_t one = 1;
    // Only fails when the counter is full, and then the bell rings anyway.
    [[maybe_unused]] const auto wrote = ::write(bell_.get(), &one, sizeof one);
  }
  std::vector<Mail> empty() {
    std::uint64_t rung = 0;
    [[maybe_unused]] const auto got = ::read(bell_.get(), &rung, sizeof rung);
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
  }
  int bell() const noexcept { return bell_.get(); }

 private:
  Descriptor bell_;
  std::mutex mutex_;
  std::vector<Mail> waiting_;
};

}  // namespace antin::service
