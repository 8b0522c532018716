#pragma once

#include <string>
#include <vector>

#include "pdf/read/content_stream.h"

namespace antin::pdf {

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
