#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "service/antind/log.h"
#include "service/antind/metrics.h"
#include "service/ipc/process.h"

namespace antin::service {

/// antin-worker processes of one kind of work. A worker that crashes, hangs or breaks the protocol
/// is killed and replaced; its request is answered with a typed error and never retried, because
/// the document is what did it. Thread-safe.
class WorkerPool {
 public:
  struct Options {
    std::string name;     ///< for log and metrics
    std::string program;  ///< absolute path of antin-worker
    std::size_t count = 1;
    Bytes configuration;  ///< body of kConfigure's document, CBOR
    std::vector<Route> callbacks;
  };
  WorkerPool(Options options, Log& log, Metrics& metrics);
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Starts every worker; fails when one cannot start or refuses its configuration.
  Status start();
  /// Waits for a free worker and asks it. `documents` are mapped by the worker, in order. Fails
  /// with the worker's own Error, kWorkerCrashed, kResourceLimit (time).
  Result<Message> ask(std::uint16_t type, cbor::Value body,
                      const std::vector<SharedBytes>& documents, std::chrono::milliseconds within);
  /// Workers that answer, out of count.
  std::size_t ready() const;
  /// Ends every worker, those at work too: their requests fail with kHttpStopping.
  void stop();

 private:
  struct Slot {
    std::optional<ChildProcess> process;  ///< of whoever made it busy; of nobody else meanwhile
    bool busy = false;
    pid_t pid = -1;  ///< of `process`, under the mutex, for stop()
  };
  Result<ChildProcess> launch();
  Status refill(Slot& slot);
  std::string discard(Slot& slot, std::chrono::milliseconds grace);
  Result<Message> ask_in(Slot& slot, const Message& request, std::chrono::milliseconds within);

  const Options options_;
  Log& log_;
  Metrics& metrics_;
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<Slot> slots_;
  bool stopping_ = false;
};

}  // namespace antin::service
