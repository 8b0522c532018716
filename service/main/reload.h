#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "service/antind/api_keys.h"
#include "service/antind/config.h"
#include "service/antind/log.h"
#include "service/http/http_server.h"

namespace antin::service {

/// Takes up a changed configuration while the service runs: certificates of TLS and the revocation
/// lists of clients, roles, rates, names, deadlines and numbers of connections, and what workers
/// judge by, the tables of the office and of who may be told what is held, receivers of documents
/// and events. All of it or nothing: a new state that cannot be used changes nothing. What came of
/// it is told in the log once it is known, as is every changed section that only a restart takes
/// up. Belongs to one thread.
///
/// Left to a restart: addresses and ports (sockets are open), sizes of bodies and numbers of
/// workers and queues (memory was planned by them), the agency's key, store and logs (jobs under
/// way belong to them).
class Reloader {
 public:
  struct Parts {
    std::string path;  ///< of the configuration
    HttpServer* server;
    KeyRing* keys;
    Log* log;
    /// Readies workers for a new configuration; what it returns makes them the ones that are used.
    std::function<Result<std::function<void()>>(const Config&)> workers;
    /// What holds at the door; cannot fail.
    std::function<void(const Config&)> admission;
    /// Told of each outcome: the SHA-256 of the file, and why it was refused.
    std::function<void(ByteView config_sha256, const Error* refused)> outcome;
    const Clock* clock;
  };
  /// `running`: as the service was started.
  Reloader(Parts parts, const Config& running);
  /// On SIGHUP.
  void reload();
  /// Now and then: a renewed certificate is taken up without being told of.
  void look();

 private:
  using Stamps = std::vector<std::filesystem::file_time_type>;
  Status apply(const Config& fresh);
  void tell_what_waits(const std::string& text);
  Stamps stamps() const;
  void refused(const Error& error, ByteView config_sha256);
  void tell_of_ended_lists();

  Parts parts_;
  const Config::Http started_;
  TlsFiles tls_;
  std::string text_;  ///< of the configuration as it was started
  Stamps seen_;
  std::optional<UtcTime> lists_end_;  ///< of the context in use; nullopt once it was told
};

}  // namespace antin::service
