#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "certs/core/bytes.h"
#include "service/antind/log.h"
#include "service/antind/metrics.h"
#include "service/ipc/process.h"
#include "service/system/bounds.h"

namespace antin::service {

/// antin-worker processes of one kind of work. A worker that crashes, hangs or breaks the protocol
/// is killed and replaced; its request is answered with a typed error and never retried, because
/// the document is what did it. One that somebody else killed is no word about the document: its
/// request is tried once more. Replaced is also one that has answered many requests or has grown.
/// Spares are started ahead, so that nobody waits for a replacement. Thread-safe.
class WorkerPool {
 public:
  enum class Confinement : std::uint8_t {
    kRequired,  ///< a worker that does not say that it is confined is not used
    kLeftOut,   ///< development: every report says so
  };
  struct Options {
    std::string name;       ///< for log and metrics
    std::string program;    ///< absolute path of antin-worker
    std::size_t count = 1;  ///< workers that ask() uses
    Bytes configuration;    ///< body of kConfigure's document, CBOR
    std::vector<Route> callbacks;
    std::size_t spares = 1;  ///< started ahead, to replace workers
    Confinement confinement = Confinement::kRequired;
    int niceness = 0;  ///< of its processes: with more they give way where processors are short
  };
  WorkerPool(Options options, Log& log, Metrics& metrics);
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Starts every worker; fails when one cannot start or refuses its configuration, and with
  /// kSandboxIncomplete when one is not confined.
  Status start();
  /// Waits for a free worker and asks it. `documents` are mapped by the worker, in order. Fails
  /// with the worker's own Error, kWorkerCrashed, kResourceLimit (time), kWorkerKilled.
  Result<Message> ask(std::uint16_t type, cbor::Value body,
                      const std::vector<SharedBytes>& documents, std::chrono::milliseconds within);
  /// Asks a worker that has seen no document and will see no other: a copy of one that only reads
  /// its configuration, because starting one costs more than most questions. Fails as ask() does.
  Result<Message> ask_fresh(std::uint16_t type, cbor::Value body,
                            const std::vector<SharedBytes>& documents,
                            std::chrono::milliseconds within);
  /// A page, from 1, as people look at it, so many pixels wide: JPEG. Drawn by whoever draws for
  /// the workers; no worker is asked. Fails with kCompareNoRenderer and as drawing does.
  Result<SharedBytes> draw(const SharedBytes& document, std::int64_t page, std::int64_t width,
                           std::chrono::milliseconds within) const;
  /// A worker started with this configuration; `use` it and no request reaches one with an earlier.
  /// Requests under way end as they began. Fails as start() does, and then nothing has changed.
  Result<std::function<void()>> reconfigure(Bytes configuration);
  /// Workers that answer, out of count.
  std::size_t ready() const;
  /// Ends every worker, those at work too: their requests fail with kHttpStopping.
  void stop();

 private:
  /// A started and configured worker.
  struct Member {
    ChildProcess process;
    Descriptor statm;                             ///< its /proc/PID/statm, when it can be seen
    std::size_t address_space = 0, resident = 0;  ///< before the first document
    std::size_t served = 0;
    std::uint64_t generation = 0;  ///< of its configuration
  };
  struct Slot {
    std::optional<Member> member;  ///< of whoever made it busy; of nobody else meanwhile
    bool busy = false;
    pid_t pid = -1;  ///< of `member`, under the mutex, for stop()
  };
  /// A request, and what working on it may cost.
  struct Asked {
    Message message;
    Bounds bounds;
    std::size_t written = 0;
    std::chrono::milliseconds within;
  };
  static Result<Asked> prepare(std::uint16_t type, cbor::Value body,
                               const std::vector<SharedBytes>& documents,
                               std::chrono::milliseconds within);
  enum class Role : std::uint8_t { kWorker, kNursery };
  Result<Member> launch(Role role);
  Result<Member> launch(Role role, const Bytes& configuration, std::uint64_t generation) const;
  bool outdated(const Member& member) const;
  Result<Member> take();
  Status refill(Slot& slot);
  void retire(Member member);
  std::string discard(Slot& slot, std::chrono::milliseconds grace);
  Result<Message> ask_in(Slot& slot, const Asked& asked);
  Result<Message> converse(Member& member, const Asked& asked) const;
  Error replaced(Error error, const std::string& ending);
  template <class Try>
  Result<Message> ask_twice(Try once);
  Result<Message> ask_once(const Asked& asked);
  Result<Message> ask_copy(const Asked& asked);
  Result<Member> copy_of_nursery();
  Result<Member> copied();
  void leave_nursery();
  bool stopping() const;
  void keep();
  void start_spare();

  Options options_;  ///< its configuration under the mutex, the rest never changes
  std::uint64_t generation_ = 0;
  Log& log_;
  Metrics& metrics_;
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<Slot> slots_;
  std::condition_variable wanted_;  ///< by the keeper: something is to be replaced or ended
  std::deque<Member> spares_;
  std::vector<Member> retired_;
  std::set<pid_t> fresh_;  ///< at work for ask_fresh()
  /// What ask_fresh() has copies made of, started when first asked. Its `served` are its copies.
  std::mutex nursery_mutex_;
  std::optional<Member> nursery_;
  bool stopping_ = false;
  std::thread keeper_;  ///< starts spares and ends what is retired, so that nobody waits for either
};

}  // namespace antin::service
