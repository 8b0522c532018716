#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace antin::accounts {

/// Sign-ins that were refused, on their way into the audit log. The first of an account and a
/// network is due at once; those of the hour after it are one number, with the next one after that
/// hour, so that nobody fills the log by trying. What is only counted is gone with the process; the
/// service's own log has each of them. Thread-safe.
class Refusals {
 public:
  struct Who {
    std::string account;  ///< empty: nobody's here
    std::string network;
  };
  struct Counted {
    Who who;
    std::uint64_t times;
  };

  void count(const Who& who);
  /// What is to be written now; it counts as written.
  std::vector<Counted> due(std::chrono::steady_clock::time_point now);
  /// It could not be written: it is due with the next one.
  void put_back(const std::vector<Counted>& unwritten);

 private:
  using Key = std::pair<std::string, std::string>;
  struct Held {
    std::uint64_t times = 0;
    std::optional<std::chrono::steady_clock::time_point> told;
  };

  std::mutex mutex_;
  std::map<Key, Held> held_;
};

}  // namespace antin::accounts
