#include "service/antind/api_keys.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "certs/ossl/hmac.h"
#include "service/antind/sha256.h"
#include "service/http/http_parser.h"
#include "service/http/http_server.h"
#include "service/ipc/utf8.h"

namespace antin::service {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::milliseconds kFreshFor{1'000}, kUnknownFreshFor{20};
constexpr std::chrono::milliseconds kPatience{250}, kFirstPatience{3'000};
constexpr std::string_view kPrefix = "antin_", kByDigest = "sha256:", kBySubject = "subject:";
constexpr std::array kScopes{Scope::kVerify, Scope::kSign,   Scope::kOriginals, Scope::kRegister,
                             Scope::kAudit,  Scope::kCases,  Scope::kReception, Scope::kOfficer,
                             Scope::kClerk,  Scope::kSubmit, Scope::kDigitise,  Scope::kShare,
                             Scope::kAdmin};

std::string join(const std::set<Scope>& scopes) {
  std::string text;
  for (const auto scope : scopes) {
    if (!text.empty()) text += ',';
    text += name(scope);
  }
  return text;
}

bool shows(const Peer& peer, std::string_view certificate) {
  if (peer.certificate.empty()) return false;
  return certificate.starts_with(kByDigest)
             ? certificate.substr(kByDigest.size()) == peer.certificate
             : certificate.substr(kBySubject.size()) == peer.subject;
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
    case Scope::kAudit:
      return "audit";
    case Scope::kCases:
      return "cases";
    case Scope::kReception:
      return "reception";
    case Scope::kOfficer:
      return "officer";
    case Scope::kClerk:
      return "clerk";
    case Scope::kSubmit:
      return "submit";
    case Scope::kDigitise:
      return "digitise";
    case Scope::kShare:
      return "share";
    case Scope::kAdmin:
      return "admin";
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

std::string to_json(const KeyLimits& limits) {
  Json all = Json::object();
  if (!limits.system.empty()) all["system"] = limits.system;
  if (!limits.role.empty()) all["role"] = limits.role;
  if (!limits.units.empty()) all["units"] = limits.units;
  if (!limits.addresses.empty()) all["addresses"] = limits.addresses;
  if (!limits.certificate.empty()) all["certificate"] = limits.certificate;
  if (!limits.person.empty()) all["person"] = limits.person;
  if (limits.expires) all["expires"] = to_rfc3339(*limits.expires);
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<KeyLimits> read_limits(std::string_view json) {
  KeyLimits limits;
  if (json.empty()) return limits;
  const auto all = Json::parse(json, nullptr, false);
  if (!all.is_object()) return std::nullopt;
  for (const auto& [key, value] : all.items()) {
    if (key == "system" && value.is_string()) {
      limits.system = value;
    } else if (key == "role" && value.is_string()) {
      limits.role = value;
    } else if (key == "person" && value.is_string()) {
      limits.person = value;
    } else if (key == "certificate" && value.is_string()) {
      limits.certificate = value;
    } else if (key == "expires" && value.is_string()) {
      limits.expires = from_rfc3339(value.get<std::string>());
      if (!limits.expires) return std::nullopt;
    } else if ((key == "units" || key == "addresses") && value.is_array()) {
      auto& list = key == "units" ? limits.units : limits.addresses;
      for (const auto& one : value) {
        if (!one.is_string()) return std::nullopt;
        list.push_back(one.get<std::string>());
      }
    } else {
      return std::nullopt;
    }
  }
  return first_wrong(limits) ? std::nullopt : std::optional(std::move(limits));
}

std::optional<std::string_view> first_wrong(const KeyLimits& limits) {
  constexpr std::size_t kMost = 256;
  const auto is_blank = [](const std::string& text) {
    return text.empty() || text.size() > 512 || !is_utf8(text);
  };
  if (limits.units.size() > kMost ||
      std::any_of(limits.units.begin(), limits.units.end(), is_blank))
    return "unit";
  if (limits.addresses.size() > kMost ||
      !std::all_of(limits.addresses.begin(), limits.addresses.end(), AddressRange::read))
    return "address";
  const std::string_view certificate = limits.certificate;
  Bytes digest;
  const bool by_digest = certificate.starts_with(kByDigest) &&
                         from_hex(certificate.substr(kByDigest.size()), digest) &&
                         digest.size() == 32 && lower(certificate) == certificate;
  const bool by_subject =
      certificate.starts_with(kBySubject) && certificate.size() > kBySubject.size();
  if (!certificate.empty() && !by_digest && !by_subject) return "certificate";
  if (!limits.role.empty() && !is_token(limits.role)) return "role";
  if (!limits.person.empty() && (is_blank(limits.person) || limits.person.size() > 64))
    return "person";
  return std::nullopt;
}

NewKey new_key(const std::string& key_name, const std::set<Scope>& scopes, const Clock& clock,
               RandomSource& random, const KeyLimits& limits) {
  const auto secret = random.bytes(32);
  return NewKey{.secret = std::string(kPrefix) + to_hex(secret),
                .stored = StoredKey{.id = new_uuid7(clock, random),
                                    .name = key_name,
                                    .scopes = join(scopes),
                                    .hash = sha256({secret}),
                                    .created = clock.utc_now(),
                                    .limits = to_json(limits)}};
}

// What cannot be read gives no right: a limit that is not understood must not be dropped.
std::optional<KeyRing::Entry> KeyRing::read(const StoredKey& key) {
  auto limits = read_limits(key.limits);
  auto scopes = read_scopes(key.scopes);
  if (!limits || (!scopes && limits->role.empty())) return std::nullopt;
  Entry entry{.id = key.id,
              .hash = key.hash,
              .scopes = scopes.value_or(std::set<Scope>{}),
              .limits = *std::move(limits),
              .addresses = {}};
  for (const auto& text : entry.limits.addresses) {
    if (auto range = AddressRange::read(text)) entry.addresses.push_back(*std::move(range));
  }
  return entry;
}

KeyRing::KeyRing(Store& store, const Clock& clock, Roles roles)
    : store_(store), clock_(clock), roles_(std::move(roles)), thread_([this] { keep_fresh(); }) {}

KeyRing::~KeyRing() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_all();
  answered_.notify_all();
  thread_.join();
}

void KeyRing::keep_fresh() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wanted_.wait(lock, [this] { return stopping_ || asking_; });
    if (stopping_) return;
    lock.unlock();
    auto read = read_again();
    lock.lock();
    failure_ = read ? std::nullopt : std::optional(read.error());
    looked_ = clock_.ticks();
    asking_ = false;
    answered_.notify_all();
  }
}

// After a failure what was known stays; the store's own failure is told where it matters.
Status KeyRing::read_again() {
  ANTIN_TRY(const auto version, store_.version_of_others_writing());
  {
    const std::lock_guard lock(mutex_);
    if (version_ == version) return Done{};
  }
  ANTIN_TRY(const auto keys, store_.keys());
  std::vector<Entry> entries;
  entries.reserve(keys.size());
  for (const auto& key : keys) {
    if (auto entry = read(key)) entries.push_back(*std::move(entry));
  }
  const std::lock_guard lock(mutex_);
  version_ = version;
  entries_ = std::move(entries);
  return Done{};
}

// At most as often as `fresh_for` says, by whoever comes first. All that come meanwhile wait with
// them, and nobody longer than a moment after the question: this is the thread that serves every
// connection.
void KeyRing::await_fresh(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds fresh_for) {
  if (!asking_) {
    if (version_ && clock_.ticks() - looked_ < fresh_for) return;
    asking_ = true;
    asked_at_ = std::chrono::steady_clock::now();
    wanted_.notify_one();
  }
  answered_.wait_until(lock, asked_at_ + (version_ ? kPatience : kFirstPatience),
                       [this] { return stopping_ || !asking_; });
}

const KeyRing::Entry* KeyRing::shown(std::string_view authorization) const {
  // The scheme's name is case-insensitive (RFC 9110 §11.1).
  constexpr std::string_view kScheme = "bearer ";
  if (lower(authorization.substr(0, kScheme.size())) != kScheme) return nullptr;
  authorization.remove_prefix(kScheme.size());
  Bytes secret;
  if (!authorization.starts_with(kPrefix) ||
      !from_hex(authorization.substr(kPrefix.size()), secret) || secret.size() != 32)
    return nullptr;
  const auto hash = sha256({secret});
  // Every entry is compared, so that the time tells nothing about which one it was.
  const Entry* found = nullptr;
  for (const auto& entry : entries_) {
    if (ossl::equal_in_constant_time(entry.hash, hash)) found = &entry;
  }
  return found;
}

const KeyRing::Entry* KeyRing::certified(const Peer& peer) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return !entry.limits.certificate.empty() && shows(peer, entry.limits.certificate);
  });
  return found == entries_.end() ? nullptr : &*found;
}

Result<Caller> KeyRing::caller(std::string_view authorization, const Peer& peer) {
  std::unique_lock lock(mutex_);
  await_fresh(lock, kFreshFor);
  if (!version_)
    return failure_ ? *failure_ : make_error(Code::kDatabaseBusy, "the keys are not read yet");
  const auto* entry = authorization.empty() ? certified(peer) : shown(authorization);
  // A key that another process has just made is good at once; how often wrong ones make us look is
  // bounded.
  if (entry == nullptr && !authorization.empty()) {
    await_fresh(lock, kUnknownFreshFor);
    entry = shown(authorization);
  }
  if (entry == nullptr) return make_error(Code::kHttpUnauthorized, "key unknown");
  return admit(*entry, peer);
}

Result<Caller> KeyRing::admit(const Entry& entry, const Peer& peer) {
  const auto& limits = entry.limits;
  const auto now = clock_.utc_now();
  if (limits.expires && now >= *limits.expires)
    return make_error(Code::kKeyExpired, entry.id, {{"at", to_rfc3339(*limits.expires)}});
  const auto here = [&](const AddressRange& range) { return range.contains(peer.address); };
  if (!entry.addresses.empty() &&
      std::none_of(entry.addresses.begin(), entry.addresses.end(), here))
    return make_error(Code::kKeyAddress, entry.id + " from " + peer.address);
  if (!limits.certificate.empty() && !shows(peer, limits.certificate))
    return make_error(Code::kClientCertificateOther, entry.id);
  Caller caller{.key_id = limits.system.empty() ? entry.id : limits.system,
                .scopes = entry.scopes,
                .secret_id = entry.id,
                .units = {limits.units.begin(), limits.units.end()},
                .person = limits.person};
  // A role that the configuration no longer has gives nothing.
  if (const auto role = roles_.find(limits.role); role != roles_.end())
    caller.scopes.insert(role->second.begin(), role->second.end());
  used_.insert_or_assign(entry.id, now);
  return caller;
}

void KeyRing::set_roles(Roles roles) {
  const std::lock_guard lock(mutex_);
  roles_ = std::move(roles);
}

std::map<std::string, UtcTime> KeyRing::take_used() {
  const std::lock_guard lock(mutex_);
  return std::exchange(used_, {});
}

}  // namespace antin::service
