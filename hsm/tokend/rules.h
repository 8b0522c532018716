#pragma once

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/algorithms.h"
#include "certs/core/error.h"
#include "certs/core/time.h"
#include "hsm/pkcs11_uri.h"
#include "hsm/tokend/protocol.h"

namespace antin::hsm {

enum class Purpose : std::uint8_t { kDocument, kCheckpoint };
std::string_view name(Purpose purpose) noexcept;

/// When a key may be used, in legal time (UTC+07:00). Nothing is allowed until it is said.
struct Hours {
  std::array<bool, 7> days{};  ///< Monday first
  std::chrono::minutes from{0};
  std::chrono::minutes to{0};  ///< not included; 24 h at most. Below `from`: past midnight
};
bool allows(const Hours& hours, UtcTime at) noexcept;
/// The first minute from `at` on that `hours` allow, within eight days.
std::optional<UtcTime> next_allowed(const Hours& hours, UtcTime at) noexcept;

/// What keys may do whose URI `uri` covers. Nothing has a default that allows anything.
struct KeyRule {
  std::string uri;  ///< RFC 7512 pattern
  Purpose purpose = Purpose::kDocument;
  std::vector<tokend::Role> roles;       ///< documents only
  std::vector<SignatureScheme> schemes;  ///< documents only: a checkpoint is Ed25519
  unsigned per_minute = 0;
  unsigned per_day = 0;
  Hours hours;
};

/// The rules of one tokend, and how much of their allowance is used. The first rule that covers a
/// key decides; a key that rules of two purposes cover is used for neither. Thread-safe.
class Rules {
  struct Passkey {};

 public:
  /// Fails with kTokenUriInvalid. `clock` must outlive this.
  static Result<std::unique_ptr<Rules>> create(const std::vector<KeyRule>& rules,
                                               const Clock& clock);
  Rules(Passkey, const Clock& clock) : clock_(clock) {}

  /// Index of the rule for `key_uri` (canonical); nothing for a key that may do nothing.
  std::optional<std::size_t> covering(const std::string& key_uri) const;
  const KeyRule& rule(std::size_t index) const { return rules_.at(index).rule; }

  /// All that does not depend on how much was signed. Fails with kTokendKeyRefused,
  /// kTokendPurposeRefused, kTokendRoleRefused, kTokendSchemeRefused, kTokendOutOfHours.
  Result<std::size_t> permit_document(const std::string& key_uri, tokend::Role role,
                                      SignatureScheme scheme) const;
  Result<std::size_t> permit_checkpoint(const std::string& key_uri) const;

  /// Takes one signature off the allowance of a rule. Fails with kTokendRateLimited and {until}.
  Status take(std::size_t rule);
  /// Gives one back: nothing was signed.
  void give_back(std::size_t rule);
  /// A signature of the past, when the journal is read.
  void count_past(const std::string& key_uri, UtcTime at);

 private:
  // Fills up steadily and holds at most what may be signed at once.
  struct Bucket {
    double capacity = 0;
    double per_second = 0;
    double level = 0;
    std::chrono::steady_clock::time_point filled_at;
    void fill(std::chrono::steady_clock::time_point now);
    std::chrono::seconds until_one() const;
  };
  struct Known {
    KeyRule rule;
    Pkcs11Uri pattern;
    Bucket minute;
    Bucket day;
  };

  Result<std::size_t> permitted(const std::string& key_uri, Purpose purpose) const;
  Status at_this_hour(const KeyRule& rule) const;

  const Clock& clock_;
  std::vector<Known> rules_;
  std::mutex mutex_;  ///< of the buckets
};

/// "RSASSA-PKCS1-v1_5 SHA-256"
std::string text_of(SignatureScheme scheme);

}  // namespace antin::hsm
