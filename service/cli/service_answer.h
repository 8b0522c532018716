#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "certs/core/http_fetcher.h"
#include "service/signing/shown_case.h"

namespace antin::service {

/// A service's own sentence about a problem, in the languages that are spoken, and its code.
inline std::string said(const nlohmann::json& problem, const std::vector<Language>& spoken) {
  auto code = text_in(problem, "code");
  const auto message = problem.find("message");
  if (message == problem.end() || !message->is_object()) return code;
  std::string all;
  for (const auto language : spoken) {
    const auto one = text_in(*message, language == Language::kVietnamese ? "vi" : "en");
    if (!one.empty()) all += (all.empty() ? "" : " / ") + one;
  }
  return all + " (" + code + ")";
}

/// The object that a service answers with. Fails with kSignCasesRefused ({ly_do}) when it refuses,
/// and with `odd` when that is no object.
inline Result<nlohmann::json> object_in(const HttpResponse& answer,
                                        const std::vector<Language>& spoken, const Error& odd) {
  constexpr int kRefused = 400;
  auto body = nlohmann::json::parse(answer.body.begin(), answer.body.end(), nullptr, false);
  if (!body.is_object()) return odd;
  if (answer.status < kRefused) return body;
  return make_error(Code::kSignCasesRefused, text_in(body, "code"),
                    {{"ly_do", said(body, spoken)}});
}

}  // namespace antin::service
