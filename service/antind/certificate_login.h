#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "certs/core/random.h"
#include "certs/core/time.h"
#include "service/antind/accounts_api.h"
#include "service/antind/config.h"
#include "service/antind/current_office.h"
#include "service/antind/log.h"
#include "service/antind/worker_pool.h"

namespace antin::service {

/// Signing in with a certificate (docs/PROTOCOL.login.md). antind builds what must have been signed
/// and knows whose certificate it is by its octets; two fresh workers judge the rest, each of which
/// sees what it needs and no more, so that one that a foreign octet has taken over cannot make a
/// session of somebody else: the one that sees the chain is not asked about the signature.
/// Thread-safe; waits for workers and for the network.
class CertificateLogin {
 public:
  struct Parts {
    const Config* config;
    Store* store;
    AccountsApi* accounts;
    WorkerPool* workers;  ///< which know whom to trust
    const CurrentOffice* office;
    Log* log;
    const Clock* clock;
    RandomSource* random;
  };
  explicit CertificateLogin(Parts parts) : parts_(parts) {}

  static bool answers(const RouteRow& row) noexcept;
  /// `origin`: of this service, as the request's own Host and scheme have it.
  Result<Response> handle(const RouteRow& row, const Request& request, const std::string& origin);

 private:
  struct Asked;
  static Result<Asked> read(const Request& request);
  Status available() const;
  Result<Response> challenge(const std::string& origin) const;
  Result<accounts::Begun> sign_in(const Request& request, const std::string& origin) const;
  Status check_clock(const std::string& time) const;
  Status check_signature(const Asked& asked, const std::string& origin) const;
  Result<std::string> person_of(const Bytes& certificate_sha256) const;
  Status check_certificate(const Asked& asked) const;
  Result<std::string> judge(const Asked& asked, const std::string& origin,
                            const Bytes& certificate_sha256) const;

  void refused(const std::string& account, const std::string& network) const;

  const Parts parts_;
};

}  // namespace antin::service
