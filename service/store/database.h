#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::service {

/// One connection to a database: SQLite in a file, or PostgreSQL. Not thread-safe: the owner
/// serialises. SQL is written once, with ?1, ?2 for values, in what both understand; what they do
/// not share is in schema.cc and in the two implementations.
///
/// Failures: kStoreFull, kDatabaseGone, kDatabaseBusy (all pass: nothing was done), else
/// kStoreFailed. After a kDatabaseGone the next call connects again, with growing pauses in between
/// during which calls fail at once.
class Database {
 public:
  using Value = std::variant<std::nullptr_t, std::int64_t, std::string, Bytes>;
  using Values = std::vector<Value>;
  using Row = std::vector<Value>;
  enum class Dialect : std::uint8_t { kSqlite, kPostgresql };

  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  Database(Database&&) = delete;
  Database& operator=(Database&&) = delete;
  virtual ~Database() = default;

  virtual Dialect dialect() const noexcept = 0;
  /// Every row: a query whose answer may be long has its LIMIT in SQL.
  virtual Result<std::vector<Row>> query(const std::string& sql, const Values& values = {}) = 0;
  /// Row by row, for answers that need not fit into memory. Within snapshot() or transaction().
  virtual Status each(const std::string& sql, const std::function<Status(const Row&)>& row) = 0;
  Status execute(const std::string& sql, const Values& values = {});

  /// Runs `work` as one change, and no other change by any node runs beside it: what it reads is
  /// the newest state, and a number it derives from that is its own. Rolled back when `work` fails.
  ///
  /// May run `work` more than once (a deadlock with a foreign program, a connection that was found
  /// dead): it touches nothing but this database and variables that it sets anew.
  ///
  /// kDatabaseGone can also mean that the change was committed and the answer was lost: whoever
  /// repeats it does so under the same id or idempotency key.
  Status transaction(const std::function<Status()>& work);
  /// Runs `work`, which only reads, on one state of the database while others go on writing.
  Status snapshot(const std::function<Status()>& work);

  /// Another value when `table` may have been changed by another connection.
  virtual Result<std::int64_t> version_of(const std::string& table) = 0;
  /// How many migrations this database has seen; 0 when it is new. Within transaction().
  virtual Result<std::size_t> schema_version() = 0;
  virtual Status set_schema_version(std::size_t version) = 0;

 protected:
  enum class Begin : std::uint8_t { kChange, kSnapshot };
  virtual Status begin(Begin kind) = 0;
  virtual Status commit() = 0;
  virtual void rollback() noexcept = 0;

 private:
  Status once(Begin kind, const std::function<Status()>& work);
};

/// `address`: "sqlite" (then the database is `file`), or "postgresql://…" without a password: that
/// is in a password file of libpq (PGPASSFILE, ~/.pgpass, or ?passfile=… in the address).
Result<std::unique_ptr<Database>> open_database(const std::string& address,
                                                const std::string& file);
/// Whether open_database() would take it. Fails with kConfigValue, kConfigUnsafe (a password).
Status check_database_address(const std::string& address);

inline std::int64_t as_integer(const Database::Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number != nullptr ? *number : 0;
}
inline std::string as_string(const Database::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : std::string();
}
inline Bytes as_blob(const Database::Value& value) {
  const auto* octets = std::get_if<Bytes>(&value);
  return octets != nullptr ? *octets : Bytes();
}

}  // namespace antin::service
