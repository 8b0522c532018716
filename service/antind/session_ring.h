#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "service/accounts/sessions.h"
#include "service/antind/api_keys.h"
#include "service/store/store.h"

namespace antin::service {

/// The sessions of the pages in memory, as KeyRing has the keys: a thread of its own reads them
/// again once a second while somebody asks, at once for a token that it does not know and after
/// this process has changed something. Whoever asks waits a moment at most; a database that hangs
/// leaves what was read last. So what another process locks is locked within a second.
/// Thread-safe.
class SessionRing {
 public:
  struct Settings {
    accounts::Rules rules;
    std::chrono::seconds idle{900};
  };
  SessionRing(Store& store, const Clock& clock, Settings settings);
  ~SessionRing();
  SessionRing(const SessionRing&) = delete;
  SessionRing& operator=(const SessionRing&) = delete;

  /// One that goes on, and until when without a further request.
  struct Seat {
    accounts::Live live;
    std::set<Scope> rights;
    UtcTime idle_until;
  };
  /// Whose cookie this is; counts as a use. nullopt: nobody's, or over. Fails as the store does
  /// while nothing was ever read.
  Result<std::optional<Seat>> find(ByteView token);
  /// One that was begun here: goes on at once, however busy the database is.
  void begun(accounts::Live fresh);
  /// Sessions or accounts were changed here: nobody is judged by what was read before.
  void changed();
  void use(Settings fresh);
  Settings settings() const;
  /// When sessions were used since the last time that this was asked, by id.
  std::map<std::string, UtcTime> take_used();

 private:
  void keep_fresh();
  Status read_again();
  void await_fresh(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds at_most);
  std::optional<Seat> seated(const Bytes& digest);

  Store& store_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  Settings settings_;
  std::map<Bytes, accounts::Live> live_;   ///< by digest
  std::map<std::string, UtcTime> used_;    ///< last use of each, by id
  std::map<std::string, UtcTime> unkept_;  ///< of those, what the database was not told
  std::uint64_t wanted_ = 1, read_ = 0;    ///< changes that happened, and that were read
  bool ever_read_ = false;
  std::optional<Error> failure_;
  std::chrono::steady_clock::time_point looked_{};
  std::condition_variable asked_, answered_;
  std::chrono::steady_clock::time_point asked_at_{};
  bool asking_ = false, stopping_ = false;
  std::thread thread_;  ///< last: it uses the rest
};

/// Names of all rights.
std::set<std::string> all_rights();

}  // namespace antin::service
