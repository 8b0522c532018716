#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/time.h"

namespace antin::office {

/// One request for a certified electronic copy, as the monthly report counts it (vietnam.md C-22).
struct IndexRow {
  std::string unit, unit_name;
  UtcTime received;
  std::optional<UtcTime> released, refused, cancelled;
  std::uint32_t copies = 1;  ///< e-copies handed out under the one number
};

struct Month {
  int year = 0;
  unsigned month = 0;
};

/// One line per unit: requests received in the month, e-copies released, requests refused and
/// certifications cancelled in it, average minutes from receipt to release of what was released in
/// it (rounded; empty when nothing was). Months are those of Viet Nam. Events of other months are
/// not counted, whatever else happened to the request.
///
/// CSV as spreadsheets read it: UTF-8 with byte order mark, RFC 4180 (commas, CRLF, quotes
/// doubled); a text that a spreadsheet would take for a formula begins with an apostrophe.
std::string index_report(Month month, const std::vector<IndexRow>& rows);

}  // namespace antin::office
