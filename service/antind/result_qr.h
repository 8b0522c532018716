#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "service/casework/cases.h"
#include "service/office/office.h"

namespace antin::service {

/// R-17, TT 01/2023: "mã hồ sơ|mã TTHC|mã định danh|tên giấy tờ" for the QR code on a result of a
/// procedure, where the office's table says so of the unit; "" for every other case, which has the
/// address for look-up. Fails with kCaseFacts for a part that is missing or could be read two ways.
Result<std::string> four_part_qr(const office::Office& office, const casework::Case& one,
                                 const nlohmann::json& facts);

}  // namespace antin::service
