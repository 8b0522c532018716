#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "service/antind/casework_api.h"
#include "service/antind/metrics.h"

namespace antin::service {

/// Looks after the books beside the service: numbers that were reserved and not finished by the end
/// of the next working day (C-10), and books of past years that nobody closed (C-19). Each is a
/// gauge, and an alarm in the log when it is new and once a day while it lasts. On a thread of its
/// own; its failures are told and tried again.
class BookWatch {
 public:
  struct Parts {
    Store* store;
    const CurrentOffice* office;
    Log* log;
    Metrics* metrics;
    const Clock* clock;
  };
  explicit BookWatch(Parts parts) : parts_(parts) {}
  ~BookWatch() { stop(); }
  BookWatch(const BookWatch&) = delete;
  BookWatch& operator=(const BookWatch&) = delete;

  void start();
  void stop();
  /// Once, now. Fails as the store does.
  Status look();

 private:
  Status look_for_late_rows(Database& database, const OfficeRules& office,
                            const std::string& today);
  Status look_for_open_years(Database& database, const std::string& today);
  void run();

  const Parts parts_;
  /// What was told, by what it is about: on which day, and how many rows.
  std::map<std::string, std::pair<std::string, std::int64_t>> told_;
  std::set<std::string> units_;  ///< that have a gauge: it goes back to 0
  std::mutex mutex_;
  std::condition_variable wanted_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace antin::service
