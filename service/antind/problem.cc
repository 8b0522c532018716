#include "service/antind/problem.h"

#include <nlohmann/json.hpp>

namespace antin::service {
namespace {

// Seconds that a client should wait before it tries again.
constexpr int kRetrySeconds = 2;

int status_of(const CodeInfo& row) {
  // The token is the agency's: what is wrong with it is never the client's request, and a 401
  // would send the client looking for its own key.
  if (row.name.starts_with("token.")) return row.http_status >= 500 ? row.http_status : 503;
  return row.http_status != 0 ? row.http_status : 500;
}

}  // namespace

std::string problem_json(const Error& error, const std::string& request_id) {
  const auto& row = info(error.code);
  const int status = status_of(row);
  nlohmann::ordered_json body;
  body["type"] = "urn:antin:problem:" + std::string(row.name);
  body["title"] = sentence(error.code, Language::kEnglish, error.params);
  body["status"] = status;
  body["detail"] = sentence(error.code, Language::kVietnamese, error.params);
  body["instance"] = "urn:uuid:" + request_id;
  body["code"] = row.name;
  body["message"] = {{"vi", sentence(error.code, Language::kVietnamese, error.params)},
                     {"en", sentence(error.code, Language::kEnglish, error.params)}};
  body["action"] = {{"vi", advice(error.code, Language::kVietnamese, error.params)},
                    {"en", advice(error.code, Language::kEnglish, error.params)}};
  if (!row.m_number.empty()) body["m_number"] = row.m_number;
  body["request_id"] = request_id;
  // Parameters may hold what a client sent: anything that is not UTF-8 is replaced, not thrown at.
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Response problem(const Error& error, const std::string& request_id) {
  const auto& row = info(error.code);
  auto response =
      Response::text(status_of(row), "application/problem+json", problem_json(error, request_id));
  response.fields.push_back({"Cache-Control", "no-store"});
  response.fields.push_back({"X-Content-Type-Options", "nosniff"});
  for (const auto& [key, value] : error.params) {
    if (key == "seconds" && response.status == 429)
      response.fields.push_back({"Retry-After", value});
  }
  if (response.status == 503)
    response.fields.push_back({"Retry-After", std::to_string(kRetrySeconds)});
  if (response.status == 401)
    response.fields.push_back({"WWW-Authenticate", "Bearer realm=\"antin\""});
  return response;
}

}  // namespace antin::service
