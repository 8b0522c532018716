#include "pdf/write/sheet_lay.h"

#include <algorithm>
#include <numeric>

#include "pdf/geometry.h"

namespace antin::pdf {
namespace {

constexpr double kTooSmall = 0.001;
constexpr double kRulePaddingMm = 0.8;  // above and below a rule
constexpr double kColumnGapMm = 4;
constexpr double kCellSideMm = 1.2, kCellTopMm = 0.8;

double points(double millimetres) {
  return millimetres * kPointsPerMillimetre;
}

FlowText flow_text(const SheetText& text, std::string_view line) {
  return {std::string{line}, text.size_pt, text.face, text.rgb};
}

// The lines that the caller wants, each to be broken further.
std::vector<std::string_view> wanted_lines(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0;;) {
    const auto end = text.find('\n', at);
    out.push_back(text.substr(at, end - at));
    if (end == std::string_view::npos) return out;
    at = end + 1;
  }
}

double total_height(const std::vector<Piece>& pieces) {
  double sum = 0;
  for (const auto& piece : pieces) sum += piece.space_before + piece.height;
  return sum;
}

}  // namespace

void Piece::add(const Piece& other, double x, double y) {
  for (auto text : other.texts) {
    text.x += x;
    text.y += y;
    texts.push_back(std::move(text));
  }
  for (const auto& line : other.lines)
    lines.push_back({line.x1 + x, line.y1 + y, line.x2 + x, line.y2 + y, line.width});
  for (auto square : other.squares) {
    square.x += x;
    square.y += y;
    squares.push_back(std::move(square));
  }
  for (auto mark : other.marks) {
    mark.x += x;
    mark.y += y;
    marks.push_back(std::move(mark));
  }
}

Result<std::vector<Piece>> SheetLayer::lay(const SheetBlocks& blocks, double width_pt) {
  std::vector<Piece> out;
  for (const auto& block : blocks) {
    const std::size_t first = out.size();
    if (!block.columns.empty()) {
      ANTIN_CHECK(lay_columns(block, width_pt, out));
    } else if (block.table) {
      ANTIN_CHECK(lay_table(*block.table, width_pt, out));
    } else if (block.square) {
      ANTIN_CHECK(lay_square(block, width_pt, out));
    } else {
      ANTIN_CHECK(lay_texts(block, width_pt, out));
    }
    if (out.size() == first) continue;
    out[first].space_before += points(block.space_before_mm);
    if (block.keep == SheetBlock::Keep::kWithNext) {
      for (std::size_t i = first; i < out.size(); ++i) out[i].with_next = true;
    }
  }
  return out;
}

double SheetLayer::natural_width(const SheetBlocks& blocks) {
  double widest = 0;
  for (const auto& block : blocks) {
    const double indent = points(block.indent_mm) + points(block.first_line_mm);
    for (const auto& text : block.texts) {
      for (const auto line : wanted_lines(text.text)) {
        const SetLine set{std::string{line}, text.size_pt, text.face == Face::kBold, 0,
                          text.face == Face::kItalic};
        widest = std::max(widest, indent + lines_.width(set));
      }
    }
    if (block.square) widest = std::max(widest, points(block.square->size_mm));
    double shares = 0;
    for (const auto& column : block.columns) shares += column.share;
    for (const auto& column : block.columns) {
      const double own = natural_width(column.blocks) + points(kColumnGapMm);
      widest = std::max(widest, own * shares / std::max(column.share, kTooSmall));
    }
  }
  return widest;
}

Status SheetLayer::lay_texts(const SheetBlock& block, double width, std::vector<Piece>& out) {
  using Align = SheetBlock::Align;
  const double left = points(block.indent_mm);
  const std::size_t first = out.size();
  const auto place = [&](const SetLine& line, double indent, bool last) {
    Piece piece;
    piece.height = kLineHeight * line.size_pt;
    const double room = width - left;
    const double used = lines_.width(line);
    Piece::Text text{left + indent, 0, line, 0};
    if (block.align == Align::kCentre) text.x = left + (room - used) / 2;
    if (block.align == Align::kRight) text.x = left + room - used;
    const auto spaces = std::count(line.text.begin(), line.text.end(), ' ');
    if (block.align == Align::kJustify && !last && spaces > 0)
      text.stretch = std::max(0.0, (room - indent - used) / static_cast<double>(spaces));
    if (!block.mark.empty()) piece.marks.push_back({block.mark, text.x, 0, used, piece.height});
    piece.texts.push_back(std::move(text));
    out.push_back(std::move(piece));
  };
  for (const auto& text : block.texts) {
    double indent = points(block.first_line_mm);
    for (const auto line : wanted_lines(text.text)) {
      const auto flow = flow_text(text, line);
      auto set = lines_.broken({flow}, width - left, indent);
      if (set.empty()) set.push_back({{}, text.size_pt});
      ANTIN_CHECK(setter_.check_glyphs({{std::string{line}, text.size_pt, text.face == Face::kBold,
                                         0, text.face == Face::kItalic}}));
      const std::size_t begin = out.size();
      for (std::size_t i = 0; i < set.size(); ++i) {
        place(set[i], i == 0 ? indent : 0, i + 1 == set.size());
      }
      // No single line of a paragraph alone at the end or at the head of a page.
      if (set.size() > 1) out[begin].with_next = out[out.size() - 2].with_next = true;
    }
  }
  if (block.rule_mm > 0) {
    Piece piece;
    piece.height = 2 * points(kRulePaddingMm);
    const double middle = left + (width - left) / 2, half = points(block.rule_mm) / 2;
    const double y = points(kRulePaddingMm);
    piece.lines.push_back({middle - half, y, middle + half, y, 0.5});
    if (out.size() > first) out.back().with_next = true;
    out.push_back(std::move(piece));
  }
  if (block.room_mm > 0) {
    Piece piece;
    piece.height = points(block.room_mm);
    if (block.texts.empty() && !block.mark.empty())
      piece.marks.push_back({block.mark, left, 0, width - left, piece.height});
    if (out.size() > first) out.back().with_next = true;
    out.push_back(std::move(piece));
  }
  return Done{};
}

Status SheetLayer::lay_columns(const SheetBlock& block, double width, std::vector<Piece>& out) {
  double shares = 0;
  for (const auto& column : block.columns) shares += column.share;
  if (shares < kTooSmall) return make_error(Code::kUsage, "columns without width");
  const double gap = points(kColumnGapMm);
  Piece all;
  double left = 0;
  for (const auto& column : block.columns) {
    const double own = width * column.share / shares;
    ANTIN_TRY(const auto pieces, lay(column.blocks, own - gap));
    double top = 0;
    for (const auto& piece : pieces) {
      top += piece.space_before;
      all.add(piece, left + gap / 2, top);
      top += piece.height;
    }
    all.height = std::max(all.height, total_height(pieces));
    left += own;
  }
  out.push_back(std::move(all));
  return Done{};
}

Status SheetLayer::lay_square(const SheetBlock& block, double width, std::vector<Piece>& out) {
  const auto& square = *block.square;
  if (square.side == 0 || square.dark.size() != square.side * square.side || square.size_mm <= 0)
    return make_error(Code::kUsage, "modules of a square");
  Piece piece;
  const double size = points(square.size_mm);
  const double left = points(block.indent_mm);
  double x = left;
  if (block.align == SheetBlock::Align::kCentre) x = left + (width - left - size) / 2;
  if (block.align == SheetBlock::Align::kRight) x = width - size;
  piece.height = size;
  piece.squares.push_back({x, 0, size, square});
  if (!block.mark.empty()) piece.marks.push_back({block.mark, x, 0, size, size});
  out.push_back(std::move(piece));
  return Done{};
}

Piece SheetLayer::row(const SheetTable& table, const std::vector<std::string>& cells,
                      const std::vector<double>& edges, Face face) {
  using Align = SheetTable::Column::Align;
  Piece piece;
  const double side = points(kCellSideMm), above = points(kCellTopMm);
  const bool head = face == Face::kBold;
  std::vector<std::vector<SetLine>> set;
  set.reserve(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::vector<FlowText> texts;
    for (const auto line : wanted_lines(cells[i]))
      texts.push_back({std::string{line}, table.size_pt, face, 0});
    set.push_back(lines_.broken(texts, edges[i + 1] - edges[i] - 2 * side));
    piece.height = std::max(piece.height, height(set.back()) + 2 * above);
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    // Heads stand in the middle of their cells, rows at the top.
    double top = head ? (piece.height - height(set[i])) / 2 : above;
    for (const auto& line : set[i]) {
      const double room = edges[i + 1] - edges[i] - 2 * side;
      const double used = lines_.width(line);
      const auto align = head ? Align::kCentre : table.columns[i].align;
      const double shift = align == Align::kCentre  ? (room - used) / 2
                           : align == Align::kRight ? room - used
                                                    : 0;
      piece.texts.push_back({edges[i] + side + shift, top, line, 0});
      top += kLineHeight * line.size_pt;
    }
  }
  for (const double edge : edges) piece.lines.push_back({edge, 0, edge, piece.height, 0.5});
  piece.lines.push_back({edges.front(), 0, edges.back(), 0, 0.5});
  piece.lines.push_back({edges.front(), piece.height, edges.back(), piece.height, 0.5});
  return piece;
}

Status SheetLayer::lay_table(const SheetTable& table, double width, std::vector<Piece>& out) {
  double shares = 0;
  for (const auto& column : table.columns) shares += column.share;
  if (table.columns.empty() || shares < kTooSmall)
    return make_error(Code::kUsage, "table without columns");
  std::vector<double> edges{0};
  std::vector<std::string> titles;
  for (const auto& column : table.columns) {
    edges.push_back(edges.back() + width * column.share / shares);
    titles.push_back(column.head);
  }
  const std::size_t head = heads_.size();
  heads_.push_back(row(table, titles, edges, Face::kBold));
  heads_.back().with_next = true;
  out.reserve(out.size() + table.rows.size() + 1);
  out.push_back(heads_.back());
  for (const auto& cells : table.rows) {
    if (cells.size() != table.columns.size())
      return make_error(Code::kUsage, "row of another length than its table");
    out.push_back(row(table, cells, edges, Face::kRegular));
    out.back().head = head;
  }
  return Done{};
}

}  // namespace antin::pdf
