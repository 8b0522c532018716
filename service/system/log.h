#pragma once

#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "certs/core/time.h"

namespace antin::service {

/// The operator's log: one JSON object per line. Callers pass identifiers, hashes, sizes, codes
/// and durations; never document text, never a key or a PIN. Thread-safe.
class Log {
 public:
  enum class Level { kInfo, kWarning, kError };
  using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;

  Log(int fd, const Clock& clock) : fd_(fd), clock_(clock) {}
  void write(Level level, std::string_view event, Fields fields = {});

 private:
  int fd_;
  const Clock& clock_;
  std::mutex mutex_;
};

}  // namespace antin::service
