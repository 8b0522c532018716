#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "service/antind/log.h"
#include "service/antind/metrics.h"
#include "service/audit/checkpoint.h"
#include "service/audit/log_writer.h"
#include "service/audit/reconcile.h"
#include "service/store/store.h"

namespace antin::service {

/// The key that signs checkpoints and nothing else; tokend holds it. Thread-safe.
class CheckpointKey {
 public:
  virtual ~CheckpointKey() = default;
  virtual Result<Bytes> public_key() = 0;  ///< Ed25519, 32 octets
  virtual Result<Bytes> sign(const std::string& text) = 0;
};

/// Keeps the two logs going beside the service: signs checkpoints when something was added (at most
/// once a second), writes down who logged in, compares tokend's journal with the register. On a
/// thread of its own: nobody waits for it, and its failures are told and tried again.
class LogDesk {
 public:
  struct Parts {
    Store* store;
    Log* log;
    Metrics* metrics;
    const Clock* clock;
    RandomSource* random;
    std::string origin;                  ///< of both logs; "" without a key
    std::shared_ptr<CheckpointKey> key;  ///< nullptr: the logs grow without checkpoints
    audit::Journal journal;              ///< may be empty
  };
  explicit LogDesk(Parts parts) : parts_(std::move(parts)) {}
  ~LogDesk() { stop(); }
  LogDesk(const LogDesk&) = delete;
  LogDesk& operator=(const LogDesk&) = delete;

  /// Before anything is served: what the store tells goes into the logs from now on, and the log
  /// says which program started with which configuration. A journal is compared once. In a restored
  /// store that still has the origin from before, no checkpoint is made (kAuditOriginUsed in the
  /// log): the key holder would refuse a smaller tree, and another history under one name would
  /// look like a forgery.
  Status open(ByteView config_sha256);
  void start();
  void stop();

  /// A system showed a right key: into the log once a day for each key and address.
  void key_used(const std::string& key, const std::string& address);
  /// A wrong one: once an hour for each address, with how often.
  void key_refused(const std::string& address);

  /// The service took up another configuration while it runs, or refused to.
  void configured(ByteView config_sha256);
  void configuration_refused(ByteView config_sha256, const Error& why);

  /// What the thread does each time; open to tests.
  void turn();

 private:
  void run();
  void write_waiting();
  void make_checkpoint(audit::Log log);
  Status sign_head(audit::Log log);
  void compare_journal();
  Result<audit::VerifierKey> verifier(audit::Log log);
  void complain(std::string_view event, const Error& error);
  void add_waiting(audit::Event event);

  const Parts parts_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool origin_used_ = false;
  std::map<std::string, std::int64_t> used_on_;   ///< key and address -> day; bounded
  std::map<std::string, std::uint64_t> refused_;  ///< address -> times since the last record
  std::vector<audit::Event> waiting_;             ///< bounded
  std::chrono::steady_clock::time_point refusals_due_{}, journal_due_{}, key_due_{};
  std::map<audit::Log, std::uint64_t> signed_size_;  ///< of the newest checkpoint
  std::thread thread_;                               ///< last: it uses the others
};

}  // namespace antin::service
