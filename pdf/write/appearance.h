#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/finding.h"
#include "certs/core/time.h"
#include "pdf/read/document.h"

namespace antin::pdf {

/// Where a stamp goes; exactly one of the kinds.
struct Anchor {
  enum class Kind : std::uint8_t { kField, kText, kMillimetres };
  Kind kind = Kind::kMillimetres;
  std::string field;  ///< kField: existing empty signature field whose rectangle is used
  std::string text;   ///< kText: last occurrence of this text on the page, white space and NFC/NFD
                      ///< aside; the stamp is centred below it (or above, see `above`) by the
                      ///< middle of its image, without one by its own (R-08)
  bool above = false;
  int page = 1;  ///< 1 is the first, -1 the last
  /// kMillimetres: from the visible page's left and top edge as the reader sees it (after /Rotate);
  /// kText: offset added to the anchored place.
  double x_mm = 0, y_mm = 0;
};

struct TextLine {
  std::string text;  ///< UTF-8, normalised to NFC; {signer} {organization} {title} {time} {reason}
                     ///< {location} {date} {clock} {iso_time} are filled in from StampFacts; a line
                     ///< whose placeholders are all empty is left out
  double size_pt = 10;
  bool bold = false;
  std::uint32_t rgb = 0x000000;
};

/// One image of the stamp, PNG with alpha (vietnam.md ).
struct StampImage {
  Bytes png;
  double x_mm = 0, y_mm = 0;  ///< left and top inside the stamp
  double width_mm = 0;        ///< height follows the picture's proportions
};

/// What to draw, read from an appearance file. NĐ 30/2020 Appendix I is the default layout.
struct Appearance {
  enum class Kind : std::uint8_t { kSignature, kSeal, kCopyLine };
  Kind kind = Kind::kSignature;
  Anchor anchor;
  double width_mm = 60, height_mm = 25;
  /// Top to bottom; none: the layout of NĐ 30/2020. Wrapped at spaces, then shrunk together to 60 %
  /// at most (a copy line never). Beside the image in the middle, under it at the bottom.
  std::vector<TextLine> lines;
  std::optional<StampImage> image;  ///< signature image (blue) or seal (red)
  double text_x_mm = 0;             ///< where lines start inside the stamp
  bool frame = false;
  /// kSeal: name of the earlier signature's field over whose left third the seal is put;
  /// "" = the last visible signature of the document.
  std::string over_field;
};

struct StampFacts {
  std::string signer, organization, title, reason, location;
  UtcTime signing_time;
};

/// Reads an appearance file (TOML, schema = "antin-appearance/1"). `load` resolves file names given
/// in it, relative to the file's folder. Fails with kAppearanceConfig (unknown key, bad value) and
/// kAppearanceImage or kSealImage (not a PNG, no transparency).
using LoadFile = std::function<Result<Bytes>(const std::string& name)>;
Result<Appearance> read_appearance(std::string_view toml, const LoadFile& load);

/// Colour rules of as warnings; fails with kAppearanceImage or kSealImage when it is
/// no PNG with transparency.
Result<Findings> check_image(ByteView png, Appearance::Kind kind);

/// Reads the font files that stamps and reports are drawn with, unless that has happened: for a
/// process that will not be able to. A missing one is kFontMissing when something is drawn.
void load_fonts();

}  // namespace antin::pdf
