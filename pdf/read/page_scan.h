#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pdf/read/document.h"

namespace antin::pdf {

enum class ScanColour : std::uint8_t { kBilevel, kGray, kColour };

/// A picture that a page draws with a matrix of its own.
struct DrawnPicture {
  ObjectId id;                          ///< number 0: inline, nothing more is known
  std::uint32_t columns = 0, rows = 0;  /// pixels, as its dictionary says
  ScanColour colour = ScanColour::kColour;
  bool stencil = false;          ///< paints one colour through itself
  Rect place;                    ///< on the visible page, as the reader sees it, millimetres
  double dpi_x = 0, dpi_y = 0;   ///< pixels per inch along its own columns and rows
  std::uint8_t orientation = 1;  ///< as EXIF counts: how the reader sees its rows and columns
};

/// What a page is made of, when it is a scan (NĐ 30/2020 App. I).
struct PageScan {
  double width_mm = 0, height_mm = 0;  ///< as the reader sees it: /Rotate and UserUnit applied
  std::vector<DrawnPicture> pictures;  ///< visible ones of a five-hundredth of the page and more
  bool marks_over = false;             ///< annotations are shown on top
  bool shows_more = false;             ///< visible text or drawings besides pictures
  bool complete = true;                ///< false: limits were reached, there may be more
};

/// Every page in order. Content that cannot be read makes a page incomplete.
Result<std::vector<PageScan>> page_scans(const Document& document);

/// The octets of a picture, unpacked as far as its coding is ours to unpack.
struct PictureOctets {
  enum class Coding : std::uint8_t {
    kSamples,  ///< rows as ISO 32000-2 8.9.5.2 lays them out, all of them
    kJpeg,     ///< a JPEG file
    kOther     ///< `filter` is not read here
  };
  Coding coding = Coding::kOther;
  std::string filter;  ///< "JPXDecode"
  std::uint32_t columns = 0, rows = 0;
  unsigned components = 1, bits = 8;
  bool inverted = false;  ///< /Decode runs from 1 to 0
  Bytes palette;          ///< of an indexed picture: three octets (RGB) an entry
  Bytes octets;           ///< kOther: as they stand in the file
};

/// Fails with kPdfMalformed when its data is damaged, too short or of no known colour space, with
/// kResourceLimit beyond `max_octets` unpacked.
Result<PictureOctets> picture_octets(const Document& document, ObjectId id, std::size_t max_octets);

}  // namespace antin::pdf
