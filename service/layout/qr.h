#pragma once

#include <string>

#include "pdf/write/sheet.h"

namespace antin::service::layout {

/// ISO/IEC 18004, at least 20 × 20 mm, error correction M or better, black on the page.
/// `content`: the address for look-up with its random code, or, where a unit wants it for results
/// of a procedure, "mã hồ sơ|mã TTHC|mã định danh|tên giấy tờ". Fails with kLayoutQrContent
/// ({reason}).
Result<pdf::SheetSquare> qr_square(const std::string& content);

/// The code with the quiet zone of four modules that belongs to it.
Result<pdf::DrawnBox> draw_qr(const std::string& content);

}  // namespace antin::service::layout
