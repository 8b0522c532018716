#pragma once

#include <memory>
#include <string>
#include <vector>

#include "service/store/database.h"

struct sqlite3;
struct sqlite3_stmt;

namespace antin::service {

/// SQLite's C API behind the little we need: Poco::Data's connector hides extended result codes and
/// binds by reference, and what we store wants neither.
class Sqlite final : public Database {
 public:
  /// Opens or creates; WAL, synchronous=FULL, foreign keys on.
  static Result<std::unique_ptr<Database>> open(const std::string& path);

  Dialect dialect() const noexcept override { return Dialect::kSqlite; }
  Result<std::vector<Row>> query(const std::string& sql, const Values& values) override;
  Status each(const std::string& sql, const std::function<Status(const Row&)>& row) override;
  /// Of every table: SQLite knows of the whole file only.
  Result<std::int64_t> version_of(const std::string& table) override;
  Result<std::size_t> schema_version() override;
  Status set_schema_version(std::size_t version) override;

 protected:
  Status begin(Begin kind) override;
  Status commit() override;
  void rollback() noexcept override;

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalize>;
  struct Prepared {
    std::string sql;
    StatementPtr statement;
  };
  class Borrowed;
  explicit Sqlite(std::unique_ptr<sqlite3, Close> db);
  Error failed(const char* doing, Where where = Where::here()) const;
  Status run(const std::string& sql, const Values& values,
             const std::function<Status(const Row&)>& row);
  StatementPtr prepare(const std::string& sql);
  std::unique_ptr<sqlite3, Close> db_;
  std::vector<Prepared> idle_;  ///< prepared and reset; who was used last stands last
};

}  // namespace antin::service
