#pragma once

// Only pdf/read includes this.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pdf/read/content_stream.h"

namespace antin::pdf {

/// What reading drawings may cost, shared by all drawings of one comparison. What exceeds it makes
/// a drawing incomplete; it is never taken for blank.
struct DrawingBudget {
  std::size_t operators = 2'000'000;
  std::size_t octets = std::size_t{96} << 20U;  ///< decoded content, fonts and images
  std::size_t marks = 1'000'000;
  std::size_t points = 4'000'000;
  std::size_t cells = 200'000'000;            ///< raster cells and pixels looked at
  std::size_t kept = std::size_t{32} << 20U;  ///< pixels kept for the next comparison
};
/// Takes `amount` from `left`; false, and nothing is left, when there was less.
bool spend(std::size_t& left, std::size_t amount) noexcept;

/// One glyph. `frame` maps text space scaled to one em (origin at the pen, baseline along x) to the
/// drawing's space.
struct DrawnGlyph {
  Affine frame;
  double advance = 0;
  /// Where its ink may be, in em. When the widths are not known, where the whole string may be.
  Rect ink;
  std::size_t word = 0;  ///< consecutive glyphs of one word have the same number
  bool leader = false;   ///< one of a row of dots or dashes
  bool vague = false;    ///< stands for a whole string whose glyphs cannot be placed
  double alpha = 1;
  Rect clip;
};

struct DrawnShape {
  std::vector<std::vector<Point>> contours;
  bool even_odd = false;
  bool stroke = false;
  double alpha = 1;
  Rect clip;
  Rect box() const noexcept;
};

struct DrawnImage {
  Affine place;            ///< of the unit square
  QPDFObjectHandle image;  ///< null: inline, nothing is known about it
  double alpha = 1;
  Rect clip;
  /// Its pixels, once somebody looked at them.
  std::shared_ptr<struct KeptPlanes> planes;
};

/// What a content stream shows, as far as it matters for what lies over or under it. Everything is
/// an over-estimate: clipping is a box, blend modes other than Normal and soft masks of the
/// graphics state count as opaque, dashes as solid lines (ISO 32000-2 8.4 to 8.10, 9, 11).
struct Drawing {
  std::vector<DrawnGlyph> glyphs;
  std::vector<DrawnShape> shapes;
  std::vector<DrawnImage> images;
  /// False: limits were reached or a stream cannot be decoded. There is more than stands here.
  bool complete = true;
  /// False: operators, operands or fonts that cannot be judged. A viewer may show more.
  bool understood = true;
};

enum class DrawingPurpose : std::uint8_t {
  kContent,  ///< what must stay visible: text in its glyphs, white on nothing left out
  kCover     ///< what may hide it: the most that can be shown
};

struct DrawingSource {
  QPDFObjectHandle contents;   ///< stream or array of streams
  QPDFObjectHandle resources;  ///< dictionary or null
  Affine base;                 ///< maps its space to that of the drawing
  Rect clip;                   ///< in the drawing's space
};

/// How drawings of one document are read.
struct DrawingReading {
  DrawingPurpose purpose;
  struct KeptFonts& fonts;  ///< of that document
  DrawingBudget& budget;
};

/// Adds to `drawing`. Never fails: what cannot be read makes the drawing incomplete.
void read_drawing(const DrawingSource& source, const DrawingReading& how, Drawing& drawing);

/// 12.5.5: the appearance streams of an annotation, all states of all kinds, as they lie on the
/// page within `rect`. An appearance without a usable /BBox makes the drawing incomplete.
void read_appearance(const QPDFObjectHandle& annotation, const Rect& rect,
                     const DrawingReading& how, Drawing& drawing);

}  // namespace antin::pdf
