#pragma once

#include <string>
#include <vector>

#include "pdf/read/qpdf_inside.h"

namespace antin::pdf {

/// a b c d e f of ISO 32000-2 8.3.3: x' = a x + c y + e, y' = b x + d y + f.
struct Affine {
  double a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;
  /// First `this`, then `after`.
  Affine then(const Affine& after) const noexcept;
  /// Smallest upright rectangle around the image of `box`.
  Rect map(const Rect& box) const noexcept;
};

/// /Matrix of a form XObject; the identity when there is no valid one.
Affine matrix_of(const QPDFObjectHandle& dictionary);

/// What a content stream shows, in the order drawn, as far as a stamp needs to know.
struct PageMarks {
  struct Glyph {
    std::u32string text;  ///< what the glyph stands for; "" when the font does not tell
    Rect box;             ///< advance width by type size, in the caller's space
  };
  std::vector<Glyph> glyphs;
  std::vector<Rect> images;
};

/// Reads content streams: text operators, cm, q, Q and Do (form XObjects in it as well). `contents`
/// is a stream or an array of streams; `base` maps its space to the caller's. Unknown operators and
/// damaged operands are passed over: this finds a place for a stamp, it judges nothing.
/// Fails with kResourceLimit.
Result<PageMarks> read_marks(const QPDFObjectHandle& contents, const QPDFObjectHandle& resources,
                             const Affine& base);

/// Bounding box of the last place where the glyphs spell `text`, white space and form of
/// composition aside; nullopt when they do not.
std::optional<Rect> find_text(const PageMarks& marks, std::string_view text);

}  // namespace antin::pdf
