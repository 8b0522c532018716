#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "certs/core/http_fetcher.h"
#include "service/net/address_rule.h"

namespace antin::service {

struct FetcherOptions {
  /// Public addresses only, unless said otherwise.
  AddressRule rule = {};
  /// PEM file of TLS roots beside the system's; "" for none.
  std::string extra_tls_roots = {};
  std::string user_agent = "antin";
  /// Exchanges under way end soon after it becomes true; nullptr: by their own limits only.
  const std::atomic<bool>* stop = nullptr;
};

/// HTTP/1.1 over Poco's sockets, one connection per request, with limits that hold for the whole
/// exchange: name look-up, connecting, TLS and every octet share one deadline. Poco's own client
/// session knows a limit per read only, which a server that sends one octet a second never meets.
///
/// TLS 1.2 or later, certificate chain and host name always checked. A redirect is followed only to
/// the same scheme, host and port, and a POST only by 307 and 308. Every address is held against
/// the rule just before it is connected to, after a redirect again. No proxy, no cookies, no
/// credentials but those of the request, nothing from the environment. Thread-safe.
class PocoFetcher final : public HttpFetcher {
 public:
  /// Fails with kNetTls when the TLS roots cannot be loaded.
  static Result<std::unique_ptr<PocoFetcher>> create(const FetcherOptions& options);
  ~PocoFetcher() override;
  PocoFetcher(const PocoFetcher&) = delete;
  PocoFetcher& operator=(const PocoFetcher&) = delete;

  /// Fails with kNetUrl, kNetUnreachable, kNetTimeout, kNetTls, kNetResponse, kNetTooLarge,
  /// kNetRedirect, kNetForbidden.
  Result<HttpResponse> fetch(const HttpRequest& request, const FetchLimits& limits) override;
  /// Further fields of the request, names and values of printable ASCII up to 256 each.
  using Fields = std::vector<std::pair<std::string, std::string>>;
  Result<HttpResponse> fetch(const HttpRequest& request, const Fields& fields,
                             const FetchLimits& limits);

 private:
  struct Inside;
  explicit PocoFetcher(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace antin::service
