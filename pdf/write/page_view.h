#pragma once

#include "pdf/geometry.h"

namespace antin::pdf {

/// A rectangle as the reader sees it: points (1/72 inch, UserUnit taken into account) from the left
/// and the top edge of the visible page, after /Rotate.
struct ViewBox {
  double left = 0, top = 0, width = 0, height = 0;
  double right() const noexcept { return left + width; }
  double bottom() const noexcept { return top + height; }
};

/// Converts between default user space of a page and what the reader sees.
class PageView {
 public:
  explicit PageView(const PageGeometry& geometry) : page_(geometry) {}
  double width() const noexcept;
  double height() const noexcept;
  Rect to_user_space(const ViewBox& box) const noexcept;
  ViewBox to_view(const Rect& rect) const noexcept;
  bool holds(const ViewBox& box) const noexcept;

 private:
  bool sideways() const noexcept { return page_.rotate % 180 != 0; }
  PageGeometry page_;
};

}  // namespace antin::pdf
