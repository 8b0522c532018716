#include "service/tokend/status.h"

#include <algorithm>
#include <string>
#include <utility>

#include "hsm/pkcs11_uri.h"
#include "hsm/tokend/protocol.h"
#include "service/ipc/channel.h"

namespace antin::service {
namespace {

std::string_view name(hsm::EntrustedPin::State state) {
  switch (state) {
    case hsm::EntrustedPin::State::kHeld:
      return "held";
    case hsm::EntrustedPin::State::kDestroyed:
      return "destroyed";
    case hsm::EntrustedPin::State::kNone:
      break;
  }
  return "none";
}

std::int64_t seconds(UtcTime at) {
  return std::int64_t{at.since_epoch().time_since_epoch().count()};
}

cbor::Array modules_of(const StatusParts& parts, const hsm::KeyHolder::Listing& listing) {
  cbor::Array modules;
  for (const auto& path : parts.config->modules) {
    cbor::Map one{{"path", path}};
    for (const auto& failure : listing.failures) {
      const bool of_this = std::any_of(
          failure.params.begin(), failure.params.end(),
          [&path](const auto& param) { return param.first == "tep" && param.second == path; });
      if (of_this) one.insert_or_assign("failure", error_to_value(failure));
    }
    modules.emplace_back(std::move(one));
  }
  return modules;
}

cbor::Array tokens_of(const StatusParts& parts, const hsm::KeyHolder::Listing& listing) {
  cbor::Array tokens;
  for (const auto& entry : parts.holder->entrusted()) {
    cbor::Map one{{"uri", entry.token_uri}, {"pin", name(entry.state)}, {"present", false}};
    const auto uri = hsm::Pkcs11Uri::parse(entry.token_uri);
    for (const auto& token : listing.tokens) {
      if (!uri || !token.initialized || !hsm::allows_token(uri.value(), token)) continue;
      one.insert_or_assign("present", true);
      one.insert_or_assign("token", hsm::tokend::to_value(token));
    }
    tokens.emplace_back(std::move(one));
  }
  return tokens;
}

cbor::Array keys_of(const StatusParts& parts) {
  cbor::Array keys;
  const auto now = parts.clock->ticks();
  for (const auto& member : parts.pool->members()) {
    const auto& rule = parts.config->keys.at(member.rule);
    cbor::Map one{{"uri", member.uri},
                  {"label", member.label},
                  {"token", member.token},
                  {"rule", rule.uri},
                  {"purpose", hsm::name(rule.purpose)},
                  {"state", member.resting ? "resting" : "ready"},
                  {"signatures", static_cast<std::int64_t>(member.signatures)},
                  {"failures", static_cast<std::int64_t>(member.failures)},
                  {"under_way", static_cast<std::int64_t>(member.under_way)}};
    if (member.resting) {
      const auto left = std::chrono::ceil<std::chrono::seconds>(member.until - now);
      one.emplace("until", seconds(parts.clock->utc_now()) +
                               std::max<std::int64_t>(0, std::int64_t{left.count()}));
    }
    if (member.last_error) one.emplace("error", error_to_value(*member.last_error));
    keys.emplace_back(std::move(one));
  }
  return keys;
}

}  // namespace

cbor::Value tokend_status(const StatusParts& parts) {
  auto asked = parts.holder->tokens();
  const auto listing = asked ? std::move(asked).value() : hsm::KeyHolder::Listing{};
  const auto newest = parts.journal->newest();
  return cbor::Map{{"schema", "antin-tokend-status/1"},
                   {"started", seconds(parts.started)},
                   {"modules", modules_of(parts, listing)},
                   {"tokens", tokens_of(parts, listing)},
                   {"keys", keys_of(parts)},
                   {"journal", cbor::Map{{"last", static_cast<std::int64_t>(newest.last)},
                                         {"hash", newest.hash},
                                         {"octets", static_cast<std::int64_t>(newest.octets)}}}};
}

}  // namespace antin::service
