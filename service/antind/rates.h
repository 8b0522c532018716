#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "service/antind/config.h"

namespace antin::service {

/// Token buckets by name. Remembers the `most` names that were used last; whoever is forgotten
/// begins with a full bucket. Belongs to one thread.
class TokenBuckets {
 public:
  using Ticks = std::chrono::steady_clock::time_point;
  TokenBuckets(const Config::Rates::Rate& rate, std::size_t most);
  /// Takes one; or how long until there is one, at least a second.
  std::optional<std::chrono::seconds> take(const std::string& who, Ticks now);
  /// The same without taking.
  std::optional<std::chrono::seconds> wait_of(const std::string& who, Ticks now) const;
  std::size_t size() const noexcept { return buckets_.size(); }

 private:
  struct Bucket {
    std::string who;
    double tokens;
    Ticks at;
  };
  using Order = std::list<Bucket>;  ///< used last first
  double tokens_at(const Bucket& bucket, Ticks now) const;
  std::optional<std::chrono::seconds> missing(double tokens) const;

  double per_second_, burst_;
  std::size_t most_;
  Order order_;
  std::unordered_map<std::string, Order::iterator> buckets_;
};

/// What one client may ask for, and how often it may be wrong. Belongs to one thread.
class Rates {
 public:
  using Ticks = TokenBuckets::Ticks;
  explicit Rates(const Config::Rates& rates);
  enum class Cost : std::uint8_t { kCheap, kCostly };
  /// How long an address (a key) must wait; nullopt: it need not, and one request is counted.
  std::optional<std::chrono::seconds> address(const std::string& address, Cost cost, Ticks now);
  std::optional<std::chrono::seconds> key(const std::string& key, const std::string& address,
                                          Cost cost, Ticks now);

  /// Guessing keys is slowed: an address that was wrong too often is not answered about any key but
  /// those that it has shown before, so that nobody shuts out a neighbour behind the same address.
  std::optional<std::chrono::seconds> may_try(const std::string& address, const std::string& key,
                                              Ticks now) const;
  void was_wrong(const std::string& address, Ticks now);
  void was_right(const std::string& address, const std::string& key);

 private:
  bool limited(const std::string& address) const;
  bool limit_loopback_;
  std::size_t most_;
  TokenBuckets address_cheap_, address_costly_, key_cheap_, key_costly_, failures_;
  std::list<std::pair<std::string, std::string>> shown_;  ///< (address, key), shown last first
  std::set<std::pair<std::string, std::string>> known_;
};

}  // namespace antin::service
