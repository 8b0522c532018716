#include "pdf/read/drawing_image.h"

#include <algorithm>
#include <cmath>

#include "pdf/read/form.h"
#include "pdf/read/picture_space.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

constexpr std::size_t kMaxSide = 20'000;
constexpr std::size_t kMaxPixels = 60'000'000;
/// Lighter than this in every colour is paper, also after JPEG has been over it.
constexpr unsigned kPaper = 200;

struct Samples {
  std::size_t width = 0, height = 0, components = 1, bits = 8;
  bool inverted = false;  ///< /Decode runs from 1 to 0
  Bytes octets;
  std::size_t row() const noexcept { return (width * components * bits + 7) / 8; }
  /// 0 to 255
  unsigned at(std::size_t x, std::size_t y, std::size_t component) const {
    const auto index = x * components + component;
    const auto* line = &octets[y * row()];
    unsigned value = 0;
    if (bits == 8) {
      value = line[index];
    } else if (bits == 16) {
      value = line[2 * index];
    } else {
      const auto per = 8 / bits;
      const auto shift = 8 - bits * (index % per + 1);
      const unsigned most = (1U << bits) - 1;
      value = (static_cast<unsigned>(line[index / per]) >> shift & most) * 255 / most;
    }
    return inverted ? 255 - value : value;
  }
};

std::optional<std::size_t> side(const Object& dictionary, const char* key) {
  auto value = key_of(dictionary, key);
  if (!value.isInteger() || value.getIntValue() < 1) return std::nullopt;
  const auto n = static_cast<std::size_t>(value.getIntValue());
  return n <= kMaxSide ? std::optional{n} : std::nullopt;
}

std::optional<std::size_t> components_of(Object space) {
  const auto name =
      name_of(space.isArray() && space.getArrayNItems() > 0 ? space.getArrayItem(0) : space);
  if (name == "DeviceGray" || name == "CalGray" || name == "G") return 1;
  if (name == "DeviceRGB" || name == "CalRGB" || name == "RGB") return 3;
  if (name == "ICCBased" && space.getArrayNItems() == 2) {
    auto count = key_of(space.getArrayItem(1), "/N");
    if (count.isInteger() && (count.getIntValue() == 1 || count.getIntValue() == 3)) {
      return static_cast<std::size_t>(count.getIntValue());
    }
  }
  return std::nullopt;
}

std::optional<Samples> samples_of(Object image, std::size_t components, bool stencil,
                                  DrawingBudget& budget) {
  if (!image.isStream()) return std::nullopt;
  auto dictionary = image.getDict();
  const auto width = side(dictionary, "/Width"), height = side(dictionary, "/Height");
  auto depth = key_of(dictionary, "/BitsPerComponent");
  if (!width || !height || *width * *height > kMaxPixels) return std::nullopt;
  Samples samples{*width, *height, components, 1, false, {}};
  if (!stencil) {
    if (!depth.isInteger()) return std::nullopt;
    const auto bits = depth.getIntValue();
    if (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16) return std::nullopt;
    samples.bits = static_cast<std::size_t>(bits);
  }
  const auto inverted = is_inverted(key_of(dictionary, "/Decode"), components);
  if (!inverted) return std::nullopt;
  samples.inverted = *inverted;
  const auto size = samples.row() * samples.height;
  if (size > budget.octets) return std::nullopt;
  auto filter = key_of(dictionary, "/Filter");
  if (filter.isArray() && filter.getArrayNItems() == 1) filter = filter.getArrayItem(0);
  Result<std::optional<Bytes>> data = std::optional<Bytes>{};
  if (name_of(filter) == "DCTDecode") {
    const auto raw = image.getRawStreamData();
    if (samples.bits != 8 || stencil ||
        !is_jpeg_of({raw->getBuffer(), raw->getSize()}, {*width, *height, components})) {
      return std::nullopt;
    }
    data = decoded_picture(image, size);
  } else {
    data = decoded_stream(image, size + 16);
  }
  if (!data || !data.value() || data.value()->size() < size) return std::nullopt;
  if (!spend(budget.octets, size)) return std::nullopt;
  samples.octets = std::move(*data.value());
  return samples;
}

/// One component of eight bits: the samples are the pixels.
std::optional<PixelPlane> taken_over(Samples samples, DrawingBudget& budget) {
  const auto pixels = samples.width * samples.height;
  if (!spend(budget.cells, pixels)) return std::nullopt;
  samples.octets.resize(pixels);
  return PixelPlane{samples.width, samples.height, std::move(samples.octets)};
}

template <class Value>
std::optional<PixelPlane> plane_of(const Samples& samples, DrawingBudget& budget, Value value) {
  if (!spend(budget.cells, samples.width * samples.height)) return std::nullopt;
  PixelPlane plane{samples.width, samples.height, {}};
  plane.values.reserve(samples.width * samples.height);
  for (std::size_t y = 0; y < samples.height; ++y) {
    for (std::size_t x = 0; x < samples.width; ++x) {
      plane.values.push_back(static_cast<std::uint8_t>(value(x, y)));
    }
  }
  return plane;
}

std::optional<PixelPlane> read_opacity(const Object& image, DrawingBudget& budget) {
  const auto stencil_of = [&](const Object& mask) -> std::optional<PixelPlane> {
    const auto samples = samples_of(mask, 1, true, budget);
    if (!samples) return std::nullopt;
    // 8.9.6.2: 0 paints, 1 leaves alone, unless /Decode turns it round.
    return plane_of(*samples, budget,
                    [&](std::size_t x, std::size_t y) { return 255 - samples->at(x, y, 0); });
  };
  // What is shown instead when it is printed has no mask that we looked at (8.9.5.4).
  if (!Object{key_of(image, "/Alternates")}.isNull()) return std::nullopt;
  auto stencil = key_of(image, "/ImageMask");
  if (stencil.isBool() && stencil.getBoolValue()) return stencil_of(image);
  if (auto soft = key_of(image, "/SMask"); soft.isStream()) {
    auto samples = samples_of(soft, 1, false, budget);
    if (!samples) return std::nullopt;
    if (samples->bits == 8 && !samples->inverted) return taken_over(std::move(*samples), budget);
    return plane_of(*samples, budget,
                    [&](std::size_t x, std::size_t y) { return samples->at(x, y, 0); });
  }
  if (auto mask = key_of(image, "/Mask"); mask.isStream()) return stencil_of(mask);
  return std::nullopt;
}

std::optional<PixelPlane> read_ink(const Object& image, DrawingBudget& budget) {
  auto stencil = key_of(image, "/ImageMask");
  if (stencil.isBool() && stencil.getBoolValue()) return read_opacity(image, budget);
  const auto components = components_of(key_of(image, "/ColorSpace"));
  if (!components) return std::nullopt;
  const auto samples = samples_of(image, *components, false, budget);
  if (!samples) return std::nullopt;
  if (samples->bits == 8 && !samples->inverted) {
    const auto pixel = samples->components;
    return plane_of(*samples, budget, [&, at = samples->octets.data()](auto, auto) mutable {
      const auto* first = at;
      at += pixel;
      return std::any_of(first, at, [](unsigned value) { return value < kPaper; }) ? 255U : 0U;
    });
  }
  return plane_of(*samples, budget, [&](std::size_t x, std::size_t y) {
    for (std::size_t c = 0; c < samples->components; ++c) {
      if (samples->at(x, y, c) < kPaper) return 255U;
    }
    return 0U;
  });
}

template <class Read>
KeptPlanes::Plane kept(const DrawnImage& image, std::optional<KeptPlanes::Plane> KeptPlanes::*which,
                       DrawingBudget& budget, const Read& read) {
  if (!image.image.isInitialized() || Object{image.image}.isNull()) return nullptr;
  if (image.planes != nullptr && (*image.planes).*which) return *((*image.planes).*which);
  KeptPlanes::Plane plane;
  if (auto made = read(image.image, budget)) {
    plane = std::make_shared<const PixelPlane>(std::move(*made));
  }
  const auto pixels = plane == nullptr ? 0 : plane->values.size();
  if (image.planes != nullptr && spend(budget.kept, pixels)) (*image.planes).*which = plane;
  return plane;
}

}  // namespace

PixelPlane::Range PixelPlane::touched(double low, double high, std::size_t count) noexcept {
  const auto most = static_cast<double>(count - 1);
  const auto index = [&](double at) {
    return static_cast<std::size_t>(std::clamp(at * static_cast<double>(count), 0.0, most));
  };
  return {index(low), index(high)};
}

std::uint8_t PixelPlane::largest(const Range& columns, const Range& rows,
                                 std::size_t& steps) const {
  if (!spend(steps, (columns.last - columns.first + 1) * (rows.last - rows.first + 1))) return 255;
  std::uint8_t most = 0;
  for (auto y = rows.first; y <= rows.last; ++y) {
    const auto* line = &values[y * width];
    for (auto x = columns.first; x <= columns.last && most < 255; ++x) {
      most = std::max(most, line[x]);
    }
  }
  return most;
}

std::shared_ptr<const PixelPlane> opacity_of(const DrawnImage& image, DrawingBudget& budget) {
  return kept(image, &KeptPlanes::opacity, budget, read_opacity);
}

std::shared_ptr<const PixelPlane> seen_pixels(const DrawnImage& image, bool of_signature,
                                              DrawingBudget& budget) {
  if (of_signature) {
    if (auto opacity = opacity_of(image, budget)) return opacity;
  }
  return kept(image, &KeptPlanes::ink, budget, read_ink);
}

}  // namespace antin::pdf
