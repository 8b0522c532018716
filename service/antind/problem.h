#pragma once

#include <string>

#include "certs/core/error.h"
#include "service/http/http_message.h"

namespace antin::service {

/// RFC 9457: type, title, status, detail, instance, and our members code, message {vi, en},
/// action {vi, en}, request_id. Built from the catalogue: nothing of Error::detail gets out.
Response problem(const Error& error, const std::string& request_id);

/// Its body alone, as a job that failed keeps it.
std::string problem_json(const Error& error, const std::string& request_id);

}  // namespace antin::service
