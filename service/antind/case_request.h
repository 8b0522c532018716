#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "service/http/http_message.h"

namespace antin::service {

/// A request about cases: one JSON object, as the body itself or as the part "request" of a form
/// beside the part "file".
struct CaseRequest {
  nlohmann::json members;           ///< an object
  std::optional<SharedBytes> file;  ///< what it holds only a worker reads
};
/// JSON of two hundred signatures, some of them whole CMS.
constexpr std::size_t kMostCompletion = std::size_t{4} << 20U;
constexpr std::size_t kMostCaseJson = std::size_t{64} << 10U;
/// Fails with kHttpMediaType, kHttpPartMissing, kHttpParameter, kMultipartMalformed, kCaseFacts.
Result<CaseRequest> read_case_request(const Request& request,
                                      std::size_t most_json = kMostCaseJson);

/// The same with as many files as a scanner gives at once: parts "file", "file2" to "file14".
struct FilesRequest {
  nlohmann::json members;
  std::vector<SharedBytes> files;
};
Result<FilesRequest> read_files_request(const Request& request);

/// "" when it is absent. Fails with kCaseFacts when it is no text.
Result<std::string> text_member(const nlohmann::json& members, const char* name);
/// An id of a case, as a member. Fails with kCaseFacts for what cannot be one.
Result<std::string> case_member(const nlohmann::json& members, const char* name);
/// Fails with kCaseFacts for a member that is not in `known`.
Status only_members(const nlohmann::json& members, std::initializer_list<std::string_view> known);

}  // namespace antin::service
