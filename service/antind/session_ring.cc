#include "service/antind/session_ring.h"

#include <algorithm>
#include <utility>

namespace antin::service {
namespace {

constexpr std::chrono::milliseconds kFreshFor{1'000}, kFreshForUnknown{50};
constexpr std::chrono::milliseconds kPatience{250}, kFirstPatience{3'000};

}  // namespace

std::set<std::string> all_rights() {
  std::set<std::string> rights;
  for (auto scope = static_cast<int>(Scope::kVerify); scope <= static_cast<int>(Scope::kAdmin);
       ++scope)
    rights.emplace(name(static_cast<Scope>(scope)));
  return rights;
}

SessionRing::SessionRing(Store& store, const Clock& clock, Settings settings)
    : store_(store),
      clock_(clock),
      settings_(std::move(settings)),
      thread_([this] { keep_fresh(); }) {}

SessionRing::~SessionRing() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  asked_.notify_all();
  answered_.notify_all();
  thread_.join();
}

void SessionRing::keep_fresh() {
  std::unique_lock lock(mutex_);
  for (;;) {
    asked_.wait(lock, [this] { return stopping_ || asking_; });
    if (stopping_) return;
    const auto wanted = wanted_;
    lock.unlock();
    auto done = read_again();
    lock.lock();
    failure_ = done ? std::nullopt : std::optional(done.error());
    if (done) {
      read_ = wanted;
      ever_read_ = true;
    }
    looked_ = clock_.ticks();
    asking_ = false;
    answered_.notify_all();
  }
}

// After a failure what was known stays; the store's own failure is told where it matters.
Status SessionRing::read_again() {
  std::vector<accounts::Live> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, accounts::Sessions(database).live(clock_.utc_now()));
    return Done{};
  }));
  std::map<Bytes, accounts::Live> live;
  std::set<std::string> ids;
  for (auto& one : found) {
    ids.insert(one.session.id);
    auto digest = one.digest;
    live.emplace(std::move(digest), std::move(one));
  }
  const std::lock_guard lock(mutex_);
  live_ = std::move(live);
  std::erase_if(used_, [&](const auto& one) { return ids.count(one.first) == 0; });
  return Done{};
}

// All that come meanwhile wait together, and nobody longer than a moment after the question: this
// is the thread that serves every connection.
void SessionRing::await_fresh(std::unique_lock<std::mutex>& lock,
                              std::chrono::milliseconds at_most) {
  // Twice: what was under way when something changed may have been read before the change.
  for (int looks = 0; looks < 2; ++looks) {
    if (read_ == wanted_ && clock_.ticks() - looked_ < at_most) return;
    if (!asking_) {
      asking_ = true;
      asked_at_ = std::chrono::steady_clock::now();
      asked_.notify_one();
    }
    answered_.wait_until(lock, asked_at_ + (ever_read_ ? kPatience : kFirstPatience),
                         [this] { return stopping_ || !asking_; });
    if (asking_ || read_ == wanted_) return;
  }
}

std::optional<SessionRing::Seat> SessionRing::seated(const Bytes& digest) {
  const auto known = live_.find(digest);
  if (known == live_.end()) return std::nullopt;
  Seat seat{.live = known->second, .rights = {}, .idle_until = clock_.utc_now()};
  auto& session = seat.live.session;
  const auto now = clock_.utc_now();
  if (const auto used = used_.find(session.id); used != used_.end())
    session.last_used = std::max(session.last_used, used->second);
  if (now >= session.expires ||
      now.since_epoch() - session.last_used.since_epoch() >= settings_.idle)
    return std::nullopt;
  session.last_used = now;
  used_.insert_or_assign(session.id, now);
  unkept_.insert_or_assign(session.id, now);
  seat.idle_until = std::min(session.expires, UtcTime(now.since_epoch() + settings_.idle));
  const auto& account = seat.live.account;
  for (const auto& right : accounts::rights_of(account.grants, account.person, settings_.rules)) {
    if (const auto scopes = read_scopes(right)) seat.rights.insert(scopes->begin(), scopes->end());
  }
  return seat;
}

Result<std::optional<SessionRing::Seat>> SessionRing::find(ByteView token) {
  const auto digest = accounts::token_digest(token);
  std::unique_lock lock(mutex_);
  await_fresh(lock, kFreshFor);
  // Another node may have just begun it.
  if (live_.count(digest) == 0) await_fresh(lock, kFreshForUnknown);
  if (!ever_read_)
    return failure_ ? *failure_ : make_error(Code::kDatabaseBusy, "the sessions are not read yet");
  return seated(digest);
}

void SessionRing::begun(accounts::Live fresh) {
  const std::lock_guard lock(mutex_);
  auto digest = fresh.digest;
  live_.insert_or_assign(std::move(digest), std::move(fresh));
  ++wanted_;
}

void SessionRing::changed() {
  const std::lock_guard lock(mutex_);
  ++wanted_;
}

void SessionRing::use(Settings fresh) {
  const std::lock_guard lock(mutex_);
  settings_ = std::move(fresh);
}

SessionRing::Settings SessionRing::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

std::map<std::string, UtcTime> SessionRing::take_used() {
  const std::lock_guard lock(mutex_);
  return std::exchange(unkept_, {});
}

}  // namespace antin::service
