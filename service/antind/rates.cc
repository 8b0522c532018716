#include "service/antind/rates.h"

#include <algorithm>
#include <cmath>

#include "service/http/address.h"

namespace antin::service {

using std::chrono::seconds;

TokenBuckets::TokenBuckets(const Config::Rates::Rate& rate, std::size_t most)
    : per_second_(static_cast<double>(rate.per_minute) / 60.0),
      burst_(static_cast<double>(rate.burst)),
      most_(most) {}

double TokenBuckets::tokens_at(const Bucket& bucket, Ticks now) const {
  const std::chrono::duration<double> gone = now - bucket.at;
  return std::min(burst_, bucket.tokens + gone.count() * per_second_);
}

std::optional<seconds> TokenBuckets::missing(double tokens) const {
  if (tokens >= 1.0) return std::nullopt;
  return seconds(std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil((1.0 - tokens) / per_second_))));
}

std::optional<seconds> TokenBuckets::take(const std::string& who, Ticks now) {
  if (per_second_ <= 0) return std::nullopt;
  const auto known = buckets_.find(who);
  if (known == buckets_.end()) {
    if (buckets_.size() >= most_) {
      buckets_.erase(order_.back().who);
      order_.pop_back();
    }
    order_.push_front({who, burst_, now});
    buckets_.emplace(who, order_.begin());
  } else {
    order_.splice(order_.begin(), order_, known->second);
  }
  auto& bucket = order_.front();
  bucket.tokens = tokens_at(bucket, now);
  bucket.at = now;
  auto wait = missing(bucket.tokens);
  if (!wait) bucket.tokens -= 1.0;
  return wait;
}

std::optional<seconds> TokenBuckets::wait_of(const std::string& who, Ticks now) const {
  const auto known = buckets_.find(who);
  if (per_second_ <= 0 || known == buckets_.end()) return std::nullopt;
  return missing(tokens_at(*known->second, now));
}

Rates::Rates(const Config::Rates& rates)
    : limit_loopback_(rates.limit_loopback),
      most_(rates.clients),
      address_cheap_(rates.address_cheap, rates.clients),
      address_costly_(rates.address_costly, rates.clients),
      key_cheap_(rates.key_cheap, rates.clients),
      key_costly_(rates.key_costly, rates.clients),
      failures_(rates.failures, rates.clients) {}

bool Rates::limited(const std::string& address) const {
  return limit_loopback_ || !is_loopback(address);
}

std::optional<seconds> Rates::address(const std::string& address, Cost cost, Ticks now) {
  if (!limited(address)) return std::nullopt;
  auto& buckets = cost == Cost::kCheap ? address_cheap_ : address_costly_;
  return buckets.take(address_group(address), now);
}

std::optional<seconds> Rates::key(const std::string& key, const std::string& address, Cost cost,
                                  Ticks now) {
  if (!limited(address)) return std::nullopt;
  return (cost == Cost::kCheap ? key_cheap_ : key_costly_).take(key, now);
}

std::optional<seconds> Rates::may_try(const std::string& address, const std::string& key,
                                      Ticks now) const {
  const auto group = address_group(address);
  if (!limited(address) || known_.count({group, key}) != 0) return std::nullopt;
  return failures_.wait_of(group, now);
}

void Rates::was_wrong(const std::string& address, Ticks now) {
  if (limited(address)) static_cast<void>(failures_.take(address_group(address), now));
}

void Rates::was_right(const std::string& address, const std::string& key) {
  std::pair<std::string, std::string> pair(address_group(address), key);
  if (!known_.insert(pair).second) return;
  shown_.push_front(std::move(pair));
  if (shown_.size() <= most_) return;
  known_.erase(shown_.back());
  shown_.pop_back();
}

}  // namespace antin::service
