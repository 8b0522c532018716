#pragma once

#include <chrono>
#include <string>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/random.h"
#include "certs/core/time.h"
#include "service/store/store.h"

namespace antin::accounts {

/// Nonces of sign-ins with a certificate. One is 56 octets, in lower-case hexadecimal: when it is
/// over (8, seconds since 1970, big-endian), 16 random ones, HMAC-SHA-256 over both and the origin
/// (32). So asking for one writes nothing, and every node of a database knows its own. What was
/// used stays in table login_nonce until it is over. The key is in table store_state; a restored
/// store begins with another. Thread-safe.
class Nonces {
 public:
  /// Makes the key the first time.
  static Result<Nonces> open(service::Store& store, RandomSource& random);

  struct Made {
    std::string nonce;  ///< 112 hexadecimal digits
    UtcTime expires;    ///< two minutes later
  };
  Made make(const std::string& origin, RandomSource& random, UtcTime now) const;
  /// Ours, of this origin and not over? Fails with kChallengeOver. Does not know whether it was
  /// used.
  Status check(const std::string& nonce, const std::string& origin, UtcTime now) const;
  /// Within the transaction that makes the session: once only. Fails with kChallengeOver, also for
  /// what check() refuses.
  Status use(service::Database& database, const std::string& nonce, const std::string& origin,
             UtcTime now) const;

 private:
  explicit Nonces(Bytes key) : key_(std::move(key)) {}
  Bytes key_;
};

constexpr std::chrono::minutes kNonceGoodFor{2};

}  // namespace antin::accounts
