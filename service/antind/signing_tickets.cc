#include "service/antind/signing_tickets.h"

#include "service/antind/sha256.h"

namespace antin::service {

std::optional<std::string> SigningTickets::shown_in(const RequestHead& head) {
  constexpr std::string_view kScheme = "Ticket ";
  if (head.count("authorization") != 1) return std::nullopt;
  const auto shown = head.value("authorization");
  if (!shown.starts_with(kScheme)) return std::nullopt;
  return std::string(shown.substr(kScheme.size()));
}

Result<std::string> SigningTickets::issue(const std::string& session, RandomSource& random) {
  constexpr std::size_t kOctets = 32;
  auto ticket = to_hex(random.bytes(kOctets));
  const auto keep = [&](Database& database) -> Status {
    ANTIN_CHECK(database.execute("DELETE FROM signing_ticket WHERE session=?1", {session}));
    return database.execute("INSERT INTO signing_ticket VALUES(?1, ?2)",
                            {session, sha256({as_bytes(ticket)})});
  };
  ANTIN_CHECK(store_.in_transaction(keep));
  return ticket;
}

Status SigningTickets::check(const std::string& session, const std::string& ticket) {
  std::vector<Database::Row> rows;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(rows, database.query(
                        "SELECT session FROM signing_ticket WHERE session=?1 AND ticket_sha256=?2",
                        {session, sha256({as_bytes(ticket)})}));
    return Done{};
  }));
  if (rows.empty()) return make_error(Code::kSigningTicketWrong, session);
  return Done{};
}

}  // namespace antin::service
