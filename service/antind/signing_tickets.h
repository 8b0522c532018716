#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "certs/core/error.h"
#include "certs/core/random.h"
#include "service/http/http_message.h"
#include "service/store/store.h"

namespace antin::service {

/// What an agent beside an officer's token shows instead of a key: 256 random bits for one
/// signing-session, of which only the SHA-256 is kept (docs/PROTOCOL.officer.md). Thread-safe.
class SigningTickets {
 public:
  /// After the session's time a ticket still tells what became of it: an answer may have been lost.
  static constexpr std::chrono::minutes kOutlives{60};

  explicit SigningTickets(Store& store) : store_(store) {}
  /// "Authorization: Ticket …", once; nullopt when there is none.
  static std::optional<std::string> shown_in(const RequestHead& head);
  /// Told once. The one before is good no longer.
  Result<std::string> issue(const std::string& session, RandomSource& random);
  /// Fails with kSigningTicketWrong, whatever is wrong with it: nobody learns which sessions there
  /// are.
  Status check(const std::string& session, const std::string& ticket);

 private:
  Store& store_;
};

}  // namespace antin::service
