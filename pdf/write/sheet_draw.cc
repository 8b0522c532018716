#include <algorithm>

#include "pdf/geometry.h"
#include "pdf/write/podofo_guard.h"
#include "pdf/write/sheet.h"
#include "pdf/write/sheet_lay.h"

namespace antin::pdf {
namespace {

constexpr std::size_t kMaxPages = 5'000;
constexpr double kRounding = 0.01;  // points
constexpr double kNumberSize = 13, kFootSize = 10;

double points(double millimetres) {
  return millimetres * kPointsPerMillimetre;
}

double millimetres(double points) {
  return points / kPointsPerMillimetre;
}

// Draws pieces where it is told; `top` counts upwards as PDF does.
class Pen {
 public:
  Pen(const Typesetter& setter, FlowLines& lines) : setter_(setter), lines_(lines) {}
  PoDoFo::PdfPainter& painter() noexcept { return painter_; }

  void draw(const Piece& piece, double left, double top) {
    for (const auto& line : piece.lines) {
      painter_.SetStrokingColor(0, 0, 0);
      painter_.SetStrokeWidth(line.width);
      painter_.DrawLine(left + line.x1, top - line.y1, left + line.x2, top - line.y2);
    }
    for (const auto& square : piece.squares) draw_square(square, left, top);
    for (const auto& text : piece.texts) draw_text(text, left, top);
  }

 private:
  // Neighbours in a row are one rectangle, and all are one path: no seams between them.
  void draw_square(const Piece::Square& square, double left, double top) {
    const auto& modules = square.modules;
    const double step = square.size / static_cast<double>(modules.side);
    if (modules.white_mm > 0) {
      const double around = points(modules.white_mm), whole = square.size + 2 * around;
      painter_.SetColor(1, 1, 1);
      painter_.Rectangle(left + square.x - around, top - square.y - square.size - around, whole,
                         whole);
      painter_.Fill();
    }
    painter_.SetColor(0, 0, 0);
    for (std::size_t y = 0; y < modules.side; ++y) {
      for (std::size_t x = 0; x < modules.side;) {
        std::size_t end = x;
        while (end < modules.side && modules.dark[y * modules.side + end]) ++end;
        if (end > x) {
          painter_.Rectangle(left + square.x + static_cast<double>(x) * step,
                             top - square.y - static_cast<double>(y + 1) * step,
                             static_cast<double>(end - x) * step, step);
        }
        x = end + 1;
      }
    }
    painter_.Fill();
  }

  void draw_text(const Piece::Text& text, double left, double top) {
    if (text.stretch <= 0) {
      if (!text.line.text.empty()) setter_.draw(painter_, text.line, left + text.x, top - text.y);
      return;
    }
    double x = left + text.x;
    const std::string& all = text.line.text;
    for (std::size_t at = 0; at < all.size();) {
      const auto space = all.find(' ', at);
      SetLine word = text.line;
      word.text = all.substr(at, space == std::string::npos ? space : space - at + 1);
      setter_.draw(painter_, word, x, top - text.y);
      x += lines_.width(word) + text.stretch;
      at += word.text.size();
    }
  }

  const Typesetter& setter_;
  FlowLines& lines_;
  PoDoFo::PdfPainter painter_;
};

void note(std::vector<SheetMark>& marks, const Piece& piece, std::size_t page, double left,
          double top) {
  for (const auto& mark : piece.marks) {
    const SheetMark here{mark.name,
                         page,
                         millimetres(left + mark.x),
                         millimetres(top + mark.y),
                         millimetres(mark.width),
                         millimetres(mark.height)};
    const auto known = std::find_if(marks.begin(), marks.end(), [&](const SheetMark& other) {
      return other.name == mark.name && other.page == page;
    });
    if (known == marks.end()) {
      marks.push_back(here);
      continue;
    }
    // Several lines of one block: the rectangle around them.
    const double right = std::max(known->x_mm + known->width_mm, here.x_mm + here.width_mm);
    const double bottom = std::max(known->y_mm + known->height_mm, here.y_mm + here.height_mm);
    known->x_mm = std::min(known->x_mm, here.x_mm);
    known->y_mm = std::min(known->y_mm, here.y_mm);
    known->width_mm = right - known->x_mm;
    known->height_mm = bottom - known->y_mm;
  }
}

Bytes octets_of(PoDoFo::PdfMemDocument& document) {
  PoDoFo::PdfRefCountedBuffer buffer;
  PoDoFo::PdfOutputDevice device{&buffer};
  document.Write(&device);
  return to_bytes(ByteView{reinterpret_cast<const std::uint8_t*>(buffer.GetBuffer()),
                           static_cast<std::size_t>(device.GetLength())});
}

class SheetPages {
 public:
  SheetPages(PoDoFo::PdfMemDocument& document, const Typesetter& setter, SheetLayer& layer,
             const SheetDocument& sheet)
      : document_(document),
        setter_(setter),
        layer_(layer),
        sheet_(sheet),
        pen_(setter, layer.lines()),
        height_(points(sheet.page.height_mm)),
        bottom_(height_ - points(sheet.page.bottom_mm)) {}

  Status draw(const std::vector<Piece>& pieces) {
    ANTIN_CHECK(new_page());
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (i == 0 || !pieces[i - 1].with_next) ANTIN_CHECK(make_room_for_group(pieces, i));
      ANTIN_CHECK(place(pieces[i]));
    }
    pen_.painter().FinishPage();
    draw_numbers();
    return Done{};
  }
  std::size_t count() const noexcept { return count_; }
  std::vector<SheetMark> marks() && { return std::move(marks_); }

 private:
  Status new_page() {
    if (count_ > 0) pen_.painter().FinishPage();
    if (++count_ > kMaxPages) return make_error(Code::kResourceLimit, "too many pages");
    pen_.painter().SetPage(
        document_.CreatePage(PoDoFo::PdfRect{0, 0, points(sheet_.page.width_mm), height_}));
    at_ = points(sheet_.page.top_mm);
    fresh_ = true;
    return Done{};
  }

  Status make_room_for_group(const std::vector<Piece>& pieces, std::size_t first) {
    double needed = fresh_ ? 0 : pieces[first].space_before;
    for (std::size_t i = first; i < pieces.size(); ++i) {
      needed += pieces[i].height + (i > first ? pieces[i].space_before : 0);
      if (!pieces[i].with_next) break;
    }
    const double whole = bottom_ - points(sheet_.page.top_mm);
    if (!fresh_ && at_ + needed > bottom_ + kRounding && needed <= whole) return new_page();
    return Done{};
  }

  Status place(const Piece& piece) {
    if (!fresh_ && at_ + piece.space_before + piece.height > bottom_ + kRounding)
      ANTIN_CHECK(new_page());
    if (fresh_ && piece.head) put(layer_.heads()[*piece.head]);
    if (!fresh_) at_ += piece.space_before;
    if (at_ + piece.height > bottom_ + kRounding)
      return make_error(Code::kAppearanceTooLarge, "a piece higher than a page");
    put(piece);
    return Done{};
  }

  void put(const Piece& piece) {
    const double left = points(sheet_.page.left_mm);
    pen_.draw(piece, left, height_ - at_);
    note(marks_, piece, count_ - 1, left, at_);
    at_ += piece.height;
    fresh_ = false;
  }

  void draw_numbers() {
    using Numbers = SheetDocument::Numbers;
    if (sheet_.numbers == Numbers::kNone) return;
    auto& painter = pen_.painter();
    auto& lines = layer_.lines();
    const double left = points(sheet_.page.left_mm);
    const double right = points(sheet_.page.width_mm - sheet_.page.right_mm);
    const bool foot = sheet_.numbers == Numbers::kFootAll;
    for (std::size_t i = foot ? 0 : 1; i < count_; ++i) {
      painter.SetPage(document_.GetPage(static_cast<int>(i)));
      std::string text = std::to_string(i + 1);
      if (foot) text += "/" + std::to_string(count_);
      const SetLine number{text, foot ? kFootSize : kNumberSize};
      const double used = lines.width(number);
      if (foot) {
        const double top = points(sheet_.page.bottom_mm) - kFootSize;
        setter_.draw(painter, number, right - used, top);
        const FlowText running{sheet_.running_foot, kFootSize, Face::kRegular, 0};
        if (!running.text.empty())
          setter_.draw(painter, lines.cut(running, right - left - used - kFootSize), left, top);
      } else {
        const double top = height_ - (points(sheet_.page.top_mm) - kLineHeight * kNumberSize) / 2;
        setter_.draw(painter, number, left + (right - left - used) / 2, top);
      }
      painter.FinishPage();
    }
  }

  PoDoFo::PdfMemDocument& document_;
  const Typesetter& setter_;
  SheetLayer& layer_;
  const SheetDocument& sheet_;
  Pen pen_;
  const double height_, bottom_;
  double at_ = 0;
  bool fresh_ = true;
  std::size_t count_ = 0;
  std::vector<SheetMark> marks_;
};

Result<DrawnSheet> drawn_sheet(const SheetDocument& sheet) {
  PoDoFo::PdfMemDocument document;
  ANTIN_TRY(const Typesetter setter,
            Typesetter::with_fonts(document, Typesetter::Faces::kWithItalic));
  SheetLayer layer{setter};
  const auto& page = sheet.page;
  ANTIN_TRY(const auto pieces,
            layer.lay(sheet.blocks, points(page.width_mm - page.left_mm - page.right_mm)));
  SheetPages pages{document, setter, layer, sheet};
  ANTIN_CHECK(pages.draw(pieces));
  setter.embed();
  return DrawnSheet{octets_of(document), pages.count(), std::move(pages).marks()};
}

Result<DrawnBox> drawn_box(const SheetBlocks& blocks, const BoxSize& size) {
  PoDoFo::PdfMemDocument document;
  ANTIN_TRY(const Typesetter setter,
            Typesetter::with_fonts(document, Typesetter::Faces::kWithItalic));
  SheetLayer layer{setter};
  const double padding = points(size.padding_mm);
  const double most = points(size.most_width_mm);
  double width = std::max(points(size.least_width_mm), layer.natural_width(blocks) + 2 * padding);
  if (width > most + kRounding) {
    if (size.wrap == BoxSize::Wrap::kNever)
      return make_error(Code::kAppearanceTooLarge, "a line is wider than its box may be");
    width = most;
  }
  ANTIN_TRY(const auto pieces, layer.lay(blocks, width - 2 * padding + kRounding));
  double needed = 2 * padding;
  for (const auto& piece : pieces) needed += piece.space_before + piece.height;
  const double tall = std::max(points(size.least_height_mm), needed);
  if (tall > points(size.most_height_mm) + kRounding)
    return make_error(Code::kAppearanceTooLarge, "text is higher than its box may be");

  DrawnBox box{
      .pdf = {}, .width_mm = millimetres(width), .height_mm = millimetres(tall), .marks = {}};
  PoDoFo::PdfXObject form{PoDoFo::PdfRect{0, 0, width, tall}, &document};
  Pen pen{setter, layer.lines()};
  pen.painter().SetPage(&form);
  double at = padding;
  for (const auto& piece : pieces) {
    at += piece.space_before;
    pen.draw(piece, padding, tall - at);
    note(box.marks, piece, 0, padding, at);
    at += piece.height;
  }
  pen.painter().FinishPage();
  PoDoFo::PdfPainter page;
  page.SetPage(document.CreatePage(PoDoFo::PdfRect{0, 0, width, tall}));
  page.DrawXObject(0, 0, &form);
  page.FinishPage();
  setter.embed();
  box.pdf = octets_of(document);
  return box;
}

}  // namespace

Result<DrawnSheet> draw_sheet(const SheetDocument& document) {
  ANTIN_TRY(auto drawn, with_podofo([&] { return drawn_sheet(document); }));
  ANTIN_TRY(drawn.pdf, settled(drawn.pdf, document.about));
  return drawn;
}

Result<DrawnBox> draw_box(const SheetBlocks& blocks, const BoxSize& size) {
  return with_podofo([&] { return drawn_box(blocks, size); });
}

}  // namespace antin::pdf
