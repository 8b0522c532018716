#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/random.h"
#include "service/accounts/account.h"

namespace antin::accounts {

/// A browser in which somebody is signed in, as table page_session has it.
struct Session {
  std::string id;  ///< for lists and for ending it; no secret
  std::string account;
  std::string method;   ///< "password" or "certificate"
  std::string address;  ///< from which it began
  UtcTime begun, last_used;
  UtcTime expires;  ///< however much it is used
};

/// One that has just begun. `token` goes into the cookie and is kept nowhere.
struct Begun {
  Bytes token;  ///< 32 random octets
  Session session;
};

/// SHA-256 of a token: all that the database has of it.
Bytes token_digest(ByteView token);
/// What a page sends with a request that changes something: of the token, and not guessable by who
/// has its digest only. 64 hexadecimal digits.
std::string csrf_of(ByteView token);

constexpr std::chrono::hours kLongest{10};

/// A session that goes on, with what its account may do now.
struct Live {
  Bytes digest;
  Session session;
  Account account;
};

/// Rows of page_session. Every function is called within a transaction (live(): a snapshot).
class Sessions {
 public:
  explicit Sessions(service::Database& database) : database_(database) {}
  /// `begun` holds all that is kept; its token only as digest.
  Status add(const Begun& begun);
  /// Whether there was one.
  Result<bool> end(const std::string& id);
  Status end_all_of(const std::string& account);
  Status end_by_digest(const Bytes& digest);
  /// Never to an earlier instant: nodes tell it in any order.
  Status used(const std::string& id, UtcTime at);
  /// Those over for good, and those idle for longer than `idle`.
  Status remove_old(UtcTime now, std::chrono::seconds idle);
  /// Of active accounts, not over at `now`; who is idle is for the caller to say. At most 20000.
  Result<std::vector<Live>> live(UtcTime now);

 private:
  service::Database& database_;
};

}  // namespace antin::accounts
