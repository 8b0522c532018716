#pragma once

#include <compare>

namespace antin::pdf {

/// Identity of an indirect object, ISO 32000-2 7.3.10.
struct ObjectId {
  int number = 0;
  int generation = 0;
  friend auto operator<=>(const ObjectId&,
                          const ObjectId&) = default;  // NOLINT(modernize-use-nullptr)
};

/// Rectangle in default user space units (1/72 inch unless UserUnit says otherwise), normalised:
/// left <= right, bottom <= top.
struct Rect {
  double left = 0, bottom = 0, right = 0, top = 0;
  double width() const noexcept { return right - left; }
  double height() const noexcept { return top - bottom; }
  friend bool operator==(const Rect&, const Rect&) = default;
};

/// What is seen of a page: CropBox cut with MediaBox (inherited values resolved) and /Rotate.
struct PageGeometry {
  Rect visible;
  int rotate = 0;        ///< 0, 90, 180, 270, clockwise
  double user_unit = 1;  ///< ISO 32000-2 table 31
};

constexpr double kPointsPerMillimetre = 72.0 / 25.4;

}  // namespace antin::pdf
