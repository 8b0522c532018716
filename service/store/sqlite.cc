#include "service/store/sqlite.h"

#include <algorithm>
#include <sqlite3.h>
#include <utility>

namespace antin::service {
namespace {

/// What a service asks again and again is some dozens of sentences; those that carry a list of
/// values come and go.
constexpr std::size_t kMostIdle = 64;

int bind(sqlite3_stmt* statement, int at, const Database::Value& argument) {
  // SQLITE_TRANSIENT is an old-style cast in a macro; the arguments outlive the step, so no copy is
  // needed and SQLITE_STATIC (null) is right.
  if (const auto* number = std::get_if<std::int64_t>(&argument))
    return sqlite3_bind_int64(statement, at, *number);
  if (const auto* text = std::get_if<std::string>(&argument))
    return sqlite3_bind_text(statement, at, text->data(), static_cast<int>(text->size()), nullptr);
  if (const auto* blob = std::get_if<Bytes>(&argument)) {
    // A null pointer would bind NULL instead of an empty blob.
    if (blob->empty()) return sqlite3_bind_zeroblob(statement, at, 0);
    return sqlite3_bind_blob(statement, at, blob->data(), static_cast<int>(blob->size()), nullptr);
  }
  return sqlite3_bind_null(statement, at);
}

Database::Value column(sqlite3_stmt* statement, int at) {
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, at));
  switch (sqlite3_column_type(statement, at)) {
    case SQLITE_INTEGER:
      return static_cast<std::int64_t>(sqlite3_column_int64(statement, at));
    case SQLITE_TEXT:
    case SQLITE_FLOAT: {
      const auto* text = sqlite3_column_text(statement, at);
      return std::string(as_text({text, size}));
    }
    case SQLITE_BLOB: {
      const auto* blob = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, at));
      return blob == nullptr ? Bytes() : Bytes(blob, blob + size);
    }
    default:
      return nullptr;
  }
}

}  // namespace

void Sqlite::Close::operator()(sqlite3* db) const noexcept {
  sqlite3_close_v2(db);
}

void Sqlite::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

/// A statement at work, taken out of those that are idle: what a row calls may ask the same SQL.
class Sqlite::Borrowed {
 public:
  Borrowed(Sqlite& of, const std::string& sql)
      : of_(of), prepared_{.sql = sql, .statement = of.prepare(sql)} {}
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  Borrowed(Borrowed&&) = delete;
  Borrowed& operator=(Borrowed&&) = delete;
  ~Borrowed() {
    if (get() == nullptr) return;
    // What a step failed with is returned once more. One that is not reset holds its transaction,
    // and the values that it holds are no longer there.
    sqlite3_reset(get());
    sqlite3_clear_bindings(get());
    auto& idle = of_.idle_;
    if (idle.size() == kMostIdle) idle.erase(idle.begin());
    idle.push_back(std::move(prepared_));
  }
  sqlite3_stmt* get() const noexcept { return prepared_.statement.get(); }

 private:
  Sqlite& of_;
  Prepared prepared_;
};

// To parse and plan a look-up takes longer than the look-up. A statement that a migration has
// outdated is planned anew by SQLite.
Sqlite::StatementPtr Sqlite::prepare(const std::string& sql) {
  const auto known = std::find_if(idle_.rbegin(), idle_.rend(),
                                  [&](const Prepared& one) { return one.sql == sql; });
  if (known != idle_.rend()) {
    auto statement = std::move(known->statement);
    idle_.erase(std::next(known).base());
    return statement;
  }
  sqlite3_stmt* raw = nullptr;
  // A failure leaves a null pointer.
  sqlite3_prepare_v3(db_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  return StatementPtr(raw);
}

Sqlite::Sqlite(std::unique_ptr<sqlite3, Close> db) : db_(std::move(db)) {}

Error Sqlite::failed(const char* doing, Where where) const {
  const int extended = sqlite3_extended_errcode(db_.get());
  auto code = Code::kStoreFailed;
  switch (static_cast<unsigned>(extended) & 0xffU) {
    case SQLITE_FULL:
      code = Code::kStoreFull;
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      code = Code::kDatabaseBusy;
      break;
    default:
      // A write that the system refuses is a full disk in nearly every case, and what SQLite says
      // of the others (a quota, a limit of the process) passes in the same way.
      if (extended == SQLITE_IOERR_WRITE || extended == SQLITE_IOERR_SHMSIZE)
        code = Code::kStoreFull;
  }
  return make_error(
      code,
      std::string(doing) + ": " + sqlite3_errmsg(db_.get()) + " (" + std::to_string(extended) + ")",
      {}, where);
}

Result<std::unique_ptr<Database>> Sqlite::open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
  // The constructor is private, so std::make_unique cannot reach it.
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory)
  std::unique_ptr<Sqlite> db(new Sqlite(std::unique_ptr<sqlite3, Close>(raw)));
  if (raw == nullptr) return make_error(Code::kStoreFailed, "no memory for " + path);
  if (opened != SQLITE_OK) return db->failed(path.c_str());
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, 5'000);
  for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                             "PRAGMA foreign_keys=ON", "PRAGMA trusted_schema=OFF",
                             // A file key that was destroyed is overwritten, not only unlinked.
                             "PRAGMA secure_delete=ON"}) {
    ANTIN_CHECK(db->execute(pragma));
  }
  return std::unique_ptr<Database>(std::move(db));
}

Status Sqlite::run(const std::string& sql, const Values& values,
                   const std::function<Status(const Row&)>& row) {
  const Borrowed borrowed(*this, sql);
  auto* const raw = borrowed.get();
  if (raw == nullptr) return failed("prepare");
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (bind(raw, static_cast<int>(i + 1), values[i]) != SQLITE_OK) return failed("bind");
  }
  for (;;) {
    const int step = sqlite3_step(raw);
    if (step == SQLITE_DONE) return Done{};
    if (step != SQLITE_ROW) return failed("step");
    Row one;
    const int columns = sqlite3_column_count(raw);
    one.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) one.push_back(column(raw, i));
    ANTIN_CHECK(row(one));
  }
}

Result<std::vector<Database::Row>> Sqlite::query(const std::string& sql, const Values& values) {
  std::vector<Row> rows;
  ANTIN_CHECK(run(sql, values, [&rows](const Row& row) -> Status {
    rows.push_back(row);
    return Done{};
  }));
  return rows;
}

Status Sqlite::each(const std::string& sql, const std::function<Status(const Row&)>& row) {
  return run(sql, {}, row);
}

Status Sqlite::begin(Begin kind) {
  return execute(kind == Begin::kChange ? "BEGIN IMMEDIATE" : "BEGIN", {});
}

Status Sqlite::commit() {
  return execute("COMMIT", {});
}

void Sqlite::rollback() noexcept {
  // A full disk or a failed COMMIT may have rolled it back already.
  if (sqlite3_get_autocommit(db_.get()) == 0)
    sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<std::int64_t> Sqlite::version_of(const std::string& /*table*/) {
  ANTIN_TRY(const auto rows, query("PRAGMA data_version", {}));
  return rows.empty() ? 0 : as_integer(rows[0][0]);
}

Result<std::size_t> Sqlite::schema_version() {
  ANTIN_TRY(const auto rows, query("PRAGMA user_version", {}));
  return rows.empty() ? 0 : static_cast<std::size_t>(as_integer(rows[0][0]));
}

Status Sqlite::set_schema_version(std::size_t version) {
  return execute("PRAGMA user_version=" + std::to_string(version), {});
}

}  // namespace antin::service
