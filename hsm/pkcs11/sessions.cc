#include "hsm/pkcs11/sessions.h"

#include <algorithm>
#include <chrono>

#include "hsm/pkcs11/cryptoki.h"

namespace antin::hsm {
namespace {

// How long a thread waits for another's session on a token that allows few of them. The parent's
// deadline decides over longer waits.
constexpr std::chrono::seconds kPatience{10};

}  // namespace

Session::~Session() {
  // A session that the token forgot answers CKR_SESSION_HANDLE_INVALID: nothing is left to do.
  if (functions_ != nullptr) functions_->C_CloseSession(handle_);
}

Outcome<bool> Session::logged_in() const {
  CK_SESSION_INFO info{};
  if (const auto rv = functions_->C_GetSessionInfo(handle_, &info); rv != CKR_OK)
    return failure_of(rv, "C_GetSessionInfo", "");
  return info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS;
}

std::optional<SigningSession> SessionPool::take(const std::string& uri) {
  const std::lock_guard lock{mutex_};
  // From the back: the session used last is the one whose memory is warm.
  const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                  [&uri](const SigningSession& one) { return one.uri == uri; });
  if (found == idle_.rend()) return std::nullopt;
  auto taken = std::move(*found);
  idle_.erase(std::next(found).base());
  ++in_use_[taken.session.slot()];
  return taken;
}

void SessionPool::give_back(SigningSession session) {
  {
    const std::lock_guard lock{mutex_};
    --in_use_[session.session.slot()];
    idle_.push_back(std::move(session));
  }
  changed_.notify_one();
}

std::optional<Session> SessionPool::take_any(CK_SLOT_ID slot) {
  const auto found = std::find_if(idle_.begin(), idle_.end(), [slot](const SigningSession& one) {
    return one.session.slot() == slot;
  });
  if (found != idle_.end()) {
    auto taken = std::move(found->session);
    idle_.erase(found);
    return taken;
  }
  if (in_use_[slot] > 0) return std::nullopt;
  // A token with a single session: the one that keeps the login must do the work too.
  if (const auto keeper = login_.find(slot); keeper != login_.end()) {
    auto taken = std::move(keeper->second);
    login_.erase(keeper);
    return taken;
  }
  return std::nullopt;
}

Outcome<Session> SessionPool::open(CK_SLOT_ID slot) {
  CK_SESSION_HANDLE handle = 0;
  const auto rv = functions_.C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &handle);
  std::unique_lock lock{mutex_};
  if (rv == CKR_OK) {
    ++in_use_[slot];
    return Session{functions_, slot, handle};
  }
  if (rv != CKR_SESSION_COUNT) return failure_of(rv, "C_OpenSession", "");
  std::optional<Session> taken;
  changed_.wait_for(lock, kPatience, [&] {
    taken = take_any(slot);
    return taken.has_value() || in_use_[slot] == 0;
  });
  if (!taken) return failure_of(rv, "C_OpenSession", "");
  ++in_use_[slot];
  return *std::move(taken);
}

void SessionPool::discard(Session session) {
  {
    const std::lock_guard lock{mutex_};
    --in_use_[session.slot()];
  }
  changed_.notify_one();
}

void SessionPool::keep_logged_in(Session session) {
  const auto slot = session.slot();
  std::optional<Session> earlier;
  const std::lock_guard lock{mutex_};
  --in_use_[slot];
  if (const auto found = login_.find(slot); found != login_.end()) {
    earlier = std::move(found->second);
    login_.erase(found);
  }
  login_.emplace(slot, std::move(session));
}

void SessionPool::drop(CK_SLOT_ID slot, Drop what) {
  std::vector<SigningSession> idle;  // closed outside the lock: the module may be slow
  std::optional<Session> login;
  const std::lock_guard lock{mutex_};
  const auto rest = std::stable_partition(
      idle_.begin(), idle_.end(),
      [slot](const SigningSession& one) { return one.session.slot() != slot; });
  std::move(rest, idle_.end(), std::back_inserter(idle));
  idle_.erase(rest, idle_.end());
  if (const auto found = login_.find(slot); what == Drop::kIdleAndLogin && found != login_.end()) {
    login = std::move(found->second);
    login_.erase(found);
  }
}

bool SessionPool::keep_only(const std::vector<TokenStatus>& present) {
  std::vector<CK_SLOT_ID> gone;
  {
    const std::lock_guard lock{mutex_};
    for (const auto& [slot, session] : login_) gone.push_back(slot);
  }
  const auto kept = std::erase_if(gone, [&present](CK_SLOT_ID slot) {
    return std::any_of(present.begin(), present.end(),
                       [slot](const TokenStatus& token) { return token.slot == slot; });
  });
  for (const auto slot : gone) drop(slot, Drop::kIdleAndLogin);
  return kept > 0;
}

}  // namespace antin::hsm
