#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/random.h"
#include "certs/core/time.h"
#include "service/store/store.h"

namespace antin::service {

enum class Scope : std::uint8_t { kVerify, kSign, kOriginals, kRegister };
std::string_view name(Scope scope) noexcept;
/// "verify,sign"; nullopt for anything unknown or nothing at all.
std::optional<std::set<Scope>> read_scopes(std::string_view text);

/// Who calls, as far as the interface knows.
struct Caller {
  std::string key_id;  ///< "" for an anonymous caller
  std::set<Scope> scopes;
};

/// "antin_" and 64 hexadecimal digits: 32 random octets, shown once. Only their SHA-256 is kept.
struct NewKey {
  std::string secret;
  StoredKey stored;
};
NewKey new_key(const std::string& name, const std::set<Scope>& scopes, const Clock& clock,
               RandomSource& random);

/// The keys in memory, read again when another process has changed them. Thread-safe.
class KeyRing {
 public:
  KeyRing(Store& store, const Clock& clock) : store_(store), clock_(clock) {}
  /// `authorization`: the header's value. nullopt when it holds no known key.
  std::optional<Caller> caller(std::string_view authorization);

 private:
  void refresh();
  struct Entry {
    std::string id;
    Bytes hash;
    std::set<Scope> scopes;
  };
  Store& store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::vector<Entry> entries_;
  std::optional<std::int64_t> version_;
  std::chrono::steady_clock::time_point looked_{};
};

}  // namespace antin::service
