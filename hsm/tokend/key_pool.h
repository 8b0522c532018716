#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/time.h"
#include "hsm/key_holder.h"

namespace antin::hsm {

/// Several tokens or slots with the same key, seen as one key.
///
/// Keys with the same certificate that the same rule covers are members of one pool: keys() tells
/// of one of them, sign() with the URI of any uses the member with the fewest signatures under way.
/// A member that fails rests, twice as long each time, and the next one signs; a probe that signs
/// nothing finds out when it is back. When all rest, all are tried: a pool of one never refuses by
/// itself. Keys without a certificate stand alone. Thread-safe.
class KeyPool final : public KeyHolder {
 public:
  struct Options {
    /// The rule that covers a key; keys without one are not told of.
    std::function<std::optional<std::size_t>(const std::string& uri)> rule_of;
    /// Looks for tokens that came back; called before a member that is not there is given up.
    std::function<void()> look_again;
    std::chrono::seconds first_rest{1};
    std::chrono::seconds longest_rest{300};
  };
  /// `keys` and `clock` must outlive this.
  KeyPool(KeyHolder& keys, const Clock& clock, Options options)
      : keys_(keys), clock_(clock), options_(std::move(options)) {}

  Result<Listing> tokens() override { return keys_.tokens(); }
  Result<std::vector<TokenKey>> keys(const KeyQuery& query) override;
  Status login(const TokenStatus& token, PinSource& pins) override {
    return keys_.login(token, pins);
  }
  Result<SignatureValue> sign(const std::string& key_uri, SignatureScheme scheme,
                              const ToBeSigned& attributes) override;

  /// Learns which keys there are.
  Status discover();
  /// Looks after the members whose rest is over. Call it every second or so.
  void probe();

  struct Member {
    std::string uri;
    std::string label;
    std::string token;
    std::size_t rule = 0;
    Bytes certificate;  ///< DER; empty for one that stands alone
    bool resting = false;
    std::chrono::steady_clock::time_point until;
    std::optional<Error> last_error;
    std::uint64_t signatures = 0;
    std::uint64_t failures = 0;  ///< in all
    unsigned failures_in_row = 0;
    unsigned under_way = 0;
  };
  std::vector<Member> members();

 private:
  std::vector<TokenKey> learn(std::vector<TokenKey> found);
  std::vector<std::string> candidates(const std::string& key_uri);
  bool known(const std::string& key_uri);
  void begin(const std::string& uri);
  void end(const std::string& uri, const Error* failure);
  void rest(Member& member, const Error& why);

  KeyHolder& keys_;
  const Clock& clock_;
  const Options options_;
  std::mutex mutex_;
  std::map<std::string, Member> members_;  ///< by URI
};

}  // namespace antin::hsm
