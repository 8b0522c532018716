#include "pdf/read/content_stream.h"

#include <algorithm>
#include <cmath>

#include "pdf/read/form.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {

Affine Affine::then(const Affine& after) const noexcept {
  return {a * after.a + b * after.c,           a * after.b + b * after.d,
          c * after.a + d * after.c,           c * after.b + d * after.d,
          e * after.a + f * after.c + after.e, e * after.b + f * after.d + after.f};
}

Rect Affine::map(const Rect& box) const noexcept {
  const auto one = map(Point{box.left, box.bottom}), two = map(Point{box.left, box.top});
  const auto three = map(Point{box.right, box.bottom}), four = map(Point{box.right, box.top});
  const auto [left, right] = std::minmax({one.x, two.x, three.x, four.x});
  const auto [bottom, top] = std::minmax({one.y, two.y, three.y, four.y});
  return {left, bottom, right, top};
}

std::optional<Affine> Affine::inverse() const noexcept {
  const double area = a * d - b * c;
  if (!std::isfinite(area) || std::abs(area) < 1e-12) return std::nullopt;
  return Affine{
      d / area, -b / area, -c / area, a / area, (c * f - d * e) / area, (b * e - a * f) / area};
}

Affine matrix_of(const QPDFObjectHandle& dictionary) {
  auto array = key_of(dictionary, "/Matrix");
  std::array<double, 6> n{};
  if (!array.isArray() || array.getArrayNItems() != 6) return {};
  for (int i = 0; i < 6; ++i) {
    auto item = array.getArrayItem(i);
    if (!item.isNumber() || !std::isfinite(item.getNumericValue())) return {};
    n.at(static_cast<std::size_t>(i)) = item.getNumericValue();
  }
  return {n[0], n[1], n[2], n[3], n[4], n[5]};
}

Result<std::optional<Bytes>> content_octets(QPDFObjectHandle contents, std::size_t limit) {
  Bytes octets;
  std::vector<QPDFObjectHandle> parts;
  if (contents.isArray()) {
    parts = contents.getArrayAsVector();
  } else if (!contents.isNull()) {
    parts.push_back(contents);
  }
  for (auto& part : parts) {
    if (part.isNull()) continue;
    if (!part.isStream()) return std::optional<Bytes>{};
    ANTIN_TRY(const auto data, decoded_stream(part, limit - octets.size()));
    if (!data) return std::optional<Bytes>{};
    octets.insert(octets.end(), data->begin(), data->end());
    if (octets.size() >= limit) {
      return make_error(Code::kResourceLimit, "content larger than the limit");
    }
    octets.push_back('\n');  // parts end between tokens
  }
  return std::optional{std::move(octets)};
}

Rect intersection(const Rect& a, const Rect& b) noexcept {
  return {std::max(a.left, b.left), std::max(a.bottom, b.bottom), std::min(a.right, b.right),
          std::min(a.top, b.top)};
}

bool overlap(const Rect& a, const Rect& b) noexcept {
  return a.left < b.right && b.left < a.right && a.bottom < b.top && b.bottom < a.top;
}

Rect united(const Rect& a, const Rect& b) noexcept {
  return {std::min(a.left, b.left), std::min(a.bottom, b.bottom), std::max(a.right, b.right),
          std::max(a.top, b.top)};
}

}  // namespace antin::pdf
