#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "service/store/database.h"

namespace antin::service {

/// One row as one line of JSON: numbers and texts as they are, octets as {"x": "hex"}, text that is
/// not UTF-8 as {"t": "hex"}.
std::string line_of(const Database::Row& row);
/// nullopt when the line is not one.
std::optional<Database::Row> row_of(const nlohmann::json& line);

}  // namespace antin::service
