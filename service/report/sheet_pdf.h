#pragma once

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "verifier/sheet.h"

namespace antin::service {

/// "Phiếu kết quả kiểm tra chữ ký số" on A4 pages. The same sheet gives the same octets.
/// Fails with kFontMissing, kResourceLimit, kReportNotDrawn.
Result<Bytes> sheet_pdf(const verifier::Sheet& sheet);

}  // namespace antin::service
