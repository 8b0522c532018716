#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

struct sqlite3;

namespace antin::service {

/// SQLite's C API behind the little we need: Poco::Data's connector hides extended result codes and
/// binds by reference, and what we store wants neither.
///
/// One connection, not thread-safe: the owner serialises. Every failure is kStoreFailed.
class Sqlite {
 public:
  using Argument = std::variant<std::nullptr_t, std::int64_t, std::string, Bytes>;
  using Row = std::vector<Argument>;

  /// Opens or creates; WAL, synchronous=FULL, foreign keys on.
  static Result<Sqlite> open(const std::string& path);
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;
  Sqlite(Sqlite&&) noexcept;
  Sqlite& operator=(Sqlite&&) noexcept;
  ~Sqlite();

  Status execute(const std::string& sql, const std::vector<Argument>& arguments = {});
  /// Every row: a query whose answer may be long has its LIMIT in SQL.
  Result<std::vector<Row>> query(const std::string& sql,
                                 const std::vector<Argument>& arguments = {});
  /// Runs `work` between BEGIN IMMEDIATE and COMMIT; rolls back when it fails.
  Status transaction(const std::function<Status()>& work);
  /// Changes when another connection (another process) has written.
  Result<std::int64_t> data_version();

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept;
  };
  explicit Sqlite(std::unique_ptr<sqlite3, Close> db);
  Error failed(const char* doing, Where where = Where::here()) const;
  std::unique_ptr<sqlite3, Close> db_;
};

inline std::int64_t as_integer(const Sqlite::Argument& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number != nullptr ? *number : 0;
}
inline std::string as_string(const Sqlite::Argument& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : std::string();
}
inline Bytes as_blob(const Sqlite::Argument& value) {
  const auto* octets = std::get_if<Bytes>(&value);
  return octets != nullptr ? *octets : Bytes();
}

}  // namespace antin::service
