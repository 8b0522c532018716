#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "service/antind/case_handouts.h"
#include "service/antind/config.h"
#include "service/antind/log.h"
#include "service/antind/metrics.h"
#include "service/outbox/runner.h"

namespace antin::service {

/// Sends what is owed for as long as the service runs, and tells log and metrics of it. Receivers
/// may change meanwhile.
class OutboxDesk {
 public:
  struct Parts {
    Store* store;
    const Config* config;
    const CurrentOffice* tables;
    const Clock* clock;
    RandomSource* random;
    Log* log;
    Metrics* metrics;
  };
  /// Fails with kOutboxSecret, kNetTls: a receiver that cannot be spoken to is told of at the
  /// start.
  static Result<std::unique_ptr<OutboxDesk>> open(const Parts& parts);
  ~OutboxDesk() { stop(); }
  OutboxDesk(const OutboxDesk&) = delete;
  OutboxDesk& operator=(const OutboxDesk&) = delete;

  void start();
  /// What is under way is given up within a moment and sent again at the next start.
  void stop();
  void nudge();

  /// Readies these receivers; what it returns makes them the ones that are served, and gives up
  /// what is under way to the old ones as stop() does. Receivers that did not change go on
  /// undisturbed. Fails as open() does, and then the old ones are served on.
  Result<std::function<void()>> ready(const std::vector<outbox::Target>& targets);

 private:
  /// Receivers, and what serves them.
  struct Round {
    std::vector<outbox::Target> targets;
    Bytes files;  ///< SHA-256 of what each of their files said
    std::atomic<bool> stop = false;
    std::unique_ptr<outbox::Runner> runner = {};  ///< last: its couriers watch `stop`

    void end() {
      stop = true;
      if (runner) runner->stop();
    }
  };
  explicit OutboxDesk(const Parts& parts);
  Result<std::shared_ptr<Round>> round_of(const std::vector<outbox::Target>& targets);
  void use(const std::shared_ptr<Round>& fresh);
  std::shared_ptr<Round> now() const;
  void tried(const outbox::Delivery& delivery, const outbox::Outcome& outcome);
  void show(const std::vector<outbox::Target>& targets,
            const std::map<std::string, outbox::Figures>& figures);

  Parts parts_;
  CaseHandouts handouts_;
  mutable std::mutex mutex_;  ///< of the two below
  bool started_ = false;
  std::shared_ptr<Round> round_;
};

}  // namespace antin::service
