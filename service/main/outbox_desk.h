#pragma once

#include <atomic>
#include <memory>

#include "service/antind/case_handouts.h"
#include "service/antind/config.h"
#include "service/antind/log.h"
#include "service/antind/metrics.h"
#include "service/outbox/runner.h"

namespace antin::service {

/// Sends what is owed for as long as the service runs, and tells log and metrics of it.
class OutboxDesk {
 public:
  struct Parts {
    Store* store;
    const Config* config;
    const OfficeRules* office;  ///< nullptr where there are no cases
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

  void start() { runner_->start(); }
  /// What is under way is given up within a moment and sent again at the next start.
  void stop();
  void nudge() { runner_->nudge(); }

 private:
  explicit OutboxDesk(const Parts& parts);
  void tried(const outbox::Delivery& delivery, const outbox::Outcome& outcome);
  void show(const std::map<std::string, outbox::Figures>& figures);

  Parts parts_;
  CaseHandouts handouts_;
  std::atomic<bool> stop_ = false;
  std::unique_ptr<outbox::Runner> runner_;  ///< last: its couriers watch `stop_`
};

}  // namespace antin::service
