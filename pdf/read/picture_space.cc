#include "pdf/read/picture_space.h"

#include <algorithm>

#include "pdf/read/form.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;
using Kind = PictureSpace::Kind;

constexpr std::size_t kMostEntries = 256;

Kind kind_of(const std::string& name) {
  if (name == "DeviceGray" || name == "CalGray" || name == "G") return Kind::kGray;
  if (name == "DeviceRGB" || name == "CalRGB" || name == "RGB") return Kind::kRgb;
  if (name == "DeviceCMYK" || name == "CMYK") return Kind::kCmyk;
  return Kind::kOther;
}

unsigned components_of(Kind kind) {
  if (kind == Kind::kRgb) return 3;
  return kind == Kind::kCmyk ? 4 : 1;
}

Bytes string_or_stream(Object table) {
  if (table.isString()) return to_bytes(table.getStringValue());
  if (!table.isStream()) return {};
  auto decoded = decoded_stream(table, 4 * kMostEntries);
  return decoded && decoded.value() ? std::move(*decoded.value()) : Bytes{};
}

/// Entries of `kind` as RGB.
Bytes palette_of(const Bytes& table, Kind kind, std::size_t entries) {
  const std::size_t width = components_of(kind);
  entries = std::min({entries, kMostEntries, table.size() / width});
  Bytes rgb;
  rgb.reserve(3 * entries);
  for (std::size_t i = 0; i < entries; ++i) {
    const auto* from = &table[i * width];
    for (std::size_t c = 0; c < 3; ++c) {
      unsigned value = kind == Kind::kGray ? from[0] : from[c];
      if (kind == Kind::kCmyk) value = (255U - from[c]) * (255U - from[3]) / 255U;
      rgb.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return rgb;
}

PictureSpace indexed_space(Object space) {
  PictureSpace out;
  out.indexed = true;
  const auto base = space_of(space.getArrayItem(1));
  auto most = space.getArrayItem(2);
  if (base.indexed || !most.isInteger() || most.getIntValue() < 0) return out;
  out.kind = base.kind;
  if (out.kind == Kind::kOther) return out;
  const auto entries = static_cast<std::size_t>(std::min<long long>(most.getIntValue(), 255)) + 1;
  out.palette = palette_of(string_or_stream(space.getArrayItem(3)), base.kind, entries);
  return out;
}

}  // namespace

PictureSpace space_of(const QPDFObjectHandle& space) {
  auto object = space;
  PictureSpace out;
  const bool array = object.isArray() && object.getArrayNItems() > 0;
  const auto name = name_of(array ? object.getArrayItem(0) : object);
  if (array && (name == "Indexed" || name == "I") && object.getArrayNItems() == 4) {
    return indexed_space(object);
  }
  if (array && name == "ICCBased" && object.getArrayNItems() == 2) {
    auto count = key_of(object.getArrayItem(1), "/N");
    const auto n = count.isInteger() ? count.getIntValue() : 0;
    out.kind = n == 1 ? Kind::kGray : n == 3 ? Kind::kRgb : n == 4 ? Kind::kCmyk : Kind::kOther;
  } else {
    out.kind = kind_of(name);
  }
  out.components = components_of(out.kind);
  // One ink on white is grey to a reader of copies, whatever its name.
  if (out.kind == Kind::kOther) {
    out.components = name == "Lab" ? 3 : 1;
    auto inks =
        name == "DeviceN" && object.getArrayNItems() > 1 ? object.getArrayItem(1) : Object{};
    if (inks.isInitialized() && inks.isArray()) {
      out.components = static_cast<unsigned>(inks.getArrayNItems());
    }
  }
  return out;
}

ScanColour colour_of(const QPDFObjectHandle& image) {
  auto filter = key_of(image, "/Filter");
  if (filter.isArray() && filter.getArrayNItems() > 0) {
    filter = filter.getArrayItem(filter.getArrayNItems() - 1);
  }
  const auto coding = name_of(filter);
  if (coding == "CCITTFaxDecode" || coding == "JBIG2Decode") return ScanColour::kBilevel;
  auto bits = key_of(image, "/BitsPerComponent");
  const auto own = key_of(image, "/ColorSpace");
  if (Object{own}.isNull()) return ScanColour::kColour;  // JPXDecode: it says so itself
  const auto space = space_of(own);
  const bool one_bit = bits.isInteger() && bits.getIntValue() == 1;
  if (one_bit && (space.indexed || space.components == 1)) return ScanColour::kBilevel;
  if (!space.indexed) {
    return space.kind == Kind::kGray || space.components == 1 ? ScanColour::kGray
                                                              : ScanColour::kColour;
  }
  for (std::size_t i = 0; i + 2 < space.palette.size(); i += 3) {
    const auto* entry = &space.palette[i];
    if (entry[0] != entry[1] || entry[1] != entry[2]) return ScanColour::kColour;
  }
  return ScanColour::kGray;
}

std::optional<bool> is_inverted(QPDFObjectHandle decode, std::size_t components) {
  if (decode.isNull()) return false;
  if (!decode.isArray() || decode.getArrayNItems() != static_cast<int>(2 * components)) {
    return std::nullopt;
  }
  int sum = 0;
  for (int i = 0; i < decode.getArrayNItems(); ++i) {
    auto item = decode.getArrayItem(i);
    if (!item.isNumber()) return std::nullopt;
    const double value = item.getNumericValue();
    if (value != 0 && value != 1) return std::nullopt;
    sum += (value == 1) == (i % 2 == 1) ? 1 : 0;
  }
  if (sum == decode.getArrayNItems()) return false;
  return sum == 0 ? std::optional{true} : std::nullopt;
}

bool is_jpeg_of(ByteView data, const JpegFrame& frame) {
  std::size_t at = 2;
  bool found = false;
  while (at + 9 < data.size() && data[at] == 0xFF) {
    const unsigned marker = data[at + 1];
    const std::size_t length = std::size_t{data[at + 2]} << 8U | data[at + 3];
    if (marker == 0xDA) break;
    const bool begins_frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (begins_frame) {
      const std::size_t h = std::size_t{data[at + 5]} << 8U | data[at + 6];
      const std::size_t w = std::size_t{data[at + 7]} << 8U | data[at + 8];
      if (found || h != frame.height || w != frame.width || data[at + 9] != frame.components) {
        return false;
      }
      found = true;
    }
    if (length < 2) return false;
    at += 2 + length;
  }
  return found;
}

}  // namespace antin::pdf
