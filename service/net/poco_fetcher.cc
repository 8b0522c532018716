#include "service/net/poco_fetcher.h"

#include <algorithm>
#include <utility>

#include <Poco/Exception.h>

#include "service/net/connection.h"
#include "service/net/http_reader.h"
#include "service/net/url.h"

namespace antin::service {
namespace {

// A validator comes from another host by way of a file: a line end in it would begin a field of its
// choosing (RFC 9112 §11.1).
bool may_stand_in_field(const std::string& value) {
  return !value.empty() && value.size() <= 256 &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

std::string request_head(const Url& url, const HttpRequest& request, const FetcherOptions& options,
                         const PocoFetcher::Fields& fields) {
  const bool post = request.method == HttpRequest::Method::kPost;
  std::string head = post ? "POST " : "GET ";
  head += url.target + " HTTP/1.1\r\nHost: " + url.authority() +
          "\r\nUser-Agent: " + options.user_agent +
          "\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n";
  if (post)
    head += "Content-Type: " + request.content_type +
            "\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
  if (may_stand_in_field(request.if_none_match))
    head += "If-None-Match: " + request.if_none_match + "\r\n";
  if (may_stand_in_field(request.if_modified_since))
    head += "If-Modified-Since: " + request.if_modified_since + "\r\n";
  if (may_stand_in_field(request.authorization))
    head += "Authorization: " + request.authorization + "\r\n";
  for (const auto& [name, value] : fields) {
    if (may_stand_in_field(name) && may_stand_in_field(value)) head += name + ": " + value + "\r\n";
  }
  return head + "\r\n";
}

struct Exchange {
  HttpResponse response;
  std::string location;
};

Error at_host(Error error, const Url& url) {
  error.params = {{"host", url.authority()}};
  return error;
}

Result<Exchange> exchange(const Url& url, const HttpRequest& request, const FetchLimits& limits,
                          const Deadline& deadline, const FetcherOptions& options,
                          const PocoFetcher::Fields& fields, Poco::Net::Context::Ptr context) {
  try {
    Connection connection(url, deadline, options.rule);
    ANTIN_CHECK(connection.open());
    if (url.scheme == Url::Scheme::kHttps) ANTIN_CHECK(connection.start_tls(std::move(context)));
    ANTIN_CHECK(connection.send(as_bytes(request_head(url, request, options, fields))));
    ANTIN_CHECK(connection.send(request.body));
    HttpReader reader(limits.max_response.value());
    while (!reader.complete()) {
      ANTIN_TRY(const auto octets, connection.receive());
      auto read = octets.empty() ? reader.end() : reader.feed(octets);
      if (!read) return at_host(std::move(read).error(), url);
    }
    const auto location = reader.location();
    return Exchange{.response = reader.take_response(), .location = location};
  } catch (const Poco::TimeoutException& late) {
    return net_error(Code::kNetTimeout, url, late.displayText());
  } catch (const Poco::Exception& failed) {
    return net_error(Code::kNetUnreachable, url, failed.displayText());
  } catch (const std::exception& failed) {
    return net_error(Code::kNetUnreachable, url, failed.what());
  }
}

bool is_redirect(int status, HttpRequest::Method method) {
  if (status == 307 || status == 308) return true;
  return method == HttpRequest::Method::kGet && (status == 301 || status == 302 || status == 303);
}

}  // namespace

struct PocoFetcher::Inside {
  FetcherOptions options;
  Poco::Net::Context::Ptr context;
};

PocoFetcher::PocoFetcher(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
PocoFetcher::~PocoFetcher() = default;

Result<std::unique_ptr<PocoFetcher>> PocoFetcher::create(const FetcherOptions& options) {
  auto inside = std::make_unique<Inside>();
  inside->options = options;
  ANTIN_TRY(inside->context, client_context(options.extra_tls_roots));
  return std::unique_ptr<PocoFetcher>(new PocoFetcher(std::move(inside)));  // NOLINT: private
}

Result<HttpResponse> PocoFetcher::fetch(const HttpRequest& request, const FetchLimits& limits) {
  return fetch(request, {}, limits);
}

Result<HttpResponse> PocoFetcher::fetch(const HttpRequest& request, const Fields& fields,
                                        const FetchLimits& limits) {
  const Deadline deadline(limits.total_time, inside_->options.stop);
  ANTIN_TRY(auto url, parse_url(request.url));
  for (unsigned redirects = 0;; ++redirects) {
    ANTIN_TRY(auto done,
              exchange(url, request, limits, deadline, inside_->options, fields, inside_->context));
    if (!is_redirect(done.response.status, request.method)) return std::move(done.response);
    const auto next = resolve_location(url, done.location);
    if (redirects >= limits.max_redirects || !next || !next.value().same_origin(url))
      return net_error(Code::kNetRedirect, url, done.location.substr(0, 200));
    url = next.value();
  }
}

}  // namespace antin::service
