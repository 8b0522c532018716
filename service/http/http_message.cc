#include "service/http/http_message.h"

#include <algorithm>

namespace antin::service {

std::string_view name(Method method) noexcept {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kDelete:
      return "DELETE";
    case Method::kOptions:
      return "OPTIONS";
    case Method::kPatch:
      return "PATCH";
    case Method::kTrace:
      return "TRACE";
    case Method::kOther:
      break;
  }
  return "";
}

std::string_view RequestHead::value(std::string_view lower_name) const noexcept {
  for (const auto& field : fields) {
    if (field.name == lower_name) return field.value;
  }
  return {};
}

std::size_t RequestHead::count(std::string_view lower_name) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(fields.begin(), fields.end(),
                    [&](const HeaderField& field) { return field.name == lower_name; }));
}

Response Response::text(int status, std::string content_type, std::string_view body) {
  return Response{.status = status,
                  .content_type = std::move(content_type),
                  .fields = {},
                  .body = SharedBytes(to_bytes(body)),
                  .for_job = {}};
}

}  // namespace antin::service
