#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "pdf/write/face.h"
#include "pdf/write/settled.h"

namespace antin::pdf {

/// Text set in one way. A line end in it begins a new line.
struct SheetText {
  std::string text;  ///< UTF-8, NFC
  double size_pt = 13;
  Face face = Face::kRegular;
  std::uint32_t rgb = 0;
};

/// A square of square modules, row by row from the top: a QR code.
struct SheetSquare {
  std::size_t side = 0;
  std::vector<bool> dark;
  double size_mm = 0;  ///< without the quiet zone, which is the caller's to leave
  /// White paper under it and this far around it: a scan's own paper is not white, and what a
  /// printer in black makes of it disturbs readers. 0: none.
  double white_mm = 0;
};

/// Rows under heads that are repeated on every page.
struct SheetTable {
  struct Column {
    std::string head;
    double share = 1;  ///< of the width
    enum class Align : std::uint8_t { kLeft, kCentre, kRight } align = Align::kLeft;
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< of as many cells as there are columns
  double size_pt = 11;
};

/// One paragraph, square or table, or blocks side by side.
struct SheetBlock {
  std::vector<SheetText> texts;
  enum class Align : std::uint8_t { kLeft, kCentre, kRight, kJustify } align = Align::kLeft;
  double space_before_mm = 0;
  double indent_mm = 0;      ///< of all lines, on the left
  double first_line_mm = 0;  ///< of the first line of each text
  double room_mm = 0;        ///< left empty below the texts
  double rule_mm = 0;        ///< length of a thin line centred below the texts
  std::string mark;          ///< the caller is told where this stands
  enum class Keep : std::uint8_t { kAlone, kWithNext } keep = Keep::kAlone;
  std::optional<SheetSquare> square;
  std::optional<SheetTable> table;
  struct Column {
    double share = 1;
    std::vector<SheetBlock> blocks;  ///< without tables
  };
  std::vector<Column> columns;  ///< side by side, kept on one page
};
using SheetBlocks = std::vector<SheetBlock>;

/// Where a marked block stands: millimetres from the left top corner of its page or box. Of text
/// the lines themselves, of room the whole width.
struct SheetMark {
  std::string name;
  std::size_t page = 0;  ///< from 0
  double x_mm = 0, y_mm = 0, width_mm = 0, height_mm = 0;
};

/// NĐ 30/2020, Phụ lục I: A4; margins top and bottom 20–25, left 30–35, right 15–20 mm.
struct SheetPage {
  double width_mm = 210, height_mm = 297;
  double left_mm = 30, right_mm = 15, top_mm = 20, bottom_mm = 20;
};

struct SheetDocument {
  AboutDocument about;
  SheetPage page;
  SheetBlocks blocks;
  /// NĐ 30/2020: 13 pt, centred in the top margin, not on page 1. Books: every page, "n/all".
  enum class Numbers : std::uint8_t {
    kNone,
    kTopFromSecond,
    kFootAll
  } numbers = Numbers::kTopFromSecond;
  std::string running_foot;  ///< left of the numbers of kFootAll, cut to fit
};

struct DrawnSheet {
  Bytes pdf;
  std::size_t pages = 0;
  std::vector<SheetMark> marks;
};

/// Sets blocks on pages: lines broken at spaces, inside a word only when it is wider than its
/// column; a table's heads again on every page; nothing is cut, nothing overlaps. Fonts are
/// embedded and the text can be extracted. The same document gives the same octets.
///
/// Fails with kGlyphMissing ({characters}; in the rows of a table such a character is spelt out
/// instead), kAppearanceTooLarge (a row or columns higher than a page), kUsage (a row of another
/// length than its table, a square of the wrong size), kFontMissing, kResourceLimit (5,000 pages).
Result<DrawnSheet> draw_sheet(const SheetDocument& document);

/// A PDF in memory whose only page holds one form XObject.
struct DrawnBox {
  Bytes pdf;
  double width_mm = 0, height_mm = 0;
  std::vector<SheetMark> marks;
};

/// Limits of a box; its lines are never broken when `wrap` is kNever.
struct BoxSize {
  double least_width_mm = 0, least_height_mm = 0;
  double most_width_mm = 210, most_height_mm = 297;
  double padding_mm = 0;
  enum class Wrap : std::uint8_t { kNever, kAtMostWidth } wrap = Wrap::kNever;
};

/// Sets blocks (no tables) in a box as small as they allow. Fails as draw_sheet() does, and with
/// kAppearanceTooLarge when they need more than `size` allows.
Result<DrawnBox> draw_box(const SheetBlocks& blocks, const BoxSize& size);

}  // namespace antin::pdf
