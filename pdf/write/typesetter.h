#pragma once

// Only pdf/write includes this: PoDoFo stays inside.

#include <memory>
#include <vector>

#include <podofo/podofo.h>

#include "pdf/write/appearance.h"
#include "pdf/write/face.h"

namespace antin::pdf {

/// One line as it will be drawn.
struct SetLine {
  std::string text;  ///< UTF-8, NFC
  double size_pt = 10;
  bool bold = false;
  std::uint32_t rgb = 0;
  bool italic = false;  ///< not together with bold; only with Typesetter::Faces::kWithItalic

  Face face() const noexcept {
    return bold ? Face::kBold : italic ? Face::kItalic : Face::kRegular;
  }
};

/// Fonts of one PDF in memory, and the breaking of text into lines with them. Liberation Serif 2
/// has the metrics of Times New Roman and, unlike version 1, all Vietnamese letters.
class Typesetter {
 public:
  enum class Faces : std::uint8_t { kUpright, kWithItalic };
  /// Fails with kFontMissing. `document` must outlive this; embed() comes before it is written.
  static Result<Typesetter> with_fonts(PoDoFo::PdfMemDocument& document,
                                       Faces faces = Faces::kUpright);

  PoDoFo::PdfFont& font(bool bold) const noexcept { return bold ? *bold_ : *regular_; }
  PoDoFo::PdfFont& font(Face face) const noexcept {
    return face == Face::kItalic ? *italic_ : font(face == Face::kBold);
  }
  double width(const SetLine& line) const;
  /// Breaks each line at spaces to fit `width_pt`. Nullopt when a single word is too wide.
  std::optional<std::vector<SetLine>> wrap(const std::vector<SetLine>& lines,
                                           double width_pt) const;
  /// kGlyphMissing with the characters that the font lacks or that must not be drawn.
  Status check_glyphs(const std::vector<SetLine>& lines) const;
  /// Draws a line whose box begins at `top`, in its colour.
  void draw(PoDoFo::PdfPainter& painter, const SetLine& line, double left, double top) const;
  /// Puts the glyphs that were used into the document.
  void embed() const;

 private:
  // PoDoFo keeps a pointer to the handle.
  std::unique_ptr<FT_Library> library_;
  std::unique_ptr<PoDoFo::PdfFont> regular_, bold_, italic_;
};

/// The stamp's lines with their placeholders filled in; a line whose placeholders are all empty is
/// left out; without any line in the appearance the layout of NĐ 30/2020.
std::vector<SetLine> filled_lines(const Appearance& appearance, const StampFacts& facts);

constexpr double kLineHeight = 1.2;  ///< of the type size
double height(const std::vector<SetLine>& lines);

}  // namespace antin::pdf
