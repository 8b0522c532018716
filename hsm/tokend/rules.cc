#include "hsm/tokend/rules.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace antin::hsm {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr minutes kOffset{7 * 60};  // legal time, without daylight saving
constexpr minutes kDay{24 * 60};
constexpr int kDays = 7;
// 1 January 1970 was a Thursday.
constexpr int kFirstDay = 3;

std::string_view vietnamese(Purpose purpose) {
  return purpose == Purpose::kDocument ? "tài liệu" : "mốc nhật ký";
}
std::string_view vietnamese(tokend::Role role) {
  return role == tokend::Role::kPerson ? "cá nhân" : "cơ quan";
}

template <class T>
bool has(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

std::string_view name(Purpose purpose) noexcept {
  return purpose == Purpose::kDocument ? "document" : "checkpoint";
}

std::string text_of(SignatureScheme scheme) {
  return std::string{name(scheme.algorithm)} + " " + std::string{name(scheme.digest)};
}

bool allows(const Hours& hours, UtcTime at) noexcept {
  const auto local = std::chrono::floor<minutes>(at.since_epoch().time_since_epoch()) + kOffset;
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const auto time = local - day;
  const auto today = static_cast<std::size_t>((day.count() + kFirstDay) % kDays);
  if (hours.from < hours.to) return hours.days.at(today) && time >= hours.from && time < hours.to;
  if (hours.from == hours.to) return false;
  const auto yesterday = (today + kDays - 1) % kDays;
  return (hours.days.at(today) && time >= hours.from) ||
         (hours.days.at(yesterday) && time < hours.to);
}

std::optional<UtcTime> next_allowed(const Hours& hours, UtcTime at) noexcept {
  const auto first = std::chrono::ceil<minutes>(at.since_epoch().time_since_epoch());
  for (minutes ahead{0}; ahead < (kDays + 1) * kDay; ++ahead) {
    const UtcTime then{std::chrono::sys_seconds{seconds{first + ahead}}};
    if (allows(hours, then)) return then;
  }
  return std::nullopt;
}

void Rules::Bucket::fill(std::chrono::steady_clock::time_point now) {
  const std::chrono::duration<double> passed = now - filled_at;
  level = std::min(capacity, level + passed.count() * per_second);
  filled_at = now;
}

std::chrono::seconds Rules::Bucket::until_one() const {
  if (level >= 1 || per_second <= 0) return seconds{0};
  return seconds{static_cast<std::int64_t>(std::ceil((1 - level) / per_second))};
}

Result<std::unique_ptr<Rules>> Rules::create(const std::vector<KeyRule>& rules,
                                             const Clock& clock) {
  auto made = std::make_unique<Rules>(Passkey{}, clock);
  made->rules_.reserve(rules.size());
  const auto now = clock.ticks();
  const auto bucket = [now](unsigned most, seconds span) {
    return Bucket{.capacity = static_cast<double>(most),
                  .per_second = static_cast<double>(most) / static_cast<double>(span.count()),
                  .level = static_cast<double>(most),
                  .filled_at = now};
  };
  for (const auto& rule : rules) {
    ANTIN_TRY(auto pattern, Pkcs11Uri::parse(rule.uri));
    made->rules_.push_back({.rule = rule,
                            .pattern = std::move(pattern),
                            .minute = bucket(rule.per_minute, minutes{1}),
                            .day = bucket(rule.per_day, kDay)});
  }
  return made;
}

std::optional<std::size_t> Rules::covering(const std::string& key_uri) const {
  const auto key = Pkcs11Uri::parse(key_uri);
  if (!key) return std::nullopt;
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (!covers(rules_[i].pattern, key.value())) continue;
    if (!first) first = i;
    if (rules_[*first].rule.purpose != rules_[i].rule.purpose) return std::nullopt;
  }
  return first;
}

Result<std::size_t> Rules::permitted(const std::string& key_uri, Purpose purpose) const {
  ANTIN_TRY(const auto key, Pkcs11Uri::parse(key_uri));
  const auto index = covering(key_uri);
  if (!index) return make_error(Code::kTokendKeyRefused, "no rule for " + key_uri);
  const auto& found = rule(*index);
  if (found.purpose != purpose)
    return make_error(Code::kTokendPurposeRefused, key_uri,
                      {{"key", found.uri},
                       {"purpose_vi", std::string{vietnamese(purpose)}},
                       {"purpose", std::string{name(purpose)}}});
  return *index;
}

Status Rules::at_this_hour(const KeyRule& rule) const {
  const auto now = clock_.utc_now();
  if (allows(rule.hours, now)) return Done{};
  const auto next = next_allowed(rule.hours, now);
  return make_error(Code::kTokendOutOfHours, rule.uri,
                    {{"key", rule.uri}, {"until", next ? to_vietnam_text(*next) : "–"}});
}

Result<std::size_t> Rules::permit_document(const std::string& key_uri, tokend::Role role,
                                           SignatureScheme scheme) const {
  ANTIN_TRY(const auto index, permitted(key_uri, Purpose::kDocument));
  const auto& found = rule(index);
  if (!has(found.roles, role))
    return make_error(Code::kTokendRoleRefused, key_uri,
                      {{"key", found.uri},
                       {"role_vi", std::string{vietnamese(role)}},
                       {"role", std::string{tokend::name(role)}}});
  if (!has(found.schemes, scheme))
    return make_error(Code::kTokendSchemeRefused, key_uri,
                      {{"key", found.uri}, {"scheme", text_of(scheme)}});
  ANTIN_CHECK(at_this_hour(found));
  return index;
}

Result<std::size_t> Rules::permit_checkpoint(const std::string& key_uri) const {
  ANTIN_TRY(const auto index, permitted(key_uri, Purpose::kCheckpoint));
  ANTIN_CHECK(at_this_hour(rule(index)));
  return index;
}

Status Rules::take(std::size_t index) {
  const std::lock_guard lock{mutex_};
  auto& known = rules_.at(index);
  const auto now = clock_.ticks();
  known.minute.fill(now);
  known.day.fill(now);
  if (known.minute.level >= 1 && known.day.level >= 1) {
    known.minute.level -= 1;
    known.day.level -= 1;
    return Done{};
  }
  const bool day = known.day.level < 1;
  const auto wait = std::max(known.minute.until_one(), known.day.until_one());
  return make_error(
      Code::kTokendRateLimited, known.rule.uri,
      {{"key", known.rule.uri},
       {"span_vi", day ? "ngày" : "phút"},
       {"span", day ? "day" : "minute"},
       {"until", known.rule.per_day == 0 || known.rule.per_minute == 0
                     ? "–"
                     : to_vietnam_text(UtcTime{clock_.utc_now().since_epoch() + wait})}});
}

void Rules::give_back(std::size_t index) {
  const std::lock_guard lock{mutex_};
  auto& known = rules_.at(index);
  known.minute.level = std::min(known.minute.capacity, known.minute.level + 1);
  known.day.level = std::min(known.day.capacity, known.day.level + 1);
}

void Rules::count_past(const std::string& key_uri, UtcTime at) {
  const auto age = clock_.utc_now().since_epoch() - at.since_epoch();
  if (age >= kDay) return;
  const auto index = covering(key_uri);
  if (!index) return;
  const std::lock_guard lock{mutex_};
  auto& known = rules_.at(*index);
  known.day.level = std::max(0.0, known.day.level - 1);
  if (age < minutes{1}) known.minute.level = std::max(0.0, known.minute.level - 1);
}

}  // namespace antin::hsm
