#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/store/database.h"

struct pg_conn;
struct pg_result;

namespace antin::service {

/// libpq behind the same interface: parameters and answers in binary, so that what is stored comes
/// back octet for octet. Poco::Data would turn both into text and hides the five-character codes
/// that tell a conflict from a full disk from a server that went away.
class Postgresql final : public Database {
 public:
  struct Settings {
    std::string address;
    /// Between tries to connect again; each pause is twice the one before, up to the longest.
    std::chrono::milliseconds first_pause{100}, longest_pause{10'000};
    /// A server that says nothing for longer is one that went away. The server itself gives a
    /// statement up a second earlier.
    std::chrono::milliseconds answer_within{10'000};
  };
  static Result<std::unique_ptr<Database>> open(Settings settings);
  static Status check_address(const std::string& address);

  Dialect dialect() const noexcept override { return Dialect::kPostgresql; }
  Result<std::vector<Row>> query(const std::string& sql, const Values& values) override;
  Status each(const std::string& sql, const std::function<Status(const Row&)>& row) override;
  Result<std::int64_t> version_of(const std::string& table) override;
  Result<std::size_t> schema_version() override;
  Status set_schema_version(std::size_t version) override;

 protected:
  Status begin(Begin kind) override;
  Status commit() override;
  void rollback() noexcept override;

 private:
  struct Finish {
    void operator()(pg_conn* connection) const noexcept;
  };
  struct Clear {
    void operator()(pg_result* result) const noexcept;
  };
  using Answer = std::unique_ptr<pg_result, Clear>;

  explicit Postgresql(Settings settings) : settings_(std::move(settings)) {}
  Status connect();
  Status ready();
  bool seems_dead() const;
  bool wait(short events, std::chrono::steady_clock::time_point until) const;
  Answer receive();
  Answer command(const char* sql);
  Error gone(Where where = Where::here());
  Error failed(const char* doing, const pg_result* answer, Where where = Where::here());
  Result<Answer> ask(const std::string& sql, const Values& values);

  Settings settings_;
  std::unique_ptr<pg_conn, Finish> connection_;
  bool within_ = false;      ///< a transaction: a new connection would lose its first half
  bool migrates_ = false;    ///< it may: what rebuilds a table takes its time
  bool was_silent_ = false;  ///< given up in the middle of an answer
  std::chrono::milliseconds pause_{0};
  std::chrono::steady_clock::time_point not_before_{};
};

/// "a=?1 AND b='?2'" with $1 for ?1; what is within quotes stays.
std::string with_dollar_placeholders(std::string_view sql);

}  // namespace antin::service
