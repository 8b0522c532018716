#include "service/antind/api_keys.h"

#include <algorithm>
#include <array>

#include "service/antind/http_parser.h"
#include "service/antind/http_server.h"
#include "service/antind/sha256.h"

namespace antin::service {
namespace {

constexpr std::string_view kPrefix = "antin_";
constexpr std::array kScopes{Scope::kVerify, Scope::kSign, Scope::kOriginals, Scope::kRegister};

std::string join(const std::set<Scope>& scopes) {
  std::string text;
  for (const auto scope : scopes) {
    if (!text.empty()) text += ',';
    text += name(scope);
  }
  return text;
}

}  // namespace

std::string_view name(Scope scope) noexcept {
  switch (scope) {
    case Scope::kVerify:
      return "verify";
    case Scope::kSign:
      return "sign";
    case Scope::kRegister:
      return "register";
    case Scope::kOriginals:
      break;
  }
  return "originals";
}

std::optional<std::set<Scope>> read_scopes(std::string_view text) {
  std::set<Scope> scopes;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto word = text.substr(0, comma);
    const auto at = std::find_if(kScopes.begin(), kScopes.end(),
                                 [&](Scope scope) { return name(scope) == word; });
    if (at == kScopes.end()) return std::nullopt;
    scopes.insert(*at);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  if (scopes.empty()) return std::nullopt;
  return scopes;
}

NewKey new_key(const std::string& key_name, const std::set<Scope>& scopes, const Clock& clock,
               RandomSource& random) {
  const auto secret = random.bytes(32);
  return NewKey{.secret = std::string(kPrefix) + to_hex(secret),
                .stored = StoredKey{.id = new_uuid7(clock, random),
                                    .name = key_name,
                                    .scopes = join(scopes),
                                    .hash = sha256({secret}),
                                    .created = clock.utc_now()}};
}

void KeyRing::refresh() {
  const auto now = clock_.ticks();
  if (version_ && now - looked_ < std::chrono::seconds(1)) return;
  looked_ = now;
  const auto version = store_.version_of_others_writing();
  if (!version || (version_ && *version_ == version.value())) return;
  const auto keys = store_.keys();
  if (!keys) return;  // keep what we have; the store's own failure is told where it matters
  version_ = version.value();
  entries_.clear();
  for (const auto& key : keys.value()) {
    if (const auto scopes = read_scopes(key.scopes))
      entries_.push_back({key.id, key.hash, *scopes});
  }
}

std::optional<Caller> KeyRing::caller(std::string_view authorization) {
  // The scheme's name is case-insensitive (RFC 9110 §11.1).
  constexpr std::string_view kScheme = "bearer ";
  if (lower(authorization.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  authorization.remove_prefix(kScheme.size());
  Bytes secret;
  if (!authorization.starts_with(kPrefix) ||
      !from_hex(authorization.substr(kPrefix.size()), secret) || secret.size() != 32)
    return std::nullopt;
  const auto hash = sha256({secret});
  const std::lock_guard lock(mutex_);
  refresh();
  // Every entry is compared, so that the time tells nothing about which one it was.
  std::optional<Caller> found;
  for (const auto& entry : entries_) {
    if (equal_in_constant_time(entry.hash, hash)) found = Caller{entry.id, entry.scopes};
  }
  return found;
}

}  // namespace antin::service
