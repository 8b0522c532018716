#pragma once

#include <optional>
#include <string>

#include "service/casework/cases.h"

namespace antin::casework {

/// "SELECT … FROM casework ", for read_case().
extern const char* const kCaseColumns;
Case read_case(const Database::Row& row);
/// The newest that `condition` holds for, ?1 being `value`.
Result<std::optional<Case>> read_one(Database& database, const std::string& condition,
                                     const std::string& value);

}  // namespace antin::casework
