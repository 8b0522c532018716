#include "pdf/write/page_view.h"

namespace antin::pdf {

double PageView::width() const noexcept {
  return (sideways() ? page_.visible.height() : page_.visible.width()) * page_.user_unit;
}

double PageView::height() const noexcept {
  return (sideways() ? page_.visible.width() : page_.visible.height()) * page_.user_unit;
}

// /Rotate turns the page clockwise: at 90 the reader's left edge is the bottom of user space, and
// the reader's top edge its left.
Rect PageView::to_user_space(const ViewBox& box) const noexcept {
  const double u = page_.user_unit;
  const double x = box.left / u;
  const double y = box.top / u;
  const double w = box.width / u;
  const double h = box.height / u;
  const Rect& v = page_.visible;
  switch (page_.rotate) {
    case 90:
      return {v.left + y, v.bottom + x, v.left + y + h, v.bottom + x + w};
    case 180:
      return {v.right - x - w, v.bottom + y, v.right - x, v.bottom + y + h};
    case 270:
      return {v.right - y - h, v.top - x - w, v.right - y, v.top - x};
    default:
      return {v.left + x, v.top - y - h, v.left + x + w, v.top - y};
  }
}

ViewBox PageView::to_view(const Rect& rect) const noexcept {
  const double u = page_.user_unit;
  const Rect& v = page_.visible;
  const double w = (sideways() ? rect.height() : rect.width()) * u;
  const double h = (sideways() ? rect.width() : rect.height()) * u;
  switch (page_.rotate) {
    case 90:
      return {(rect.bottom - v.bottom) * u, (rect.left - v.left) * u, w, h};
    case 180:
      return {(v.right - rect.right) * u, (rect.bottom - v.bottom) * u, w, h};
    case 270:
      return {(v.top - rect.top) * u, (v.right - rect.right) * u, w, h};
    default:
      return {(rect.left - v.left) * u, (v.top - rect.top) * u, w, h};
  }
}

bool PageView::holds(const ViewBox& box) const noexcept {
  constexpr double kRounding = 0.01;  // points
  return box.left > -kRounding && box.top > -kRounding && box.right() < width() + kRounding &&
         box.bottom() < height() + kRounding;
}

}  // namespace antin::pdf
