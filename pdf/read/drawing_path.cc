#include <algorithm>
#include <cmath>

#include "pdf/read/drawing_reader.h"
#include "pdf/read/stroke.h"

namespace antin::pdf {
namespace {

constexpr int kCurveParts = 12;

}  // namespace

bool DrawingReader::path_operator(const std::string& op) {
  if (op == "m") {
    path_.push_back({state_.matrix.map(Point{number(2), number(1)})});
  } else if (op == "l") {
    line_to(state_.matrix.map(Point{number(2), number(1)}));
  } else if (op == "c") {
    curve({number(6), number(5)}, {number(4), number(3)}, {number(2), number(1)});
  } else if (op == "v" || op == "y") {
    const Point first{number(4), number(3)}, last{number(2), number(1)};
    curve_from_here(op == "v", first, last);
  } else if (op == "re") {
    const double x = number(4), y = number(3), w = number(2), h = number(1);
    auto box = corners({x, y, x + w, y + h});
    for (auto& point : box) point = state_.matrix.map(point);
    box.push_back(box.front());
    path_.push_back(std::move(box));
  } else if (op == "h") {
    close();
  } else if (op == "W" || op == "W*") {
    clip_next_ = true;
  } else if (op == "n") {
    finish_path();
  } else if (op == "S" || op == "s") {
    if (op == "s") close();
    stroke();
    finish_path();
  } else if (op == "f" || op == "F" || op == "f*") {
    fill(op == "f*");
    finish_path();
  } else if (op == "B" || op == "B*" || op == "b" || op == "b*") {
    if (op[0] == 'b') close();
    fill(op.size() == 2);
    stroke();
    finish_path();
  } else {
    return false;
  }
  return true;
}

void DrawingReader::line_to(Point point) {
  if (path_.empty()) path_.push_back({point});
  if (!spend(shared_.budget.points, 1)) {
    shared_.drawing.complete = false;
    return;
  }
  path_.back().push_back(point);
}

void DrawingReader::close() {
  if (!path_.empty() && !path_.back().empty()) line_to(Point{path_.back().front()});
}

void DrawingReader::curve(Point one, Point two, Point three) {
  one = state_.matrix.map(one);
  two = state_.matrix.map(two);
  three = state_.matrix.map(three);
  curve_mapped(one, two, three);
}

void DrawingReader::curve_from_here(bool first_is_here, Point first, Point last) {
  first = state_.matrix.map(first);
  last = state_.matrix.map(last);
  const auto here = path_.empty() || path_.back().empty() ? first : path_.back().back();
  curve_mapped(first_is_here ? here : first, first_is_here ? first : last, last);
}

void DrawingReader::curve_mapped(Point one, Point two, Point three) {
  if (path_.empty() || path_.back().empty()) path_.push_back({one});
  const auto zero = path_.back().back();
  for (int i = 1; i <= kCurveParts; ++i) {
    const double t = static_cast<double>(i) / kCurveParts, s = 1 - t;
    const auto mix = [&](double a, double b, double c, double d) {
      return s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
    };
    line_to({mix(zero.x, one.x, two.x, three.x), mix(zero.y, one.y, two.y, three.y)});
  }
}

void DrawingReader::fill(bool even_odd) {
  if (path_.empty()) return;
  shape(path_, state_.fill_alpha, even_odd, state_.white_fill);
}

void DrawingReader::stroke() {
  StrokeStyle style;
  const auto& m = state_.matrix;
  // The longest that one unit of width can become.
  style.width = state_.line_width * std::max(std::hypot(m.a, m.b), std::hypot(m.c, m.d));
  style.miter_limit = state_.miter_limit;
  std::size_t segments = 0;
  for (const auto& contour : path_) segments += contour.size();
  if (!spend(shared_.budget.points, segments * 4)) {
    shared_.drawing.complete = false;
    return;
  }
  shape(stroke_outline(path_, style), state_.stroke_alpha, false);
  if (!shared_.drawing.shapes.empty()) shared_.drawing.shapes.back().stroke = true;
}

void DrawingReader::finish_path() {
  if (clip_next_) {
    DrawnShape area;
    area.contours = path_;
    if (!path_.empty()) state_.clip = intersection(state_.clip, area.box());
    clip_next_ = false;
  }
  path_.clear();
}

void DrawingReader::shape(std::vector<std::vector<Point>> contours, double alpha, bool even_odd,
                          bool white) {
  alpha *= group_;
  if (alpha < kVisible || contours.empty()) return;
  for (const auto& contour : contours) {
    for (const auto& point : contour) {
      if (!std::isfinite(point.x) || !std::isfinite(point.y)) {
        shared_.drawing.understood = false;
        return;
      }
    }
  }
  DrawnShape shape{std::move(contours), even_odd, false, alpha, state_.clip};
  if (white && shared_.purpose == DrawingPurpose::kContent && lies_on_nothing(shape)) return;
  if (!spend(shared_.budget.marks, 1)) {
    shared_.drawing.complete = false;
    return;
  }
  shared_.drawing.shapes.push_back(std::move(shape));
}

/// White on white paper is no mark: many producers begin a page with it.
bool DrawingReader::lies_on_nothing(const DrawnShape& shape) const {
  const auto& drawing = shared_.drawing;
  constexpr std::size_t kFew = 200;
  return drawing.glyphs.empty() && drawing.images.empty() && drawing.shapes.size() < kFew &&
         std::none_of(drawing.shapes.begin(), drawing.shapes.end(),
                      [&](const DrawnShape& other) { return overlap(shape.box(), other.box()); });
}

}  // namespace antin::pdf
