#pragma once

#include "pdf/picture/compare_pages.h"
#include "pdf/picture/plane.h"

namespace antin::pdf::picture {

/// Boxes around marked cells: neighbours and near neighbours together, at most `max_boxes`, largest
/// first, inside width × height.
std::vector<PixelBox> boxes_around(const Cells<std::uint8_t>& marked, std::uint32_t side,
                                   std::uint32_t width, std::uint32_t height,
                                   std::size_t max_boxes);

}  // namespace antin::pdf::picture
