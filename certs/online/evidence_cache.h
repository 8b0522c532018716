#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"

namespace antin::certs {

/// An answer as it came, kept after it was checked. Whoever takes it out checks it again: a cache
/// saves a request, never a judgement.
struct CachedAnswer {
  Bytes body;
  UtcTime fetched;
  UtcTime not_after;  ///< of no use afterwards, but for its validators
  std::string etag = {};
  std::string last_modified = {};
};

/// What was fetched before. Keys are words of [a-z0-9-], at most 80 octets. Thread-safe.
class EvidenceCache {
 public:
  virtual ~EvidenceCache() = default;
  virtual std::optional<CachedAnswer> find(const std::string& key) = 0;
  /// Replaces what was there. Fails with kEvidenceCache; the answer is no worse for it.
  virtual Status keep(const std::string& key, const CachedAnswer& answer) = 0;
};

/// In this process only; what was not used for longest goes first.
class MemoryCache final : public EvidenceCache {
 public:
  explicit MemoryCache(std::size_t max_octets) : max_octets_(max_octets) {}
  std::optional<CachedAnswer> find(const std::string& key) override;
  Status keep(const std::string& key, const CachedAnswer& answer) override;

 private:
  using Entry = std::pair<std::string, CachedAnswer>;
  void forget(std::list<Entry>::iterator entry);

  const std::size_t max_octets_;
  std::mutex mutex_;
  std::list<Entry> entries_;  ///< last used first
  std::map<std::string, std::list<Entry>::iterator> by_key_;
  std::size_t octets_ = 0;
};

}  // namespace antin::certs
