#include "hsm/tokend/key_pool.h"

#include <algorithm>
#include <set>
#include <utility>

namespace antin::hsm {
namespace {

// What another token with the same key may do better.
bool of_the_token(Code code) noexcept {
  switch (code) {
    case Code::kTokenRemoved:
    case Code::kTokenTimeout:
    case Code::kTokenFailed:
    case Code::kTokenModuleUnusable:
    case Code::kTokenLoginRequired:
    case Code::kTokenKeyNotFound:
    case Code::kTokenPinLocked:
    case Code::kTokenPinIncorrect:
      return true;
    default:
      return false;
  }
}

}  // namespace

// Members are remembered when their token is away. One key of each pool stays in the list.
std::vector<TokenKey> KeyPool::learn(std::vector<TokenKey> found) {
  std::vector<TokenKey> told;
  std::set<std::pair<std::size_t, Bytes>> seen;
  const std::lock_guard lock{mutex_};
  for (auto& key : found) {
    const auto rule = options_.rule_of(key.uri);
    if (!rule) continue;
    auto& member = members_[key.uri];
    member.uri = key.uri;
    member.label = key.label;
    member.token = key.token.label;
    member.rule = *rule;
    member.certificate = key.certificate ? key.certificate->value() : Bytes{};
    if (!member.certificate.empty() && !seen.insert({*rule, member.certificate}).second) continue;
    told.push_back(std::move(key));
  }
  return told;
}

Result<std::vector<TokenKey>> KeyPool::keys(const KeyQuery& query) {
  auto found = keys_.keys(query);
  if (found && !found.value().empty()) return learn(std::move(found).value());
  // The one that is asked for is away: another one of its pool speaks for it, under its name.
  if (query.uri && known(*query.uri)) {
    for (const auto& other : candidates(*query.uri)) {
      if (other == *query.uri) continue;
      auto stand_in = keys_.keys({.uri = other,
                                  .certificate_sha256 = query.certificate_sha256,
                                  .id = std::nullopt,
                                  .label = std::nullopt});
      if (!stand_in || stand_in.value().empty()) continue;
      auto told = learn(std::move(stand_in).value());
      for (auto& key : told) key.uri = *query.uri;
      return told;
    }
  }
  if (!found) return found;
  return std::vector<TokenKey>{};
}

bool KeyPool::known(const std::string& key_uri) {
  const std::lock_guard lock{mutex_};
  return members_.contains(key_uri);
}

std::vector<std::string> KeyPool::candidates(const std::string& key_uri) {
  const std::lock_guard lock{mutex_};
  const auto asked = members_.find(key_uri);
  if (asked == members_.end()) return {key_uri};
  std::vector<const Member*> pool;
  for (const auto& [uri, member] : members_) {
    const bool same = uri == key_uri || (!member.certificate.empty() &&
                                         member.certificate == asked->second.certificate &&
                                         member.rule == asked->second.rule);
    if (same) pool.push_back(&member);
  }
  std::sort(pool.begin(), pool.end(), [](const Member* a, const Member* b) {
    if (a->resting != b->resting) return b->resting;
    if (a->resting) return a->until < b->until;
    if (a->under_way != b->under_way) return a->under_way < b->under_way;
    return a->signatures < b->signatures;
  });
  std::vector<std::string> uris;
  uris.reserve(pool.size());
  for (const auto* member : pool) uris.push_back(member->uri);
  return uris;
}

void KeyPool::begin(const std::string& uri) {
  const std::lock_guard lock{mutex_};
  if (const auto found = members_.find(uri); found != members_.end()) ++found->second.under_way;
}

void KeyPool::end(const std::string& uri, const Error* failure) {
  const std::lock_guard lock{mutex_};
  const auto found = members_.find(uri);
  if (found == members_.end()) return;
  auto& member = found->second;
  if (member.under_way > 0) --member.under_way;
  if (failure != nullptr) {
    if (of_the_token(failure->code)) rest(member, *failure);
    return;
  }
  ++member.signatures;
  member.failures_in_row = 0;
  member.resting = false;
  member.last_error.reset();
}

void KeyPool::rest(Member& member, const Error& why) {
  constexpr unsigned kDoublings = 12;
  ++member.failures;
  const auto doublings = std::min(member.failures_in_row++, kDoublings);
  const auto pause = std::min<std::chrono::seconds>(options_.first_rest * (1U << doublings),
                                                    options_.longest_rest);
  member.resting = true;
  member.until = clock_.ticks() + pause;
  member.last_error = why;
}

Result<SignatureValue> KeyPool::sign(const std::string& key_uri, SignatureScheme scheme,
                                     const ToBeSigned& attributes) {
  // What is not known yet may have a twin that was never listed.
  if (!known(key_uri)) static_cast<void>(discover());
  std::optional<Error> first;
  for (const auto& uri : candidates(key_uri)) {
    begin(uri);
    auto signature = keys_.sign(uri, scheme, attributes);
    end(uri, signature ? nullptr : &signature.error());
    if (signature || !of_the_token(signature.error().code)) return signature;
    if (!first) first = std::move(signature).error();
  }
  return *std::move(first);
}

Status KeyPool::discover() {
  ANTIN_TRY(auto found, keys_.keys({}));
  learn(std::move(found));
  return Done{};
}

void KeyPool::probe() {
  std::vector<std::string> due;
  {
    const std::lock_guard lock{mutex_};
    const auto now = clock_.ticks();
    for (const auto& [uri, member] : members_) {
      if (member.resting && member.until <= now) due.push_back(uri);
    }
  }
  bool looked = false;
  for (const auto& uri : due) {
    const KeyQuery query{
        .uri = uri, .certificate_sha256 = std::nullopt, .id = std::nullopt, .label = std::nullopt};
    auto found = keys_.keys(query);
    if ((!found || found.value().empty()) && !std::exchange(looked, true) && options_.look_again) {
      options_.look_again();
      found = keys_.keys(query);
    }
    const std::lock_guard lock{mutex_};
    const auto member = members_.find(uri);
    if (member == members_.end()) continue;
    if (found && !found.value().empty()) {
      // failures_in_row stays: one that lists its key and cannot sign rests longer each time.
      member->second.resting = false;
    } else {
      rest(member->second,
           found ? make_error(Code::kTokenRemoved, "not there", {{"token", member->second.token}})
                 : found.error());
    }
  }
}

std::vector<KeyPool::Member> KeyPool::members() {
  const std::lock_guard lock{mutex_};
  std::vector<Member> all;
  all.reserve(members_.size());
  for (const auto& [uri, member] : members_) all.push_back(member);
  return all;
}

}  // namespace antin::hsm
