#include "service/accounts/tries.h"

#include <algorithm>

namespace antin::accounts {
namespace {

using std::chrono::seconds;

constexpr std::uint32_t kFreeFromNetwork = 5, kFreeFromAnywhere = 50;
constexpr seconds kLongestWait{60}, kForgetAfter{3'600};
constexpr std::size_t kMost = 65'536;

// After the try with this number.
seconds pause_after(std::uint32_t wrong, std::uint32_t free) {
  if (wrong < free) return seconds(0);
  constexpr std::uint32_t kDoublings = 6;
  return std::min(kLongestWait, seconds(1U << std::min(wrong - free, kDoublings)));
}

}  // namespace

seconds Tries::wait(const Key& key, std::uint32_t free, Ticks now) const {
  const auto known = counts_.find(key);
  if (known == counts_.end() || now - known->second.last >= kForgetAfter) return seconds(0);
  const auto until = known->second.last + pause_after(known->second.wrong, free);
  return until <= now ? seconds(0) : std::chrono::ceil<seconds>(until - now);
}

void Tries::add(const Key& key, Ticks now) {
  auto& count = counts_[key];
  if (now - count.last >= kForgetAfter) count.wrong = 0;
  ++count.wrong;
  count.last = now;
}

// What is long ago first; then whatever was least tried: a flood of names costs the flood.
void Tries::make_room(Ticks now) {
  if (counts_.size() + 2 <= kMost) return;
  std::erase_if(counts_, [&](const auto& one) { return now - one.second.last >= kForgetAfter; });
  for (std::uint32_t few = 1; counts_.size() > kMost / 2; few *= 2)
    std::erase_if(counts_, [&](const auto& one) { return one.second.wrong <= few; });
}

std::optional<seconds> Tries::begin(const std::string& name, const std::string& network,
                                    Network known, Ticks now) {
  const std::lock_guard lock(mutex_);
  auto pause = wait({name, '@' + network}, kFreeFromNetwork, now);
  if (known == Network::kUnknown) pause = std::max(pause, wait({name, {}}, kFreeFromAnywhere, now));
  if (pause.count() > 0) return pause;
  make_room(now);
  add({name, '@' + network}, now);
  add({name, {}}, now);
  return std::nullopt;
}

// The right password tells nothing about who tries from elsewhere: their count stays.
void Tries::was_right(const std::string& name, const std::string& network) {
  const std::lock_guard lock(mutex_);
  counts_.erase({name, '@' + network});
  const auto anywhere = counts_.find({name, {}});
  if (anywhere != counts_.end() && --anywhere->second.wrong == 0) counts_.erase(anywhere);
}

}  // namespace antin::accounts
