#pragma once

// Only pdf/ includes this: it shows libqpdf.

#include "pdf/geometry.h"
#include "pdf/read/qpdf_inside.h"

namespace antin::pdf {

struct Point {
  double x = 0, y = 0;
};

/// a b c d e f of ISO 32000-2 8.3.3: x' = a x + c y + e, y' = b x + d y + f.
struct Affine {
  double a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;
  /// First `this`, then `after`.
  Affine then(const Affine& after) const noexcept;
  Point map(Point point) const noexcept {
    return {a * point.x + c * point.y + e, b * point.x + d * point.y + f};
  }
  /// Smallest upright rectangle around the image of `box`.
  Rect map(const Rect& box) const noexcept;
  /// nullopt when it flattens the plane.
  std::optional<Affine> inverse() const noexcept;
};

/// /Matrix of a form XObject; the identity when there is no valid one.
Affine matrix_of(const QPDFObjectHandle& dictionary);

/// Is handed the operands and operators of a content stream (CMaps too), one after the other.
class ContentReader : public QPDFObjectHandle::ParserCallbacks {
 public:
  using QPDFObjectHandle::ParserCallbacks::handleObject;
  void handleObject(QPDFObjectHandle object) override = 0;
  void handleEOF() final {}

  struct Stopped {};

 protected:
  /// Out of handleObject(): nothing more is wanted.
  [[noreturn]] static void stop() { throw Stopped{}; }
};

/// Runs `reader` over content-stream syntax held in memory. False when the parser complained: what
/// it handed on may not be all that another reader sees.
bool parse_content(const Bytes& octets, ContentReader& reader);

/// The same by libqpdf alone. parse_content() takes this way for whatever is not plain: inline
/// images, and anything that two readers could split into tokens differently.
bool parse_content_slowly(const Bytes& octets, ContentReader& reader);

/// The decoded octets of a stream or of an array of streams, joined as 7.8.2 says; nullopt when a
/// part of it is no stream or cannot be decoded. Fails with kResourceLimit beyond `limit`.
Result<std::optional<Bytes>> content_octets(QPDFObjectHandle contents, std::size_t limit);

/// What both have in common; width and height may come out negative: nothing.
Rect intersection(const Rect& a, const Rect& b) noexcept;
bool overlap(const Rect& a, const Rect& b) noexcept;
/// The smallest rectangle around both.
Rect united(const Rect& a, const Rect& b) noexcept;

}  // namespace antin::pdf
