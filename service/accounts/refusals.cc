#include "service/accounts/refusals.h"

namespace antin::accounts {
namespace {

constexpr std::size_t kMostHeld = 1'000;
constexpr std::chrono::hours kEvery{1};
// From more networks than that they are counted together.
constexpr const char* kElsewhere = "*";

}  // namespace

void Refusals::count(const Who& who) {
  const std::lock_guard lock(mutex_);
  Key key{who.account, who.network};
  if (held_.size() >= kMostHeld && held_.count(key) == 0) key = {{}, kElsewhere};
  ++held_[key].times;
}

std::vector<Refusals::Counted> Refusals::due(std::chrono::steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  std::vector<Counted> all;
  for (auto one = held_.begin(); one != held_.end();) {
    auto& [key, held] = *one;
    const bool over = !held.told || now - *held.told >= kEvery;
    if (held.times > 0 && over) {
      all.push_back({{key.first, key.second}, held.times});
      held = {.times = 0, .told = now};
    } else if (held.times == 0 && over) {
      one = held_.erase(one);
      continue;
    }
    ++one;
  }
  return all;
}

void Refusals::put_back(const std::vector<Counted>& unwritten) {
  const std::lock_guard lock(mutex_);
  for (const auto& [who, times] : unwritten) {
    const auto found = held_.find({who.account, who.network});
    if (found == held_.end()) continue;
    found->second.times += times;
    found->second.told.reset();
  }
}

}  // namespace antin::accounts
