#pragma once

// Only pdf/write includes this: PoDoFo stays inside.

#include "pdf/write/flow_lines.h"
#include "pdf/write/sheet.h"

namespace antin::pdf {

/// What is drawn of a block between two places where a page may end. Points, from its left top.
struct Piece {
  struct Text {
    double x = 0, y = 0;
    SetLine line;
    double stretch = 0;  ///< added to every space of a justified line
  };
  struct Line {
    double x1 = 0, y1 = 0, x2 = 0, y2 = 0, width = 0.5;
  };
  struct Square {
    double x = 0, y = 0, size = 0;
    SheetSquare modules;
  };
  struct Mark {
    std::string name;
    double x = 0, y = 0, width = 0, height = 0;
  };
  double space_before = 0, height = 0;
  bool with_next = false;           ///< no page ends behind it
  std::optional<std::size_t> head;  ///< the table's, to stand above it on a new page
  std::vector<Text> texts;
  std::vector<Line> lines;
  std::vector<Square> squares;
  std::vector<Mark> marks;

  /// Takes over what `other` draws, moved.
  void add(const Piece& other, double x, double y);
};

/// Turns blocks into pieces.
class SheetLayer {
 public:
  explicit SheetLayer(const Typesetter& setter) : setter_(setter), lines_(setter) {}

  /// Fails as draw_sheet() does, pages aside.
  Result<std::vector<Piece>> lay(const SheetBlocks& blocks, double width_pt);
  /// Width in which no line of these blocks is broken.
  double natural_width(const SheetBlocks& blocks);
  /// Heads of the tables met so far; Piece::head counts in it.
  const std::vector<Piece>& heads() const noexcept { return heads_; }
  FlowLines& lines() noexcept { return lines_; }

 private:
  Status lay_texts(const SheetBlock& block, double width, std::vector<Piece>& out);
  Status lay_columns(const SheetBlock& block, double width, std::vector<Piece>& out);
  Status lay_square(const SheetBlock& block, double width, std::vector<Piece>& out);
  Status lay_table(const SheetTable& table, double width, std::vector<Piece>& out);
  Piece row(const SheetTable& table, const std::vector<std::string>& cells,
            const std::vector<double>& edges, Face face);

  const Typesetter& setter_;
  FlowLines lines_;
  std::vector<Piece> heads_;
};

}  // namespace antin::pdf
