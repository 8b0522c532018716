#pragma once

#include <string>

#include "pdf/geometry.h"

namespace antin::pdf {

/// Plain decimal with at most four places, whatever the locale.
std::string number_text(double value);
/// "[0 0 12.5 30]"
std::string rect_text(const Rect& rect);

}  // namespace antin::pdf
