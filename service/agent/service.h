#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/http_fetcher.h"

namespace antin::service {
class PocoFetcher;
}

namespace antin::service::agent {

/// One signing-session of the service whose page the person paired, as its ticket opens it
/// (docs/PROTOCOL.officer.md). Fails with kAgentServiceUnreachable ({trang}) when nobody answers,
/// kSignCasesAnswer ({dia_chi}) for what is no answer of such a service.
class SigningService {
 public:
  struct Said {
    int status;
    nlohmann::json body;  ///< an object
  };
  virtual ~SigningService() = default;
  virtual Result<Said> session() = 0;
  /// The octets of a 200 answer; another answer is kSignCasesRefused ({ly_do}).
  virtual Result<Bytes> document(const std::string& case_id) = 0;
  virtual Result<Said> complete(const nlohmann::json& signatures) = 0;
};

/// What a service's refusal means here: kSignCasesRefused with its sentence.
Error refusal_in(const SigningService::Said& said, Language language);

/// Over HTTP. `origin` is where it is asked, and nowhere else: no redirect is followed.
class HttpSigningService final : public SigningService {
 public:
  HttpSigningService(PocoFetcher& fetcher, std::string origin, const std::string& session,
                     const std::string& ticket);
  Result<Said> session() override;
  Result<Bytes> document(const std::string& case_id) override;
  Result<Said> complete(const nlohmann::json& signatures) override;

 private:
  Result<HttpResponse> fetch(const HttpRequest& request, std::size_t most,
                             const std::string& doing);
  Result<Said> ask(const std::string& path, const nlohmann::json* body);
  PocoFetcher& fetcher_;
  const std::string origin_, self_, authorization_;
};

}  // namespace antin::service::agent
