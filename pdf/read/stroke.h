#pragma once

// Only pdf/read includes this.

#include <vector>

#include "pdf/read/content_stream.h"

namespace antin::pdf {

struct StrokeStyle {
  double width = 1;
  double miter_limit = 10;
};

/// An area that holds the line drawn along `path` with any cap and join (8.4.3), to be filled with
/// the non-zero rule. Dashes are solid.
std::vector<std::vector<Point>> stroke_outline(const std::vector<std::vector<Point>>& path,
                                               const StrokeStyle& style);

}  // namespace antin::pdf
