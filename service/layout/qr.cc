#include "service/layout/qr.h"

#include <algorithm>
#include <memory>
#include <qrencode.h>

#include "pdf/write/unicode.h"

namespace antin::service::layout {
namespace {

constexpr double kLeastMm = 20;
// Modules of more than half a millimetre: what a phone reads from paper.
constexpr double kLeastModuleMm = 0.5;
constexpr std::size_t kLongest = 400;  // octets
constexpr std::size_t kQuietModules = 4;
// Free places are found on a grid: what ends just there must not lose its last shade (C-12).
constexpr double kEdgeMm = 0.5;
constexpr std::size_t kParts = 4;

Error wrong(const std::string& reason) {
  return make_error(Code::kLayoutQrContent, reason, {{"reason", reason}});
}

bool is_address(std::string_view content) {
  const bool web = content.starts_with("https://") || content.starts_with("http://");
  return web && std::all_of(content.begin(), content.end(),
                            [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '<'; });
}

bool is_four_parts(std::string_view content) {
  std::size_t parts = 0;
  for (std::size_t at = 0;;) {
    const auto end = content.find('|', at);
    if (content.substr(at, end - at).empty()) return false;
    ++parts;
    if (end == std::string_view::npos) return parts == kParts;
    at = end + 1;
  }
}

Status check(const std::string& content) {
  if (content.size() > kLongest) return wrong("> 400");
  if (pdf::to_nfc(content) != content) return wrong("NFC");
  for (const char32_t c : pdf::code_points(content)) {
    if (pdf::is_invisible_control(c)) return wrong("control");
  }
  if (!is_address(content) && !is_four_parts(content)) return wrong("https://… | a|b|c|d");
  return Done{};
}

}  // namespace

Result<pdf::SheetSquare> qr_square(const std::string& content) {
  ANTIN_CHECK(check(content));
  // Version 0: the smallest that holds it.
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code{
      QRcode_encodeString8bit(content.c_str(), 0, QR_ECLEVEL_M), &QRcode_free};
  if (code == nullptr) return wrong("libqrencode");
  pdf::SheetSquare square;
  square.side = static_cast<std::size_t>(code->width);
  square.dark.reserve(square.side * square.side);
  for (std::size_t i = 0; i < square.side * square.side; ++i)
    square.dark.push_back((code->data[i] & 1U) != 0);
  square.size_mm = std::max(kLeastMm, kLeastModuleMm * static_cast<double>(square.side));
  return square;
}

Result<pdf::DrawnBox> draw_qr(const std::string& content) {
  ANTIN_TRY(auto square, qr_square(content));
  const double quiet =
      square.size_mm / static_cast<double>(square.side) * static_cast<double>(kQuietModules);
  square.white_mm = quiet - kEdgeMm;
  pdf::SheetBlock block;
  block.square = std::move(square);
  pdf::BoxSize size;
  size.padding_mm = quiet;
  return pdf::draw_box({block}, size);
}

}  // namespace antin::service::layout
