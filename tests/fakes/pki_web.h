#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "certs/core/http_fetcher.h"
#include "certs/core/time.h"
#include "tests/servers/responder.h"

namespace antin::fakes {

/// What http://pki.antin.invalid would answer, without a network: OCSP, lists and certificates of
/// tests/pki. Counts what it was asked, and does wrong what it is told to. Thread-safe.
class PkiWeb final : public HttpFetcher {
 public:
  using Spoil = std::function<Result<HttpResponse>(HttpResponse)>;

  PkiWeb(const testpki::Responder& responder, const Clock& clock)
      : responder_(responder), clock_(clock) {}

  /// Applies to every address that contains `part`, until told otherwise.
  void spoil(const std::string& part, Spoil spoil) {
    const std::lock_guard lock(mutex_);
    spoils_[part] = std::move(spoil);
  }
  void fail(const std::string& part, Code code) {
    spoil(part, [code](const HttpResponse&) { return make_error(code, "on purpose"); });
  }
  void answer_status(const std::string& part, int status) {
    spoil(part, [status](HttpResponse response) -> Result<HttpResponse> {
      response.status = status;
      return response;
    });
  }
  void mend(const std::string& part) {
    const std::lock_guard lock(mutex_);
    spoils_.erase(part);
  }
  testpki::Fault ocsp_fault = testpki::Fault::kNone;
  std::string ocsp_as;
  std::string ocsp_list;
  /// Runs inside every exchange, e.g. to hold it back.
  std::function<void(const HttpRequest&)> meanwhile;

  int count() const { return count_; }
  int count(const std::string& part) const {
    const std::lock_guard lock(mutex_);
    int sum = 0;
    for (const auto& [url, times] : counts_) sum += url.find(part) == std::string::npos ? 0 : times;
    return sum;
  }
  HttpRequest last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }

  Result<HttpResponse> fetch(const HttpRequest& request, const FetchLimits& limits) override {
    ++count_;
    if (meanwhile) meanwhile(request);
    const std::lock_guard lock(mutex_);
    ++counts_[request.url];
    last_ = request;
    auto response = answer(request);
    for (const auto& [part, spoil] : spoils_) {
      if (request.url.find(part) == std::string::npos) continue;
      auto spoiled = spoil(std::move(response));
      if (!spoiled) return spoiled;
      response = std::move(spoiled).value();
    }
    if (response.body.size() > limits.max_response.value())
      return make_error(Code::kNetTooLarge, request.url);
    return response;
  }

 private:
  HttpResponse answer(const HttpRequest& request) const {
    static constexpr std::string_view kHost = "http://pki.antin.invalid/";
    HttpResponse response{.status = 404, .content_type = {}, .body = {}};
    if (!request.url.starts_with(kHost)) return response;
    const auto path = request.url.substr(kHost.size());
    const auto stem = path.substr(path.find('/') + 1, path.rfind('.') - path.find('/') - 1);
    std::optional<Bytes> body;
    if (path == "ocsp" && request.method == HttpRequest::Method::kPost) {
      auto made = responder_.ocsp(
          request.body,
          {.now = clock_.utc_now(), .fault = ocsp_fault, .as = ocsp_as, .list = ocsp_list});
      if (made) body = std::move(made).value();
    } else if (path.starts_with("crl/")) {
      body = responder_.crl(stem);
      response.etag = "\"" + stem + "\"";
      if (body && request.if_none_match == response.etag) {
        response.status = 304;
        return response;
      }
    } else if (path.starts_with("certs/")) {
      body = responder_.certificate(stem);
    }
    if (!body) return response;
    response.status = 200;
    response.body = std::move(*body);
    return response;
  }

  const testpki::Responder& responder_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Spoil> spoils_;
  std::map<std::string, int> counts_;
  HttpRequest last_{.method = HttpRequest::Method::kGet, .url = {}, .content_type = {}, .body = {}};
  std::atomic<int> count_{0};
};

}  // namespace antin::fakes
