#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <p11-kit/pkcs11.h>

#include "certs/core/algorithms.h"
#include "hsm/pkcs11/module.h"

namespace antin::hsm {

/// An open session, closed when it goes.
class Session {
 public:
  Session(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot, CK_SESSION_HANDLE handle)
      : functions_(&functions), slot_(slot), handle_(handle) {}
  Session(Session&& other) noexcept
      : functions_(std::exchange(other.functions_, nullptr)),
        slot_(other.slot_),
        handle_(other.handle_) {}
  Session& operator=(Session&& other) noexcept {
    std::swap(functions_, other.functions_);
    std::swap(slot_, other.slot_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  const CK_FUNCTION_LIST& functions() const noexcept { return *functions_; }
  CK_SLOT_ID slot() const noexcept { return slot_; }
  CK_SESSION_HANDLE handle() const noexcept { return handle_; }

  /// As C_GetSessionInfo tells it now.
  Outcome<bool> logged_in() const;

 private:
  const CK_FUNCTION_LIST* functions_;  ///< null when moved from
  CK_SLOT_ID slot_;
  CK_SESSION_HANDLE handle_;
};

/// What a private key can do on its token.
struct KeyTraits {
  CK_OBJECT_HANDLE handle = 0;
  CK_KEY_TYPE type = CKK_RSA;
  std::size_t bits = 0;  ///< 0: not told
  bool always_authenticate = false;
  std::vector<CK_MECHANISM_TYPE> mechanisms;  ///< of the token, for signing
};

/// A session with its key found: what one signature needs. Object handles stay with the session
/// that found them (PKCS#11 v2.40 §5.6.6 promises no more).
struct SigningSession {
  Session session;
  std::string uri;
  std::string token_label;
  KeyTraits key;
};

/// Idle sessions, so that a thread finds its key at once. One session serves one thread at a time;
/// a session that met an error never comes back. Thread-safe.
class SessionPool {
 public:
  explicit SessionPool(const CK_FUNCTION_LIST& functions) : functions_(functions) {}

  /// An idle session that holds the key at `uri`.
  std::optional<SigningSession> take(const std::string& uri);
  void give_back(SigningSession session);

  /// A session of its own for the caller. When the token allows no further one (CKR_SESSION_COUNT)
  /// an idle one is taken, or one is awaited.
  Outcome<Session> open(CK_SLOT_ID slot);
  /// Closes a session got from take() or open().
  void discard(Session session);

  /// Login ends with a token's last session (PKCS#11 v2.40 §5.6.2): this one stays open.
  void keep_logged_in(Session session);

  enum class Drop : std::uint8_t { kIdle, kIdleAndLogin };
  void drop(CK_SLOT_ID slot, Drop what);
  /// Drops everything of the slots that hold no token any more; true when a login on one of the
  /// others remains.
  bool keep_only(const std::vector<TokenStatus>& present);

 private:
  std::optional<Session> take_any(CK_SLOT_ID slot);

  const CK_FUNCTION_LIST& functions_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SigningSession> idle_;
  std::map<CK_SLOT_ID, unsigned> in_use_;
  std::map<CK_SLOT_ID, Session> login_;
};

}  // namespace antin::hsm
