#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hsm/key_holder.h"

namespace antin::hsm {

/// A key holder that lists what it was given and "signs" by returning the attributes reversed.
class ListedKeys final : public KeyHolder {
 public:
  static TokenKey key(std::string uri, std::string label) {
    TokenKey one{};
    one.uri = std::move(uri);
    one.label = std::move(label);
    one.token.label = "token";
    one.token.module = "/m.so";
    one.schemes = {{SignatureAlgorithm::kEcdsa, DigestAlgorithm::kSha256}};
    return one;
  }

  Result<Listing> tokens() override {
    Listing listing;
    for (const auto& one : list) listing.tokens.push_back(one.token);
    listing.failures.push_back(make_error(Code::kTokenModuleUnusable, "d", {{"tep", "/x.so"}}));
    return listing;
  }
  Result<std::vector<TokenKey>> keys(const KeyQuery& query) override {
    std::vector<TokenKey> found;
    for (const auto& one : list) {
      if (query.uri && *query.uri != one.uri) continue;
      if (query.label && *query.label != one.label) continue;
      found.push_back(one);
    }
    return found;
  }
  Status login(const TokenStatus& token, PinSource& pins) override {
    ANTIN_TRY(const auto pin, pins.pin(token, PinSource::Why::kLogin));
    last_pin = std::string{as_text(pin.reveal())};
    return Done{};
  }
  Result<SignatureValue> sign(const std::string&, SignatureScheme,
                              const ToBeSigned& attributes) override {
    if (failure) return make_error(*failure, "as told");
    ++signatures;
    return SignatureValue{Bytes{attributes.value().rbegin(), attributes.value().rend()}};
  }

  std::vector<TokenKey> list;
  std::string last_pin;
  std::optional<Code> failure;
  std::atomic<int> signatures{0};
};

}  // namespace antin::hsm
