#include "certs/online/evidence_cache.h"

namespace antin::certs {
namespace {

// What an entry costs beside its body: key, validators, nodes.
constexpr std::size_t kOverhead = 512;

}  // namespace

std::optional<CachedAnswer> MemoryCache::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->second;
}

Status MemoryCache::keep(const std::string& key, const CachedAnswer& answer) {
  const std::lock_guard lock(mutex_);
  if (const auto old = by_key_.find(key); old != by_key_.end()) forget(old->second);
  const auto cost = answer.body.size() + kOverhead;
  if (cost > max_octets_)
    return make_error(Code::kEvidenceCache, "larger than the cache", {{"file", key}});
  while (octets_ + cost > max_octets_) forget(std::prev(entries_.end()));
  entries_.emplace_front(key, answer);
  by_key_.emplace(key, entries_.begin());
  octets_ += cost;
  return Done{};
}

void MemoryCache::forget(std::list<Entry>::iterator entry) {
  octets_ -= entry->second.body.size() + kOverhead;
  by_key_.erase(entry->first);
  entries_.erase(entry);
}

}  // namespace antin::certs
