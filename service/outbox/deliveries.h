#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "service/outbox/delivery.h"
#include "service/store/store.h"

namespace antin::outbox {

/// Where an event goes.
struct Choice {
  std::string target;
  enum class Takes : std::uint8_t { kEvent, kDocument } takes = Takes::kEvent;
  std::string address = {};
  /// kNever: there is no such target, which an officer has to hear of.
  enum class Way : std::uint8_t { kKnown, kNever } way = Way::kKnown;
};
struct Owed {
  Event event;  ///< without `facts`
  std::string delivery;
};
using Choose = std::function<std::vector<Choice>(const Owed&)>;

/// "" and empty lists for what is not asked for.
struct DeliverySearch {
  std::string stream = {}, target = {};
  std::optional<DeliveryState> state = {};
  std::vector<std::string> units = {};  ///< none: all
  std::string before = {};              ///< id: further ones of the same search, by id downwards
  std::size_t most = 100;
};

/// What is owed to one target.
struct Figures {
  std::int64_t waiting = 0, dead = 0;
  std::optional<UtcTime> oldest = {};  ///< since when the oldest waits
};

/// Who takes, and what for: purposes are the audit log's.
struct Taker {
  std::string target, purpose;
};

/// What became of a try.
struct Outcome {
  DeliveryState state = DeliveryState::kSent;  ///< kWaiting: once more, at `due`
  UtcTime due{std::chrono::sys_seconds{}};
  std::optional<Error> error = {};
};

/// The rows of what is owed. Two nodes never have the same row: whoever takes one has it for
/// kLease, and only whoever has it says what became of it. A dead node's rows are taken by another
/// and sent again under the same id. Thread-safe; fails as Database does beside what is named.
class Deliveries {
 public:
  static constexpr std::chrono::seconds kLease{180};
  /// No pause between two tries is longer: what is due later was put off before the clock went
  /// back.
  static constexpr std::chrono::seconds kLongestPause{2 * 86'400};
  /// `node`: of this process, unlike any other's.
  Deliveries(service::Store& store, std::string node) : store_(store), node_(std::move(node)) {}

  /// Turns up to 200 events into deliveries, in the order of each stream. Returns how many events
  /// there were. An event that nobody takes is forgotten.
  Result<std::size_t> spread(const Choose& choose, UtcTime now);
  /// Targets that something is due for.
  Result<std::vector<std::string>> due(UtcTime now);
  /// The next one for a target: due, nobody else's, and nothing earlier of its stream waits. That a
  /// document is about to leave is in the audit log before it does.
  Result<std::optional<Delivery>> take(const Taker& taker, UtcTime now);
  /// False: it was taken over meanwhile, and this outcome does not count. What was sent or given up
  /// is told to the audit log in the same transaction.
  Result<bool> settle(const Delivery& taken, const Taker& taker, const Outcome& outcome,
                      UtcTime now);
  /// Undoes take() when nothing was tried.
  Status give_back(const Delivery& taken);

  Result<std::vector<Delivery>> find(const DeliverySearch& search);
  /// Fails with kOutboxUnknown.
  Result<Delivery> one(const std::string& id);
  /// Sends it now, from the first try on; `address` instead of the one it has unless "". The same
  /// octets as before. Fails with kOutboxUnknown, kOutboxUnderWay.
  Result<Delivery> again(const std::string& id, const std::string& address,
                         const std::string& actor, UtcTime now);
  /// Fails with kOutboxUnknown, kOutboxUnderWay, kOutboxSent.
  Result<Delivery> cancel(const std::string& id, const std::string& actor, UtcTime now);
  /// Of every target that is owed something.
  Result<std::map<std::string, Figures>> figures();

 private:
  using Change = std::function<Status(Database&, Delivery&)>;
  Result<Delivery> change(const std::string& id, UtcTime now, const Change& work);
  Status tell(Database& database, const Delivery& delivery, const char* what, const Taker& taker,
              const std::string& actor);

  service::Store& store_;
  std::string node_;
};

}  // namespace antin::outbox
