#include "service/store/sqlite.h"

#include <sqlite3.h>

namespace antin::service {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

int bind(sqlite3_stmt* statement, int at, const Sqlite::Argument& argument) {
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

Sqlite::Argument column(sqlite3_stmt* statement, int at) {
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

Sqlite::Sqlite(std::unique_ptr<sqlite3, Close> db) : db_(std::move(db)) {}
Sqlite::Sqlite(Sqlite&&) noexcept = default;
Sqlite& Sqlite::operator=(Sqlite&&) noexcept = default;
Sqlite::~Sqlite() = default;

Error Sqlite::failed(const char* doing, Where where) const {
  return make_error(Code::kStoreFailed,
                    std::string(doing) + ": " + sqlite3_errmsg(db_.get()) + " (" +
                        std::to_string(sqlite3_extended_errcode(db_.get())) + ")",
                    {}, where);
}

Result<Sqlite> Sqlite::open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
  Sqlite db{std::unique_ptr<sqlite3, Close>(raw)};
  if (raw == nullptr) return make_error(Code::kStoreFailed, "no memory for " + path);
  if (opened != SQLITE_OK) return db.failed(path.c_str());
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, 5'000);
  for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                             "PRAGMA foreign_keys=ON", "PRAGMA trusted_schema=OFF"}) {
    if (auto set = db.query(pragma); !set) return std::move(set).error();
  }
  return db;
}

Result<std::vector<Sqlite::Row>> Sqlite::query(const std::string& sql,
                                               const std::vector<Argument>& arguments) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK)
    return failed("prepare");
  const Statement statement(raw);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (bind(raw, static_cast<int>(i + 1), arguments[i]) != SQLITE_OK) return failed("bind");
  }
  std::vector<Row> rows;
  for (;;) {
    const int step = sqlite3_step(raw);
    if (step == SQLITE_DONE) return rows;
    if (step != SQLITE_ROW) return failed("step");
    Row row;
    for (int i = 0; i < sqlite3_column_count(raw); ++i) row.push_back(column(raw, i));
    rows.push_back(std::move(row));
  }
}

Status Sqlite::execute(const std::string& sql, const std::vector<Argument>& arguments) {
  ANTIN_TRY(const auto rows, query(sql, arguments));
  static_cast<void>(rows);
  return Done{};
}

Status Sqlite::transaction(const std::function<Status()>& work) {
  ANTIN_CHECK(execute("BEGIN IMMEDIATE"));
  auto done = work();
  if (done) done = execute("COMMIT");
  if (!done) {
    // The first failure is the one to report; a failed rollback leaves nothing committed either.
    [[maybe_unused]] const auto rolled_back = execute("ROLLBACK");
  }
  return done;
}

Result<std::int64_t> Sqlite::data_version() {
  ANTIN_TRY(const auto rows, query("PRAGMA data_version"));
  return rows.empty() ? 0 : as_integer(rows[0][0]);
}

}  // namespace antin::service
