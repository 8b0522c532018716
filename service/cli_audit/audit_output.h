#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "certs/core/finding.h"

namespace antin::service {

/// code, severity, message {vi, en}, action {vi, en} of each.
nlohmann::ordered_json findings_json(const Findings& findings);
void print_json(const nlohmann::ordered_json& json);

/// 1 when there is an error among them, 2 when there is a warning, else 0.
int exit_code_of(const Findings& findings) noexcept;

}  // namespace antin::service
