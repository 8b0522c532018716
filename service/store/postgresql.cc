#include "service/store/postgresql.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <libpq-fe.h>
#include <poll.h>

namespace antin::service {
namespace {

// Types by the numbers that the server gives them; they never change (pg_type.dat).
constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kInt4 = 23, kText = 25, kVoid = 2278;
// Every change of every node queues here (see begin()). "antin" in ASCII.
constexpr const char* kQueue = "SELECT pg_advisory_xact_lock(418263263598)";
// A cursor's portion: some hundred rows of a few hundred octets.
constexpr const char* kFetch = "FETCH FORWARD 500 FROM antin_each";
constexpr std::chrono::minutes kMigratesWithin{10};

// One value as the wire has it: integers in network order (RFC 791), the rest as it is.
struct Wire {
  Oid type = 0;
  std::array<char, 8> number{};
  const char* data = nullptr;
  int size = 0;
};

Wire to_wire(const Database::Value& value) {
  Wire wire;
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    wire.type = kInt8;
    const auto bits = static_cast<std::uint64_t>(*number);
    for (unsigned i = 0; i < 8; ++i)
      wire.number.at(i) = static_cast<char>((bits >> (56U - 8U * i)) & 0xffU);
    wire.size = 8;
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    wire.type = kText;
    wire.data = text->c_str();
    wire.size = static_cast<int>(text->size());
  } else if (const auto* octets = std::get_if<Bytes>(&value)) {
    wire.type = kBytea;
    // A null pointer would be NULL instead of no octets.
    wire.data = octets->empty() ? "" : as_text(*octets).data();
    wire.size = static_cast<int>(octets->size());
  }
  return wire;
}

Result<Database::Value> from_wire(const PGresult* answer, int row, int column) {
  if (PQgetisnull(answer, row, column) != 0) return Database::Value(nullptr);
  const auto size = static_cast<std::size_t>(PQgetlength(answer, row, column));
  const std::string_view octets(PQgetvalue(answer, row, column), size);
  const auto type = PQftype(answer, column);
  switch (type) {
    case kInt8:
    case kInt4: {
      // Sign extension of the narrower one by shifting from the top.
      std::uint64_t bits = 0;
      for (const char octet : octets) bits = (bits << 8U) | static_cast<unsigned char>(octet);
      if (type == kInt4)
        return Database::Value(
            static_cast<std::int64_t>(static_cast<std::int32_t>(static_cast<std::uint32_t>(bits))));
      return Database::Value(static_cast<std::int64_t>(bits));
    }
    case kBytea: {
      const auto view = as_bytes(octets);
      return Database::Value(Bytes(view.begin(), view.end()));
    }
    case kText:
      return Database::Value(std::string(octets));
    case kBool:
      return Database::Value(std::int64_t{octets == std::string_view("\1", 1) ? 1 : 0});
    case kVoid:
      return Database::Value(nullptr);
    default:
      return make_error(Code::kInternal,
                        "type " + std::to_string(type) + " of " + PQfname(answer, column));
  }
}

// Class of a SQLSTATE (PostgreSQL manual, appendix A).
Code code_of(std::string_view state) {
  if (state == "40001" || state == "40P01" || state == "55P03") return Code::kDatabaseBusy;
  // 53100 disk full; 53200, 53300, 53400 memory, connections, limits: pass like a full disk does.
  if (state == "53100") return Code::kStoreFull;
  if (state.starts_with("53")) return Code::kDatabaseBusy;
  // 08 connection, 57P0x shut down or starting, 57014 cancelled by a time limit.
  if (state.starts_with("08") || state.starts_with("57P0")) return Code::kDatabaseGone;
  // 25P03: the server ended a transaction that lay idle; 25006: a standby, before it takes over.
  if (state == "25P03" || state == "25006") return Code::kDatabaseGone;
  if (state == "57014") return Code::kDatabaseBusy;
  return Code::kStoreFailed;
}

Error bad_address(const std::string& reason, Where where = Where::here()) {
  return make_error(Code::kConfigValue, reason, {{"key", "store.database"}, {"reason", reason}},
                    where);
}

}  // namespace

std::string with_dollar_placeholders(std::string_view sql) {
  std::string out;
  out.reserve(sql.size());
  char quote = 0;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    }
    const bool place = quote == 0 && c == '?' && i + 1 < sql.size() &&
                       std::isdigit(static_cast<unsigned char>(sql[i + 1])) != 0;
    out += place ? '$' : c;
  }
  return out;
}

void Postgresql::Finish::operator()(pg_conn* connection) const noexcept {
  PQfinish(connection);
}
void Postgresql::Clear::operator()(pg_result* result) const noexcept {
  PQclear(result);
}

Status Postgresql::check_address(const std::string& address) {
  if (!address.starts_with("postgresql://") && !address.starts_with("postgres://"))
    return bad_address("neither \"sqlite\" nor postgresql://…");
  struct FreeOptions {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
  };
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(address.c_str(), &message));
  const std::string told = message != nullptr ? message : "";
  PQfreemem(message);
  if (!options) return bad_address(told);
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view keyword = option->keyword;
    if (option->val != nullptr && (keyword == "password" || keyword == "sslpassword"))
      return make_error(Code::kConfigUnsafe, "a password in store.database",
                        {{"reason", "store.database holds a password; use libpq's passfile"}});
  }
  return Done{};
}

Result<std::unique_ptr<Database>> Postgresql::open(Settings settings) {
  ANTIN_CHECK(check_address(settings.address));
  // The constructor is private, so std::make_unique cannot reach it.
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory)
  std::unique_ptr<Postgresql> database(new Postgresql(std::move(settings)));
  ANTIN_CHECK(database->connect());
  return std::unique_ptr<Database>(std::move(database));
}

Status Postgresql::connect() {
  // What stands after the address cannot be changed by it. A server that does not answer is given
  // up before a client of ours would give us up.
  constexpr std::array<const char*, 7> kNames{"connect_timeout",
                                              "tcp_user_timeout",
                                              "keepalives_idle",
                                              "application_name",
                                              "dbname",
                                              "client_encoding",
                                              nullptr};
  const std::array<const char*, 7> values{"3",    "10000", "10", "antin", settings_.address.c_str(),
                                          "UTF8", nullptr};
  connection_.reset(PQconnectdbParams(kNames.data(), values.data(), 1));
  if (PQstatus(connection_.get()) != CONNECTION_OK) return gone();
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  // So that a server that is there and reads nothing holds nobody up.
  PQsetnonblocking(connection_.get(), 1);
  const auto most =
      std::max(settings_.answer_within - std::chrono::seconds(1), settings_.answer_within / 2);
  // Full durability whatever the server's default is; a client that hangs holds nobody up for ever.
  const auto settings =
      "SET synchronous_commit=on; SET lock_timeout='5s';"
      " SET statement_timeout=" +
      std::to_string(most.count()) + "; SET idle_in_transaction_session_timeout='60s'";
  const auto set = command(settings.c_str());
  if (PQresultStatus(set.get()) != PGRES_COMMAND_OK) return failed("settings", set.get());
  pause_ = std::chrono::milliseconds(0);
  return Done{};
}

// True as soon as the connection can be read or written as `events` says.
bool Postgresql::wait(short events, std::chrono::steady_clock::time_point until) const {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd waiting{.fd = PQsocket(connection_.get()), .events = events, .revents = 0};
    const int ready =
        ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

// The answer to what was sent, of several the last; none when the server went away or says nothing.
Postgresql::Answer Postgresql::receive() {
  const auto until =
      std::chrono::steady_clock::now() +
      (migrates_ ? std::chrono::milliseconds(kMigratesWithin) : settings_.answer_within);
  auto* const connection = connection_.get();
  const auto silent = [&]() -> Answer {
    was_silent_ = std::chrono::steady_clock::now() >= until;
    return {};
  };
  for (int left = PQflush(connection); left != 0; left = PQflush(connection)) {
    // A server that sends while it is written to waits until somebody reads.
    if (left < 0 || !wait(POLLIN | POLLOUT, until) || PQconsumeInput(connection) == 0)
      return silent();
  }
  Answer last;
  for (;;) {
    while (PQisBusy(connection) != 0) {
      if (!wait(POLLIN, until) || PQconsumeInput(connection) == 0) return silent();
    }
    Answer next(PQgetResult(connection));
    if (!next) return last;
    last = std::move(next);
  }
}

Postgresql::Answer Postgresql::command(const char* sql) {
  return PQsendQuery(connection_.get(), sql) != 0 ? receive() : Answer();
}

// The next try comes after a pause that grows from one failure to the next.
Error Postgresql::gone(Where where) {
  const std::string told = !connection_  ? "not connected"
                           : was_silent_ ? "no answer in time"
                                         : PQerrorMessage(connection_.get());
  was_silent_ = false;
  connection_.reset();
  pause_ =
      pause_.count() == 0 ? settings_.first_pause : std::min(pause_ * 2, settings_.longest_pause);
  not_before_ = std::chrono::steady_clock::now() + pause_;
  return make_error(Code::kDatabaseGone, told, {}, where);
}

// An idle connection has nothing to read, unless the server said good-bye.
bool Postgresql::seems_dead() const {
  pollfd waiting{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, 0) <= 0) return false;
  return PQconsumeInput(connection_.get()) == 0 || PQstatus(connection_.get()) != CONNECTION_OK;
}

Status Postgresql::ready() {
  if (within_) {
    if (!connection_) return make_error(Code::kDatabaseGone, "lost within a change");
    return Done{};
  }
  if (connection_ && !seems_dead()) return Done{};
  // A connection that was good until now is tried again at once.
  if (!connection_ && std::chrono::steady_clock::now() < not_before_)
    return make_error(Code::kDatabaseGone, "waiting before the next try to connect");
  return connect();
}

Error Postgresql::failed(const char* doing, const pg_result* answer, Where where) {
  const char* state = answer != nullptr ? PQresultErrorField(answer, PG_DIAG_SQLSTATE) : nullptr;
  const std::string told = answer != nullptr ? PQresultErrorMessage(answer) : "";
  // Without a code it is not the server's word: libpq lost it, whatever it thinks of the
  // connection.
  const auto code = state != nullptr ? code_of(state) : Code::kDatabaseGone;
  if (code == Code::kDatabaseGone || PQstatus(connection_.get()) != CONNECTION_OK)
    return gone(where);
  return make_error(code, std::string(doing) + ": " + told + (state != nullptr ? state : ""), {},
                    where);
}

Result<Postgresql::Answer> Postgresql::ask(const std::string& sql, const Values& values) {
  ANTIN_CHECK(ready());
  std::vector<Wire> wires;
  wires.reserve(values.size());
  std::vector<Oid> types;
  std::vector<const char*> data;
  std::vector<int> sizes;
  for (const auto& value : values) wires.push_back(to_wire(value));
  for (const auto& wire : wires) {
    types.push_back(wire.type);
    data.push_back(wire.type == kInt8 ? wire.number.data() : wire.data);
    sizes.push_back(wire.size);
  }
  const std::vector<int> binary(values.size(), 1);
  const int sent = PQsendQueryParams(connection_.get(), with_dollar_placeholders(sql).c_str(),
                                     static_cast<int>(values.size()), types.data(), data.data(),
                                     sizes.data(), binary.data(), 1);
  auto answer = sent != 0 ? receive() : Answer();
  const auto status = PQresultStatus(answer.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    return failed(sql.substr(0, 60).c_str(), answer.get());
  return answer;
}

Result<std::vector<Database::Row>> Postgresql::query(const std::string& sql, const Values& values) {
  ANTIN_TRY(const auto answer, ask(sql, values));
  std::vector<Row> rows;
  const int count = PQntuples(answer.get());
  const int columns = PQnfields(answer.get());
  rows.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    Row row;
    row.reserve(static_cast<std::size_t>(columns));
    for (int j = 0; j < columns; ++j) {
      ANTIN_TRY(auto value, from_wire(answer.get(), i, j));
      row.push_back(std::move(value));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Status Postgresql::each(const std::string& sql, const std::function<Status(const Row&)>& row) {
  ANTIN_CHECK(execute("DECLARE antin_each NO SCROLL CURSOR FOR " + sql, {}));
  for (;;) {
    ANTIN_TRY(const auto rows, query(kFetch, {}));
    if (rows.empty()) return execute("CLOSE antin_each", {});
    for (const auto& one : rows) ANTIN_CHECK(row(one));
  }
}

// READ COMMITTED behind one lock rather than SERIALIZABLE with repetition: every change of the
// register also appends to one log, so that changes have to follow each other in any case; the
// lock's queue is fair, and each statement behind it sees what the last change left.
Status Postgresql::begin(Begin kind) {
  within_ = false;
  if (kind == Begin::kSnapshot) {
    ANTIN_CHECK(execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {}));
    within_ = true;
    return Done{};
  }
  ANTIN_CHECK(execute("BEGIN ISOLATION LEVEL READ COMMITTED", {}));
  within_ = true;
  auto queued = execute(kQueue, {});
  if (!queued) rollback();
  return queued;
}

Status Postgresql::commit() {
  auto done = execute("COMMIT", {});
  if (done) within_ = migrates_ = false;
  return done;
}

void Postgresql::rollback() noexcept {
  within_ = migrates_ = false;
  if (!connection_) return;
  const auto answer = command("ROLLBACK");
  // A connection in an unknown state is not used again.
  if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) connection_.reset();
}

// What is inserted or changed has a higher xmin, what is removed is missing from the count.
Result<std::int64_t> Postgresql::version_of(const std::string& table) {
  ANTIN_TRY(const auto rows,
            query("SELECT COUNT(*), COALESCE(MAX(xmin::text::bigint), 0) FROM " + table, {}));
  const auto count = static_cast<std::uint64_t>(as_integer(rows.at(0).at(0)));
  const auto newest = static_cast<std::uint64_t>(as_integer(rows.at(0).at(1)));
  return static_cast<std::int64_t>((count << 33U) ^ newest);
}

Result<std::size_t> Postgresql::schema_version() {
  migrates_ = within_;
  ANTIN_CHECK(execute("SET LOCAL statement_timeout='600s'", {}));
  ANTIN_CHECK(execute("CREATE TABLE IF NOT EXISTS antin_schema(version BIGINT NOT NULL)", {}));
  ANTIN_TRY(const auto rows, query("SELECT version FROM antin_schema", {}));
  return rows.empty() ? 0 : static_cast<std::size_t>(as_integer(rows[0][0]));
}

Status Postgresql::set_schema_version(std::size_t version) {
  ANTIN_CHECK(execute("DELETE FROM antin_schema", {}));
  return execute("INSERT INTO antin_schema VALUES(?1)", {static_cast<std::int64_t>(version)});
}

}  // namespace antin::service
