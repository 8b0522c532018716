#include "pdf/write/numbers.h"

#include <array>
#include <charconv>
#include <cmath>

namespace antin::pdf {

std::string number_text(double value) {
  // Beyond this no page coordinate makes sense, and the fixed notation would grow long.
  constexpr double kLimit = 1e9;
  if (!std::isfinite(value) || std::fabs(value) > kLimit) return "0";
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::fixed, 4);
  if (error != std::errc{}) return "0";
  std::string text{buffer.data(), end};
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string rect_text(const Rect& rect) {
  return "[" + number_text(rect.left) + " " + number_text(rect.bottom) + " " +
         number_text(rect.right) + " " + number_text(rect.top) + "]";
}

}  // namespace antin::pdf
