#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "service/capture/capture.h"

namespace antin::service::capture {
namespace {

struct Named {
  std::string_view name;
  PaperSize size;
};
// ISO 216.
constexpr std::array kSeries = {Named{"A0", {841, 1189}}, Named{"A1", {594, 841}},
                                Named{"A2", {420, 594}},  Named{"A3", {297, 420}},
                                Named{"A4", {210, 297}},  Named{"A5", {148, 210}},
                                Named{"A6", {105, 148}}};
constexpr unsigned kLeast = 20, kMost = 5'000;  // millimetres

bool near(double a, double b) {
  return std::abs(a - b) <= std::max(2.0, 0.01 * b);
}

}  // namespace

std::optional<PaperSize> paper_named(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  for (const auto& one : kSeries) {
    if (one.name == upper) return one.size;
  }
  const auto by = upper.find('X');
  if (by == std::string::npos) return std::nullopt;
  const auto side = [](std::string_view digits) -> std::optional<unsigned> {
    unsigned value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end || value < kLeast || value > kMost)
      return std::nullopt;
    return value;
  };
  const auto width = side(std::string_view(upper).substr(0, by));
  const auto height = side(std::string_view(upper).substr(by + 1));
  if (!width || !height) return std::nullopt;
  return PaperSize{static_cast<double>(*width), static_cast<double>(*height)};
}

std::string name_of(const PaperSize& paper) {
  const auto [narrow, wide] = std::minmax(paper.width_mm, paper.height_mm);
  for (const auto& one : kSeries) {
    if (near(narrow, one.size.width_mm) && near(wide, one.size.height_mm))
      return std::string(one.name);
  }
  return {};
}

}  // namespace antin::service::capture
