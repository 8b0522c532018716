#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "certs/core/random.h"
#include "certs/core/time.h"
#include "service/outbox/parcel.h"

namespace antin::outbox {

/// Sends what is owed. One thread looks for it, and each target has one that sends: a receiver that
/// hangs holds up nobody else, and nobody who is served waits for any of them. Whatever fails here
/// is told and tried again.
class Runner {
 public:
  struct Lane {
    Target target;
    std::unique_ptr<Courier> courier;
  };
  struct Parts {
    service::Store* store;
    Handouts* handouts;
    const Clock* clock;
    RandomSource* random;
    /// A try has ended; `error` is nullptr when it went well. Called from several threads.
    std::function<void(const Delivery&, const Outcome&)> tried;
    /// Something that belongs to no delivery: the database was away.
    std::function<void(const Error&)> failed;
    std::function<void(const std::map<std::string, Figures>&)> figures;
  };
  /// Couriers stop within a moment when `stop` is called before their own destruction.
  Runner(Parts parts, std::vector<Lane> lanes);
  ~Runner() { stop(); }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void start();
  void stop();
  /// Something may be owed now.
  void nudge();

  // What the threads do, for whoever has none.
  /// New events become deliveries. Returns for which targets something is due.
  Result<std::vector<std::string>> look();
  /// False when nothing was due for it.
  Result<bool> send_one(const std::string& target);

 private:
  struct Post {
    Lane lane;
    std::thread thread = {};
    bool wanted = false;
  };
  void look_on();
  void serve(Post& post);
  Result<Parcel> parcel_of(const Delivery& delivery, const Target& target);
  Outcome outcome_of(const Delivery& delivery, const Target& target, Status carried, UtcTime now);
  std::chrono::seconds spread_out(std::chrono::seconds pause);

  Parts parts_;
  Deliveries deliveries_;
  std::vector<Target> targets_;
  std::map<std::string, Post> posts_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false, nudged_ = false;
  std::thread looking_;
};

}  // namespace antin::outbox
