#pragma once

#include <array>
#include <mutex>
#include <utility>
#include <vector>

#include "certs/certificate.h"

namespace antin::certs {

/// Remembers which keys verified a signature. A key is known by the SHA-256 of a certificate that
/// carries it. Bounded: hostile documents may bring many candidates. Thread-safe.
class SignatureMemo {
 public:
  std::optional<bool> find(const Bytes& key) const {
    const std::lock_guard lock{mutex_};
    for (const auto& [known, verified] : answers_) {
      if (known == key) return verified;
    }
    return std::nullopt;
  }
  void put(const Bytes& key, bool verified) const {
    const std::lock_guard lock{mutex_};
    if (answers_.size() < kMost) answers_.emplace_back(key, verified);
  }

 private:
  static constexpr std::size_t kMost = 16;
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<Bytes, bool>> answers_;
};

/// What copies of a Certificate share. Immutable but for the memo.
struct Certificate::Parsed {
  Parsed(ByteView octets, Bytes digest, ossl::X509Ptr read, UtcTime from, UtcTime until);

  Bytes der;
  Bytes sha256;
  ossl::X509Ptr x509;
  UtcTime not_before;
  UtcTime not_after;
  bool self_issued;
  SignatureMemo memo;
};

}  // namespace antin::certs
