#pragma once

#include <string>

#include "service/cli/register_service.h"
#include "service/cli_digitise/folder.h"

namespace antin::service {

/// What became of a row that was sent.
enum class Outcome { kTaken, kHeldAlready, kFaulty, kNotSent };

/// Sends one row and its document. What the service has against it becomes faults of the row.
Outcome send_row(RegisterService& service, const std::string& unit, CheckedRow& one);

/// Tells the service which rows of a table are wrong, so that progress counts them.
Status send_faults(RegisterService& service, const std::string& unit,
                   const std::vector<const CheckedRow*>& rows);

}  // namespace antin::service
