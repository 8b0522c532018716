#include "service/agent/service.h"

#include "service/net/poco_fetcher.h"
#include "service/signing/shown_case.h"

namespace antin::service::agent {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kWithin{60};
constexpr std::size_t kMostAnswer = std::size_t{8} << 20U;
constexpr std::size_t kMostDocument = std::size_t{64} << 20U;

bool is_id(const std::string& text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
}

}  // namespace

Error refusal_in(const SigningService::Said& said, Language language) {
  auto why = text_in(said.body, "code");
  const auto message = said.body.find("message");
  if (message != said.body.end() && message->is_object()) {
    const auto sentence = text_in(*message, language == Language::kVietnamese ? "vi" : "en");
    if (!sentence.empty()) why = sentence + " (" + why + ")";
  }
  return make_error(Code::kSignCasesRefused, "HTTP " + std::to_string(said.status),
                    {{"ly_do", why}});
}

HttpSigningService::HttpSigningService(PocoFetcher& fetcher, std::string origin,
                                       const std::string& session, const std::string& ticket)
    : fetcher_(fetcher),
      origin_(std::move(origin)),
      self_(origin_ + "/api/v1/signing-sessions/" + session),
      authorization_("Ticket " + ticket) {}

Result<HttpResponse> HttpSigningService::fetch(const HttpRequest& request, std::size_t most,
                                               const std::string& doing) {
  auto answer = fetcher_.fetch(
      request, {.total_time = kWithin, .max_response = OctetCount{most}, .max_redirects = 0});
  if (answer) return answer;
  auto error = while_doing(std::move(answer).error(), Code::kAgentServiceUnreachable, doing);
  error.params = {{"trang", origin_}};
  return error;
}

Result<SigningService::Said> HttpSigningService::ask(const std::string& path, const Json* body) {
  HttpRequest request{.method = HttpRequest::Method::kGet,
                      .url = self_ + path,
                      .content_type = {},
                      .body = {},
                      .authorization = authorization_};
  if (body != nullptr) {
    const auto written = body->dump();
    request.method = HttpRequest::Method::kPost;
    request.content_type = "application/json";
    request.body = to_bytes(as_bytes(written));
  }
  ANTIN_TRY(const auto answer, fetch(request, kMostAnswer, path));
  auto said = Json::parse(answer.body.begin(), answer.body.end(), nullptr, false);
  if (!said.is_object()) {
    // A proxy in front answers for a service that is away.
    constexpr int kServerError = 500;
    if (answer.status >= kServerError)
      return make_error(Code::kAgentServiceUnreachable, "HTTP answer", {{"trang", origin_}});
    return make_error(Code::kSignCasesAnswer, "no JSON object", {{"dia_chi", origin_}});
  }
  return Said{.status = answer.status, .body = std::move(said)};
}

Result<SigningService::Said> HttpSigningService::session() {
  return ask("", nullptr);
}

Result<SigningService::Said> HttpSigningService::complete(const Json& signatures) {
  const Json body{{"signatures", signatures}};
  return ask("/complete", &body);
}

Result<Bytes> HttpSigningService::document(const std::string& case_id) {
  if (!is_id(case_id)) return make_error(Code::kSignCasesAnswer, "case", {{"dia_chi", origin_}});
  ANTIN_TRY(auto answer, fetch({.method = HttpRequest::Method::kGet,
                                .url = self_ + "/document?case=" + case_id,
                                .content_type = {},
                                .body = {},
                                .authorization = authorization_},
                               kMostDocument, "document"));
  constexpr int kOk = 200;
  if (answer.status == kOk) return std::move(answer.body);
  auto said = Json::parse(answer.body.begin(), answer.body.end(), nullptr, false);
  if (!said.is_object()) said = Json::object();
  return refusal_in({.status = answer.status, .body = std::move(said)}, Language::kVietnamese);
}

}  // namespace antin::service::agent
