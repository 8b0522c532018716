#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "pdf/geometry.h"

namespace antin::pdf {

/// A picture as it goes into a page: as its file has it, or packed row by row (PackedRows).
struct PlacedPicture {
  enum class Coding : std::uint8_t {
    kJpeg,    ///< a whole JPEG file
    kPngRows  ///< deflated rows, each with its PNG filter type in front: IDAT, PackedRows
  };
  enum class Space : std::uint8_t { kGray, kRgb, kCmyk, kIndexed };
  Coding coding = Coding::kPngRows;
  Space space = Space::kRgb;
  std::uint32_t columns = 0, rows = 0;
  unsigned bits = 8;
  bool inverted = false;             ///< 255 is no ink (Adobe's CMYK)
  bool colours_as_they_are = false;  ///< JPEG: three components that are RGB, not YCbCr
  Bytes palette;                     ///< kIndexed: RGB of each entry
  double dpi_x = 0, dpi_y = 0;       ///< along its own columns and rows
  std::uint8_t orientation = 1;      ///< as EXIF counts (TIFF 6.0, Orientation): 1 is upright
};

/// Components of one pixel.
unsigned components(PlacedPicture::Space space) noexcept;

/// `orientation` after `quarters` further quarter turns clockwise.
std::uint8_t turned(std::uint8_t orientation, int quarters) noexcept;
/// Columns run up or down the page.
constexpr bool is_sideways(std::uint8_t orientation) noexcept {
  return orientation >= 5;
}

/// The smallest and largest side of a page that every reader shows (ISO 32000-2 annex C.2).
constexpr double kLeastPageSide = 3, kMostPageSide = 14'400;

/// A PDF 1.7 of pages that are one picture each, in its true size (R-06: scale 100 %). The same
/// pictures give the same octets. Pictures must agree with what is said of them: nothing is decoded
/// here.
class PicturePages {
 public:
  PicturePages();
  /// False, and nothing is added, when the page would be smaller or larger than readers show.
  bool add(const PlacedPicture& picture, ByteView data);
  /// `id`: both halves of /ID (14.4), anything that depends on all octets of all pictures.
  Bytes finish(ByteView id) &&;

 private:
  int begin();
  void text(std::string_view octets);
  Bytes out_;
  std::vector<std::size_t> offsets_;  ///< of object i + 1
  std::vector<int> pages_;
};

/// Deflates rows as PlacedPicture::Coding::kPngRows wants them, whatever comes in.
class PackedRows {
 public:
  /// `row`: octets of a row; `pixel`: octets of a pixel, 0 when several share one.
  struct Layout {
    std::size_t row, pixel;
  };
  explicit PackedRows(const Layout& layout);
  PackedRows(const PackedRows&) = delete;
  PackedRows& operator=(const PackedRows&) = delete;
  PackedRows(PackedRows&&) noexcept;
  PackedRows& operator=(PackedRows&&) noexcept;
  ~PackedRows();
  /// `octets` is `row` long. Fails with kInternal.
  Status add(ByteView octets);
  Result<Bytes> finish() &&;

 private:
  struct Pipeline;
  Layout layout_;
  Bytes before_, filtered_;
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace antin::pdf
