#include "service/store/database.h"

#include <chrono>
#include <thread>

#include "service/store/postgresql.h"
#include "service/store/sqlite.h"

namespace antin::service {
namespace {

// A change waits in a queue before it begins, so that what is in its way is rare and over soon.
constexpr int kTries = 6;
constexpr std::chrono::milliseconds kFirstPause{4};
// Whoever waits for an answer is told sooner than after six long tries.
constexpr std::chrono::seconds kTriesWithin{10};

}  // namespace

Status Database::execute(const std::string& sql, const Values& values) {
  ANTIN_TRY(const auto rows, query(sql, values));
  static_cast<void>(rows);
  return Done{};
}

Status Database::once(Begin kind, const std::function<Status()>& work) {
  ANTIN_CHECK(begin(kind));
  auto done = work();
  if (done) done = commit();
  // The first failure is the one to report; a failed rollback leaves nothing committed either.
  if (!done) rollback();
  return done;
}

Status Database::transaction(const std::function<Status()>& work) {
  // SQLite has waited its whole time for the lock already.
  const int tries = dialect() == Dialect::kSqlite ? 1 : kTries;
  const auto until = std::chrono::steady_clock::now() + kTriesWithin;
  auto pause = kFirstPause;
  for (int i = 1;; ++i, pause *= 3) {
    auto done = once(Begin::kChange, work);
    if (done || done.error().code != Code::kDatabaseBusy || i == tries ||
        std::chrono::steady_clock::now() > until)
      return done;
    std::this_thread::sleep_for(pause);
  }
}

Status Database::snapshot(const std::function<Status()>& work) {
  return once(Begin::kSnapshot, work);
}

Status check_database_address(const std::string& address) {
  return address == "sqlite" ? Status{Done{}} : Postgresql::check_address(address);
}

Result<std::unique_ptr<Database>> open_database(const std::string& address,
                                                const std::string& file) {
  if (address == "sqlite") return Sqlite::open(file);
  return Postgresql::open({.address = address});
}

}  // namespace antin::service
