#include "pdf/read/stroke.h"

#include <algorithm>
#include <cmath>

namespace antin::pdf {
namespace {

/// How far beyond the joint the tip of a mitre reaches, in half widths (8.4.3.5).
double reach_at(Point before, Point joint, Point after, double limit) {
  const double ax = joint.x - before.x, ay = joint.y - before.y;
  const double bx = after.x - joint.x, by = after.y - joint.y;
  const double lengths = std::hypot(ax, ay) * std::hypot(bx, by);
  if (lengths <= 0) return 1;
  // The angle between the segments is pi minus the turn.
  const double turn = std::clamp((ax * bx + ay * by) / lengths, -1.0, 1.0);
  const double half = std::sqrt(std::max(0.0, (1 + turn) / 2));  // sin of half that angle
  const double ratio = half <= 0 ? limit + 1 : 1 / half;
  return ratio <= limit ? std::max(1.0, ratio) : 1;
}

}  // namespace

std::vector<std::vector<Point>> stroke_outline(const std::vector<std::vector<Point>>& path,
                                               const StrokeStyle& style) {
  // The thinnest line is still one device pixel (8.4.3.2).
  const double half = std::max(style.width / 2, 0.1);
  std::vector<std::vector<Point>> out;
  for (const auto& contour : path) {
    for (std::size_t i = 0; i < contour.size(); ++i) {
      if (contour.size() > 1 && i + 1 == contour.size()) break;
      const auto from = contour[i], to = contour.size() > 1 ? contour[i + 1] : from;
      const double length = std::hypot(to.x - from.x, to.y - from.y);
      const double ux = length > 0 ? (to.x - from.x) / length : 1;
      const double uy = length > 0 ? (to.y - from.y) / length : 0;
      const bool closed = contour.front().x == contour.back().x &&
                          contour.front().y == contour.back().y && contour.size() > 2;
      double start = 1, end = 1;
      if (i > 0 || closed) {
        const auto before = i > 0 ? contour[i - 1] : contour[contour.size() - 2];
        start = reach_at(before, from, to, style.miter_limit);
      }
      if (i + 2 < contour.size() || closed) {
        const auto after = i + 2 < contour.size() ? contour[i + 2] : contour[1];
        end = reach_at(from, to, after, style.miter_limit);
      }
      const double nx = -uy * half, ny = ux * half;
      const Point a{from.x - ux * half * start, from.y - uy * half * start};
      const Point b{to.x + ux * half * end, to.y + uy * half * end};
      out.push_back({{a.x + nx, a.y + ny},
                     {b.x + nx, b.y + ny},
                     {b.x - nx, b.y - ny},
                     {a.x - nx, a.y - ny},
                     {a.x + nx, a.y + ny}});
    }
  }
  return out;
}

}  // namespace antin::pdf
