#include <algorithm>
#include <array>

#include "pdf/read/form.h"
#include "pdf/read/page_scan.h"
#include "pdf/read/picture_space.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;
using Kind = PictureSpace::Kind;

constexpr long long kMostSide = 100'000;

std::uint32_t side_of(const Object& image, const char* key) {
  auto value = key_of(image, key);
  if (!value.isInteger() || value.getIntValue() < 1 || value.getIntValue() > kMostSide) return 0;
  return static_cast<std::uint32_t>(value.getIntValue());
}

/// The names of all filters in order.
std::vector<std::string> filters_of(const Object& image) {
  auto filter = key_of(image, "/Filter");
  if (filter.isName()) return {name_of(filter)};
  std::vector<std::string> names;
  for (int i = 0; filter.isArray() && i < filter.getArrayNItems() && i < 8; ++i) {
    names.push_back(name_of(filter.getArrayItem(i)));
  }
  return names;
}

Bytes raw_octets(Object image) {
  const auto raw = image.getRawStreamData();
  return {raw->getBuffer(), raw->getBuffer() + raw->getSize()};
}

PictureOctets as_it_stands(const Object& image, PictureOctets out, std::string why) {
  out.coding = PictureOctets::Coding::kOther;
  out.filter = std::move(why);
  out.octets = raw_octets(image);
  return out;
}

bool is_depth(long long bits) {
  return bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
}

bool is_known(const std::vector<std::string>& filters) {
  static constexpr std::array<std::string_view, 6> kKnown = {"FlateDecode",     "LZWDecode",
                                                             "ASCII85Decode",   "ASCIIHexDecode",
                                                             "RunLengthDecode", "DCTDecode"};
  return std::all_of(filters.begin(), filters.end(), [](const auto& name) {
    return std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end();
  });
}

Error damaged(const char* why) {
  return make_error(Code::kPdfMalformed, why);
}

/// What the dictionary says of rows, columns, depth and colours; `space` besides.
Status describe(const Object& image, const PictureSpace& space, PictureOctets& out) {
  auto bits = key_of(image, "/BitsPerComponent");
  auto stencil = key_of(image, "/ImageMask");
  const bool mask = stencil.isBool() && stencil.getBoolValue();
  if (!mask && (!bits.isInteger() || !is_depth(bits.getIntValue()))) {
    return damaged("depth of a picture");
  }
  out.bits = mask ? 1 : static_cast<unsigned>(bits.getIntValue());
  out.components = mask || space.indexed ? 1 : space.components;
  out.palette = space.palette;
  if (space.indexed && (out.palette.empty() || out.bits > 8)) return damaged("palette");
  const auto inverted = is_inverted(key_of(image, "/Decode"), out.components);
  // An indexed picture counts entries: [0 2^n-1] is what it has anyway (table 88).
  out.inverted = space.indexed ? false : inverted.value_or(false);
  return Done{};
}

Result<PictureOctets> read_octets(const Object& image, std::size_t max_octets) {
  PictureOctets out;
  out.columns = side_of(image, "/Width");
  out.rows = side_of(image, "/Height");
  if (out.columns == 0 || out.rows == 0) return damaged("size of a picture");
  const auto filters = filters_of(image);
  const auto last = filters.empty() ? std::string{} : filters.back();
  if (last == "JPXDecode" || last == "JBIG2Decode" || last == "CCITTFaxDecode") {
    return as_it_stands(image, std::move(out), last);
  }
  if (filters.size() == 1 && last == "DCTDecode") {
    out.coding = PictureOctets::Coding::kJpeg;
    out.octets = raw_octets(image);
    return out;
  }
  const auto space = space_of(key_of(image, "/ColorSpace"));
  auto stencil = key_of(image, "/ImageMask");
  if (space.kind == Kind::kOther && !(stencil.isBool() && stencil.getBoolValue())) {
    return as_it_stands(image, std::move(out), "ColorSpace");
  }
  ANTIN_CHECK(describe(image, space, out));
  const auto row = (std::size_t{out.columns} * out.components * out.bits + 7) / 8;
  const auto size = row * out.rows;
  if (size > max_octets) return make_error(Code::kResourceLimit, "a picture is too large");
  ANTIN_TRY(auto decoded, decoded_picture(image, size + row + 16));
  if (!decoded && !filters.empty()) {
    if (is_known(filters)) return damaged("a picture cannot be unpacked");
    return as_it_stands(image, std::move(out), last);
  }
  out.coding = PictureOctets::Coding::kSamples;
  out.octets = decoded ? std::move(*decoded) : raw_octets(image);
  if (out.octets.size() < size) return damaged("a picture is shorter than its size");
  out.octets.resize(size);
  return out;
}

}  // namespace

Result<PictureOctets> picture_octets(const Document& document, ObjectId id,
                                     std::size_t max_octets) {
  return guarded("octets of a picture", [&]() -> Result<PictureOctets> {
    auto image = document.inside().qpdf.getObject(id.number, id.generation);
    if (!image.isStream()) return damaged("a picture is no stream");
    return read_octets(image, max_octets);
  });
}

}  // namespace antin::pdf
