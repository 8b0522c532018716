#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "service/antind/api_keys.h"
#include "service/antind/config.h"
#include "service/antind/http_server.h"
#include "service/antind/log.h"

namespace antin::service {

/// Takes up a changed configuration while the service runs: certificate and key of TLS, roles, and
/// what workers judge by. All of it or nothing: a new state that cannot be used changes nothing and
/// is told in the log, as is every changed section that only a restart takes up. Belongs to one
/// thread.
class Reloader {
 public:
  struct Parts {
    std::string path;  ///< of the configuration
    HttpServer* server;
    KeyRing* keys;
    Log* log;
    /// Readies workers for a new configuration; what it returns makes them the ones that are used.
    std::function<Result<std::function<void()>>(const Config&)> workers;
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
  void refused(const Error& error);

  Parts parts_;
  TlsFiles tls_;
  std::string text_;  ///< of the configuration as it was started
  Stamps seen_;
};

}  // namespace antin::service
