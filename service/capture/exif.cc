#include "service/capture/exif.h"

#include <algorithm>
#include <optional>

#include "service/capture/picture.h"

namespace antin::service::capture {
namespace {

constexpr std::size_t kEntry = 12;
constexpr std::size_t kMostEntries = 200;

class Reader {
 public:
  explicit Reader(ByteView tiff) : tiff_(tiff), little_(!tiff.empty() && tiff[0] == 'I') {}

  std::optional<std::uint32_t> number(std::size_t at, std::size_t octets) const {
    if (at > tiff_.size() || tiff_.size() - at < octets) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < octets; ++i) {
      value = value << 8U | tiff_[at + (little_ ? octets - 1 - i : i)];
    }
    return value;
  }

  double rational(std::size_t entry) const {
    const auto at = number(entry + 8, 4);
    if (!at) return 0;
    const auto above = number(*at, 4), below = number(std::size_t{*at} + 4, 4);
    return above && below && *below != 0 ? static_cast<double>(*above) / *below : 0;
  }

 private:
  ByteView tiff_;
  bool little_;
};

}  // namespace

Exif read_exif(ByteView tiff) noexcept {
  constexpr unsigned kOrientation = 0x112, kX = 0x11A, kY = 0x11B, kUnit = 0x128;
  constexpr double kUnknown = 72;  // 4.6.4: when the resolution is unknown
  Exif exif;
  const Reader reader(tiff);
  if (reader.number(2, 2) != 42U) return exif;
  const auto directory = reader.number(4, 4);
  const auto count = directory ? reader.number(*directory, 2) : std::nullopt;
  if (!count) return exif;
  double x = 0, y = 0;
  std::uint32_t unit = 2;
  for (std::size_t i = 0; i < std::min<std::size_t>(*count, kMostEntries); ++i) {
    const auto entry = std::size_t{*directory} + 2 + i * kEntry;
    const auto tag = reader.number(entry, 2);
    if (!tag) break;
    const auto small = reader.number(entry + 8, 2).value_or(0);
    if (*tag == kOrientation && small >= 1 && small <= 8)
      exif.orientation = static_cast<std::uint8_t>(small);
    if (*tag == kX) x = reader.rational(entry);
    if (*tag == kY) y = reader.rational(entry);
    if (*tag == kUnit) unit = small;
  }
  const double inches = unit == 2 ? 1 : unit == 3 ? 2.54 : 0;
  if (x * inches == kUnknown && y * inches == kUnknown) return exif;
  exif.dpi_x = sound_dpi(x * inches);
  exif.dpi_y = sound_dpi(y * inches);
  return exif;
}

}  // namespace antin::service::capture
