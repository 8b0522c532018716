#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>

#include "certs/core/error.h"
#include "certs/core/random.h"
#include "service/agent/origin.h"
#include "service/agent/person.h"

namespace antin::service::agent {

/// A problem as pages get it (RFC 9457, without what only HTTP has).
nlohmann::ordered_json describe(const Error& error);

/// Something that takes a person's time, and how far it is. Thread-safe.
class Job {
 public:
  Job(std::string id, Origin origin) : id_(std::move(id)), origin_(std::move(origin)) {}
  const std::string& id() const noexcept { return id_; }
  const Origin& origin() const noexcept { return origin_; }

  void state(const char* name);
  void set(const char* name, nlohmann::ordered_json value);
  /// What stands in the way now; nullopt: nothing any more.
  void problem(const std::optional<Error>& error);
  void item(const std::string& case_id, const char* name, nlohmann::ordered_json value);
  /// Ends it: "done", or "cancelled" and "failed" with the problem.
  void end(const Status& outcome);
  bool over() const;
  nlohmann::ordered_json told() const;

  void cancel();
  const Stop& stop() const noexcept { return stop_; }
  /// Sleeps; less when it is cancelled.
  void pause(std::chrono::milliseconds span);

 private:
  const std::string id_;
  const Origin origin_;
  mutable std::mutex mutex_;
  std::condition_variable woken_;
  nlohmann::ordered_json told_ = {{"state", "checking"}};
  bool over_ = false;
  Stop stop_ = false;
};

/// Does one job at a time: there is one person, and one keyboard. Thread-safe.
class Desk {
 public:
  using Work = std::function<Status(Job&)>;
  explicit Desk(RandomSource& random) : random_(random) {}
  ~Desk() { stop(); }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  /// What a job is about, "" for nothing in particular, and with which particulars.
  struct Key {
    std::string about, particulars;
    bool operator==(const Key&) const = default;
  };
  /// The same key again while it is remembered gets the same job, unless that did not come to its
  /// end. Fails with kAgentBusy, and with kAgentSessionRepeated when only `about` is the same.
  Result<std::shared_ptr<Job>> begin(const Origin& origin, const Key& key, Work work);
  /// Fails with kAgentJobUnknown, also for another page's.
  Result<std::shared_ptr<Job>> find(const std::string& id, const Origin& origin);
  /// Cancels what is under way and waits for its end.
  void stop();

 private:
  static constexpr std::size_t kRemembered = 64;
  struct Kept {
    Key key;
    std::shared_ptr<Job> job;
  };
  RandomSource& random_;
  std::mutex mutex_;
  std::deque<Kept> kept_;
  std::thread thread_;
};

}  // namespace antin::service::agent
