#include "pdf/picture/raster.h"

#include <algorithm>
#include <optional>

namespace antin::pdf::picture {
namespace {

Error refused(const char* why) {
  return make_error(Code::kInternal, why);
}

bool is_blank(std::uint8_t octet) {
  return octet == ' ' || octet == '\t' || octet == '\n' || octet == '\r';
}

/// The header's tokens, with comments where the format allows them.
class Header {
 public:
  explicit Header(ByteView octets) : rest_(octets) {}

  /// Skips blanks and comments before a number; nullopt on anything else or above nine digits.
  std::optional<std::uint32_t> number() {
    constexpr int kMostDigits = 9;
    if (!skip()) return std::nullopt;
    std::uint32_t value = 0;
    int digits = 0;
    for (; !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; rest_ = rest_.subspan(1)) {
      if (++digits > kMostDigits) return std::nullopt;
      value = value * 10 + (rest_[0] - std::uint32_t{'0'});
    }
    return digits == 0 ? std::nullopt : std::optional{value};
  }

  /// What follows the one blank after the last number.
  std::optional<ByteView> pixels() const {
    if (rest_.empty() || !is_blank(rest_[0])) return std::nullopt;
    return rest_.subspan(1);
  }

 private:
  bool skip() {
    const auto before = rest_.size();
    for (;;) {
      while (!rest_.empty() && is_blank(rest_[0])) rest_ = rest_.subspan(1);
      if (rest_.empty() || rest_[0] != '#') return rest_.size() < before;
      const auto end = std::find(rest_.begin(), rest_.end(), std::uint8_t{'\n'});
      rest_ = rest_.subspan(static_cast<std::size_t>(end - rest_.begin()));
    }
  }

  ByteView rest_;
};

Bytes grey_to_rgb(ByteView grey) {
  Bytes rgb(grey.size() * 3);
  for (std::size_t i = 0; i < grey.size(); ++i) {
    rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = grey[i];
  }
  return rgb;
}

}  // namespace

Result<Raster> read_pnm(ByteView octets, double dpi, const RasterLimits& limits) {
  if (octets.size() < 2 || octets[0] != 'P' || (octets[1] != '5' && octets[1] != '6')) {
    return refused("picture: neither P5 nor P6");
  }
  const bool colour = octets[1] == '6';
  Header header{octets.subspan(2)};
  const auto width = header.number();
  const auto height = header.number();
  const auto most = header.number();
  const auto pixels = header.pixels();
  if (!width || !height || !most || !pixels) return refused("picture: header not understood");
  if (*width == 0 || *height == 0) return refused("picture: no pixels");
  if (*most != 255) return refused("picture: not 8 bits per component");
  const std::uint64_t count = std::uint64_t{*width} * *height;
  if (*width > limits.max_side || *height > limits.max_side || count > limits.max_pixels) {
    return make_error(Code::kResourceLimit, "picture: too many pixels");
  }
  if (pixels->size() != count * (colour ? 3U : 1U)) return refused("picture: length is wrong");
  return Raster{.width = *width,
                .height = *height,
                .dpi = dpi,
                .rgb = colour ? to_bytes(*pixels) : grey_to_rgb(*pixels)};
}

}  // namespace antin::pdf::picture
