#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "certs/core/error.h"
#include "certs/core/random.h"
#include "certs/core/time.h"
#include "service/agent/origin.h"

namespace antin::service::agent {

/// Pages that the person has let in, kept in a file that is nobody else's. Thread-safe.
class Pairings {
 public:
  static constexpr std::size_t kMost = 32;

  /// `given`: those of the configuration, which nobody forgets. A file that cannot be read counts
  /// as empty: then the person is asked again.
  Pairings(std::string file, const std::vector<Origin>& given);
  bool holds(const Origin& origin) const;
  /// Beyond kMost the oldest one goes. Fails as write_file() does.
  Status add(const Origin& origin);
  /// True when it was there.
  Result<bool> forget(const Origin& origin);
  std::vector<std::string> all() const;

 private:
  std::deque<std::string> paired() const;  ///< oldest first
  Status keep(const std::deque<std::string>& all) const;
  const std::string file_;
  std::set<std::string> given_;
  mutable std::mutex mutex_;
};

/// At most `most` in `span`. Thread-safe.
class Rate {
 public:
  using Ticks = std::chrono::steady_clock::time_point;
  Rate(std::size_t most, std::chrono::seconds span) : most_(most), span_(span) {}
  /// Counts it, or says how long to wait.
  std::optional<std::chrono::seconds> take(Ticks now);

 private:
  const std::size_t most_;
  const std::chrono::seconds span_;
  std::mutex mutex_;
  std::deque<Ticks> taken_;
};

/// What a page shows with every request after it was let in: 256 random bits, bound to its origin,
/// over after half an hour of silence or when the agent ends. Thread-safe.
class Sessions {
 public:
  static constexpr std::chrono::minutes kIdle{30};
  static constexpr std::size_t kMost = 64;

  Sessions(const Clock& clock, RandomSource& random) : clock_(clock), random_(random) {}
  std::string open(const Origin& origin);
  bool holds(const std::string& token, const Origin& origin);
  void end_all(const Origin& origin);

 private:
  struct Open {
    Origin origin;
    std::chrono::steady_clock::time_point last;
  };
  void drop_idle();
  const Clock& clock_;
  RandomSource& random_;
  std::mutex mutex_;
  std::map<Bytes, Open> open_;  ///< by SHA-256 of the token
};

}  // namespace antin::service::agent
