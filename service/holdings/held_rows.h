#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/holdings/holdings.h"

namespace antin::holdings {

/// "SELECT … FROM held_result h LEFT JOIN register_entry r …", for read_held(). Its conditions name
/// their columns "h.id".
extern const char* const kHeldColumns;
Held read_held(const service::Database::Row& row);
Result<std::vector<Held>> read_all(service::Database& database, const std::string& conditions,
                                   const service::Database::Values& values);
Result<std::optional<Held>> read_one(service::Database& database, const std::string& conditions,
                                     const service::Database::Values& values);

}  // namespace antin::holdings
