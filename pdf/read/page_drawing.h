#pragma once

// Only pdf/read includes this.

#include <memory>

#include "pdf/read/cover_grid.h"
#include "pdf/read/kept_drawings.h"

namespace antin::pdf {

/// What later appearances do to what a page showed, in the order of how bad it is.
///
/// The measure of "stays readable" (judging.md): under the new marks, each glyph of page text keeps
/// more than half of its height between baseline and x-height, more than a quarter of each quarter
/// of an em from -0.25 to 1 (so that no tone mark disappears), and each word of at most eight
/// glyphs more than three quarters of its whole; of pictures and outlines as small as letters, more
/// than half of what is drawn in every window of 6 x 6 points, and of larger ones more than a
/// quarter in every window of 24 x 24. New letters count as opaque boxes. An earlier signature's
/// appearance keeps its text by the same measure, letters over it not counted, and half of its
/// other marks.
enum class CoverEffect : std::uint8_t { kBlank, kReadable, kHides, kCannotTell };

/// An appearance that came or changed after the signed revision.
struct Cover {
  QPDFObjectHandle annotation;
  Rect rect;
  std::shared_ptr<const ReadDrawing> shown = std::make_shared<const ReadDrawing>();
  bool everywhere = false;  ///< the viewer draws it by itself: the whole of `rect` counts

  const Drawing& drawing() const noexcept { return shown->drawing; }
};

/// How strictly a cover is judged.
enum class CoverKind : std::uint8_t {
  kSignature,   ///< lies anywhere
  kFilledField  ///< was there already, and is there to be filled in: may be written on lines
};

/// What one page of the signed revision shows.
class PageDrawing {
 public:
  struct Part {
    QPDFObjGen annotation;   ///< 0: the page itself
    bool signature = false;  ///< appearance of a signature
    std::shared_ptr<const ReadDrawing> shown;

    const Drawing& drawing() const noexcept { return shown->drawing; }
    const Rect& box() const noexcept { return shown->box; }
  };

  static PageDrawing read(const DrawingsOf& from, std::size_t page, DrawingBudget& budget);

  /// Anything drawn in `area`, own parts of the annotations in `without` apart.
  bool shows_anything_in(const Rect& area, const std::vector<QPDFObjGen>& without,
                         DrawingBudget& budget) const;

  /// What the last of `covers` does to the page together with the others. `before`: what it looked
  /// like in the signed revision, if it was there.
  CoverEffect effect_of(const std::vector<const Cover*>& covers, const Cover* before,
                        CoverKind kind, DrawingBudget& budget) const;

  const PageGeometry& geometry() const noexcept { return geometry_; }

 private:
  std::vector<Part> parts_;
  PageGeometry geometry_;
};

/// An annotation that is neither hidden nor without extent (12.5.3).
bool is_shown(const QPDFObjectHandle& annotation);

/// Where an annotation may be drawn: /Rect, and for one that the viewer draws itself also the
/// points it names. nullopt: anywhere.
std::optional<Rect> extent_of(const QPDFObjectHandle& annotation, const PageGeometry& page);

/// The cover that an annotation is in its document.
Cover read_cover(const QPDFObjectHandle& annotation, const PageGeometry& page,
                 const DrawingsOf& from, DrawingBudget& budget);

}  // namespace antin::pdf
