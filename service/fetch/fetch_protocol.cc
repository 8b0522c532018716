#include "service/fetch/fetch_protocol.h"

namespace antin::service::fetching {

cbor::Value to_value(const HttpRequest& request, const FetchLimits& limits) {
  return cbor::Map{{"post", request.method == HttpRequest::Method::kPost},
                   {"url", request.url},
                   {"content_type", request.content_type},
                   {"body", request.body},
                   {"if_none_match", request.if_none_match},
                   {"if_modified_since", request.if_modified_since},
                   {"share", request.share},
                   {"authorization", request.authorization},
                   {"within_ms", static_cast<std::int64_t>(limits.total_time.count())},
                   {"max", static_cast<std::int64_t>(limits.max_response.value())},
                   {"redirects", static_cast<std::int64_t>(limits.max_redirects)}};
}

Result<Asked> asked_in(const cbor::Value& body) {
  Asked asked{
      .request = {.method = HttpRequest::Method::kGet, .url = {}, .content_type = {}, .body = {}},
      .limits = {.total_time = {}, .max_response = OctetCount{0}, .max_redirects = 0}};
  auto& request = asked.request;
  ANTIN_TRY(const auto post, cbor::boolean_at(body, "post"));
  if (post) request.method = HttpRequest::Method::kPost;
  ANTIN_TRY(request.url, cbor::text_at(body, "url"));
  ANTIN_TRY(request.content_type, cbor::text_at(body, "content_type"));
  ANTIN_TRY(request.body, cbor::bytes_at(body, "body"));
  ANTIN_TRY(request.if_none_match, cbor::text_at(body, "if_none_match"));
  ANTIN_TRY(request.if_modified_since, cbor::text_at(body, "if_modified_since"));
  ANTIN_TRY(request.share, cbor::text_at(body, "share"));
  ANTIN_TRY(request.authorization, cbor::text_at(body, "authorization"));
  ANTIN_TRY(const auto within, cbor::integer_at(body, "within_ms"));
  ANTIN_TRY(const auto most, cbor::integer_at(body, "max"));
  ANTIN_TRY(const auto redirects, cbor::integer_at(body, "redirects"));
  const bool printable = request.content_type.find_first_of("\r\n") == std::string::npos;
  if (!request.authorization.empty() && redirects != 0)
    return make_error(Code::kIpcMalformed, "redirects with credentials");
  if (within < 1 || within > kMaxWithinMs || most < 0 ||
      most > static_cast<std::int64_t>(kMaxBody) || redirects < 0 || redirects > 8 || !printable)
    return make_error(Code::kIpcMalformed, "limits of a fetch");
  asked.limits = {.total_time = std::chrono::milliseconds(within),
                  .max_response = OctetCount{static_cast<std::size_t>(most)},
                  .max_redirects = static_cast<unsigned>(redirects)};
  return asked;
}

Result<Message> to_message(HttpResponse response) {
  Message message;
  message.body = cbor::Map{{"status", response.status},
                           {"content_type", response.content_type},
                           {"etag", response.etag},
                           {"last_modified", response.last_modified},
                           {"cache_control", response.cache_control},
                           {"sent", std::move(response.sent)}};
  ANTIN_TRY(auto content, sealed_memfd("antin-answer", {response.body}));
  message.descriptors.push_back(std::move(content));
  return message;
}

Result<HttpResponse> response_in(const Message& message, std::size_t most) {
  if (message.descriptors.size() != 1)
    return make_error(Code::kIpcMalformed, "an answer without content");
  HttpResponse response{.status = 0, .content_type = {}, .body = {}};
  ANTIN_TRY(const auto status, cbor::integer_at(message.body, "status"));
  ANTIN_TRY(response.content_type, cbor::text_at(message.body, "content_type"));
  ANTIN_TRY(response.etag, cbor::text_at(message.body, "etag"));
  ANTIN_TRY(response.last_modified, cbor::text_at(message.body, "last_modified"));
  ANTIN_TRY(response.cache_control, cbor::text_at(message.body, "cache_control"));
  ANTIN_TRY(response.sent, cbor::bytes_at(message.body, "sent"));
  ANTIN_TRY(const auto content, map_sealed(message.descriptors[0], most));
  if (status < 100 || status > 599) return make_error(Code::kIpcMalformed, "status");
  response.status = static_cast<int>(status);
  response.body = to_bytes(content.view());
  return response;
}

}  // namespace antin::service::fetching
