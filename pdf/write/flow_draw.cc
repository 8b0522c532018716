#include <algorithm>

#include "pdf/geometry.h"
#include "pdf/write/flow.h"
#include "pdf/write/flow_lines.h"
#include "pdf/write/podofo_guard.h"
#include "pdf/write/settled.h"

namespace antin::pdf {
namespace {

// A4; margins as NĐ 30/2020 has them for papers of state bodies, at their narrowest on the left.
constexpr double kPageWidth = 595.276, kPageHeight = 841.89;
constexpr double kLeft = 25 * kPointsPerMillimetre, kRight = 15 * kPointsPerMillimetre;
constexpr double kTop = 20 * kPointsPerMillimetre, kBottom = 20 * kPointsPerMillimetre;
constexpr double kWidth = kPageWidth - kLeft - kRight;
constexpr double kFullHeight = kPageHeight - kTop - kBottom;
constexpr double kGap = 10;  // between label and text
constexpr double kFramePadding = 8;
constexpr double kFootDrop = 24;  // foot line below the text
constexpr double kFootSize = 9;
constexpr double kRowPadding = 2;                // above and below the text of a ruled block
constexpr double kCarryWhole = kFullHeight / 2;  // higher blocks are split where the page ends
constexpr double kKeepNext = 40;                 // what must follow a heading on its page
constexpr std::size_t kMaxPages = 5'000;

// A block with its lines; what is left of it while pages are filled.
struct Laid {
  const FlowBlock* block;
  std::vector<SetLine> label, text;
  double padding = 0;

  double height() const { return std::max(pdf::height(label), pdf::height(text)) + 2 * padding; }
};

class Pages {
 public:
  Pages(PoDoFo::PdfMemDocument& document, const Typesetter& setter, const FlowDocument& flow)
      : document_(document), setter_(setter), lines_(setter), flow_(flow) {}

  Status draw() {
    ANTIN_CHECK(new_page());
    for (std::size_t i = 0; i < flow_.blocks.size(); ++i) {
      const auto laid = lay(flow_.blocks[i]);
      const double next =
          i + 1 < flow_.blocks.size() && laid.block->keep == FlowBlock::Keep::kWithNext
              ? std::min(lay(flow_.blocks[i + 1]).height(), kKeepNext)
              : 0;
      ANTIN_CHECK(place(laid, next));
    }
    painter_.FinishPage();
    draw_feet();
    return Done{};
  }

 private:
  Status new_page() {
    if (document_.GetPageCount() > 0) painter_.FinishPage();
    if (static_cast<std::size_t>(document_.GetPageCount()) >= kMaxPages)
      return make_error(Code::kResourceLimit, "too many pages");
    painter_.SetPage(document_.CreatePage(PoDoFo::PdfRect{0, 0, kPageWidth, kPageHeight}));
    top_ = kPageHeight - kTop;
    fresh_ = true;
    return Done{};
  }

  double room() const { return top_ - kBottom; }

  Laid lay(const FlowBlock& block) {
    Laid laid{.block = &block, .label = {}, .text = {}, .padding = 0};
    const double inset = block.frame_rgb ? kFramePadding : 0;
    laid.padding = block.frame_rgb                              ? kFramePadding
                   : block.rule_below != FlowBlock::Rule::kNone ? kRowPadding
                                                                : 0;
    double width = kWidth - 2 * inset;
    if (block.label.empty()) {
      width -= block.indent_pt;
    } else {
      laid.label = lines_.broken(block.label, flow_.label_width_pt - inset);
      width -= flow_.label_width_pt + kGap;
    }
    laid.text = lines_.broken(block.text, width);
    return laid;
  }

  Status place(Laid laid, double next_height) {
    const double needed = laid.height() + next_height;
    double space = fresh_ ? 0 : laid.block->space_before_pt;
    if (!fresh_ && space + needed > room() && needed <= kCarryWhole) {
      ANTIN_CHECK(new_page());
      space = 0;
    }
    top_ -= space;
    for (;;) {
      const double available = room() - 2 * laid.padding;
      const auto label = take(laid.label, available);
      const auto text = take(laid.text, available);
      // Nothing fits: a fresh page holds one line of any size that is used.
      if (label.empty() && text.empty() && !(laid.label.empty() && laid.text.empty())) {
        if (fresh_) return make_error(Code::kResourceLimit, "a line higher than a page");
        ANTIN_CHECK(new_page());
        continue;
      }
      draw_part(*laid.block, label, text, laid.padding);
      if (laid.label.empty() && laid.text.empty()) return Done{};
      ANTIN_CHECK(new_page());
    }
  }

  // The first lines that fit the height, taken away from `lines`.
  static std::vector<SetLine> take(std::vector<SetLine>& lines, double available) {
    constexpr double kRounding = 0.001;
    std::size_t count = 0;
    double used = 0;
    while (count < lines.size() &&
           used + kLineHeight * lines[count].size_pt <= available + kRounding)
      used += kLineHeight * lines[count++].size_pt;
    const auto middle = lines.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<SetLine> taken{lines.begin(), middle};
    lines.erase(lines.begin(), middle);
    return taken;
  }

  void draw_part(const FlowBlock& block, const std::vector<SetLine>& label,
                 const std::vector<SetLine>& text, double padding) {
    const double tall = std::max(pdf::height(label), pdf::height(text)) + 2 * padding;
    const double inset = block.frame_rgb ? kFramePadding : 0;
    if (block.frame_rgb) {
      constexpr double kStroke = 1.5;
      stroke(*block.frame_rgb, kStroke);
      painter_.Rectangle(kLeft + kStroke / 2, top_ - tall + kStroke / 2, kWidth - kStroke,
                         tall - kStroke);
      painter_.Stroke();
    }
    draw_lines(label, kLeft + inset, flow_.label_width_pt, FlowBlock::Align::kLeft, padding);
    const double left =
        kLeft + inset + (block.label.empty() ? block.indent_pt : flow_.label_width_pt + kGap);
    draw_lines(text, left, kLeft + kWidth - inset - left, block.align, padding);
    top_ -= tall;
    if (block.rule_below != FlowBlock::Rule::kNone) {
      const bool heavy = block.rule_below == FlowBlock::Rule::kHeavy;
      stroke(heavy ? 0x444444 : 0xBBBBBB, heavy ? 1.0 : 0.5);
      painter_.DrawLine(kLeft, top_, kLeft + kWidth, top_);
    }
    fresh_ = false;
  }

  void draw_lines(const std::vector<SetLine>& lines, double left, double width,
                  FlowBlock::Align align, double padding) {
    double top = top_ - padding;
    for (const auto& line : lines) {
      const double shift =
          align == FlowBlock::Align::kCentre ? (width - lines_.width(line)) / 2 : 0;
      draw_line(line, left + shift, top);
      top -= kLineHeight * line.size_pt;
    }
  }

  void draw_line(const SetLine& line, double left, double top) {
    setter_.draw(painter_, line, left, top);
  }

  void stroke(std::uint32_t rgb, double width) {
    const auto part = [&](unsigned shift) {
      return static_cast<double>((rgb >> shift) & 0xFFU) / 255;
    };
    painter_.SetStrokingColor(part(16), part(8), part(0));
    painter_.SetStrokeWidth(width);
  }

  void draw_feet() {
    const int count = document_.GetPageCount();
    for (int i = 0; i < count; ++i) {
      painter_.SetPage(document_.GetPage(i));
      const SetLine number{std::to_string(i + 1) + "/" + std::to_string(count), kFootSize, false,
                           0};
      const double width = lines_.width(number);
      const double top = kBottom - kFootDrop + kFootSize;
      draw_line(number, kLeft + kWidth - width, top);
      draw_line(lines_.cut({flow_.running_foot, kFootSize, FlowText::Weight::kRegular, 0x444444},
                           kWidth - width - kGap),
                kLeft, top);
      painter_.FinishPage();
    }
  }

  PoDoFo::PdfMemDocument& document_;
  const Typesetter& setter_;
  FlowLines lines_;
  const FlowDocument& flow_;
  PoDoFo::PdfPainter painter_;
  double top_ = 0;
  bool fresh_ = true;
};

Result<Bytes> drawn(const FlowDocument& flow) {
  PoDoFo::PdfMemDocument document;
  ANTIN_TRY(const Typesetter setter, Typesetter::with_fonts(document));
  Pages pages{document, setter, flow};
  ANTIN_CHECK(pages.draw());
  setter.embed();
  PoDoFo::PdfRefCountedBuffer buffer;
  PoDoFo::PdfOutputDevice device{&buffer};
  document.Write(&device);
  return to_bytes(ByteView{reinterpret_cast<const std::uint8_t*>(buffer.GetBuffer()),
                           static_cast<std::size_t>(device.GetLength())});
}

}  // namespace

Result<Bytes> draw_flow(const FlowDocument& document) {
  ANTIN_TRY(const auto octets, with_podofo([&] { return drawn(document); }));
  return settled(octets, {.title = document.title,
                          .language = document.language,
                          .made_at = document.made_at,
                          .template_name = {}});
}

}  // namespace antin::pdf
