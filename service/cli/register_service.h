#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/http_fetcher.h"

namespace antin::service {

class ChildFetcher;

/// A running antind whose register a command asks, by way of antin-fetch. The address is the
/// operator's own, so it may be internal; the key goes nowhere else and, but for this machine
/// itself, only over TLS.
class RegisterService {
 public:
  /// `url`: "https://host[:port]" without a path. `key_file`: holds one API key; "" for none. Fails
  /// with kNetUrl, and as read_file() does.
  static Result<std::unique_ptr<RegisterService>> create(const std::string& url,
                                                         const std::string& key_file);
  ~RegisterService();
  RegisterService(const RegisterService&) = delete;
  RegisterService& operator=(const RegisterService&) = delete;

  /// The content of a 200 answer. Fails with kOriginalUnknown for 404, kRegisterNotReached with
  /// anything else.
  Result<Bytes> get(const std::string& path, std::size_t most);
  /// Sends `body` and gives the answer, whatever its status. Fails with kRegisterNotReached.
  Result<HttpResponse> post(const std::string& path, const std::string& content_type, Bytes body,
                            std::size_t most);
  /// The same without a body.
  Result<HttpResponse> look(const std::string& path, std::size_t most);

 private:
  RegisterService() = default;
  std::string base_, authorization_;
  std::unique_ptr<ChildFetcher> fetcher_;
};

}  // namespace antin::service
