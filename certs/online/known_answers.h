#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "certs/certificate.h"
#include "certs/crl.h"
#include "certs/ocsp.h"
#include "certs/online/evidence_cache.h"

namespace antin::certs {

/// The cache, and before it the last answers already parsed: a list of millions of octets is read
/// once, and its signature is checked once. Thread-safe.
class KnownAnswers {
 public:
  explicit KnownAnswers(EvidenceCache& cache) : cache_(cache) {}

  /// Nothing when there is none, or when what was kept cannot be read any more.
  template <class Parsed>
  struct Known {
    Parsed parsed;
    UtcTime fetched;
  };
  std::optional<Known<OcspResponse>> ocsp(const std::string& key);
  std::optional<Known<Crl>> crl(const std::string& key);
  /// With its validators.
  std::optional<CachedAnswer> raw(const std::string& key) { return cache_.find(key); }

  Status keep_raw(const std::string& key, const CachedAnswer& answer) {
    return cache_.keep(key, answer);
  }
  Status keep(const std::string& key, const OcspResponse& parsed, const CachedAnswer& answer);
  Status keep(const std::string& key, const Crl& parsed, const CachedAnswer& answer);

 private:
  template <class Parsed>
  using Memo = std::map<std::string, Known<Parsed>>;
  template <class Parsed>
  std::optional<Known<Parsed>> find(Memo<Parsed>& memo, const std::string& key);
  template <class Parsed>
  void remember(Memo<Parsed>& memo, const std::string& key, const Known<Parsed>& known);

  EvidenceCache& cache_;
  std::mutex mutex_;
  Memo<OcspResponse> ocsp_;
  Memo<Crl> crl_;
};

/// "crl-" and a digest of everything that `parts` say.
std::string cache_key(const std::string& kind, std::initializer_list<ByteView> parts);

}  // namespace antin::certs
