#include "pdf/read/drawing_font.h"

#include <algorithm>
#include <cmath>

#include "pdf/read/form.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

constexpr double kGlyphUnits = 1000;  // 9.2.4
constexpr unsigned kCodes = 0x10000;
constexpr std::size_t kMaxProgram = std::size_t{32} << 20U;
constexpr double kMaxAdvance = 100;  // em
/// Outlines beyond this make a glyph something else than a letter.
constexpr double kReasonable = 3;

std::optional<double> advance_of(QPDFObjectHandle number, double units) {
  if (!number.isNumber()) return std::nullopt;
  const double value = number.getNumericValue() * units;
  if (!std::isfinite(value) || std::abs(value) > kMaxAdvance) return std::nullopt;
  return value;
}

}  // namespace

FontMetrics FontMetrics::from(QPDFObjectHandle dictionary, KeptFonts& kept, DrawingBudget& budget) {
  FontMetrics font;
  if (!dictionary.isDictionary()) return font;
  const auto subtype = name_of(key_of(dictionary, "/Subtype"));
  if (subtype == "Type0") {
    font.kind_ = Kind::kComposite;
    font.read_composite(dictionary);
    auto descendants = key_of(dictionary, "/DescendantFonts");
    if (descendants.isArray() && descendants.getArrayNItems() == 1) {
      font.read_program(key_of(descendants.getArrayItem(0), "/FontDescriptor"), kept, budget);
    }
  } else if (subtype == "Type3") {
    font.kind_ = Kind::kType3;
    font.read_type3(dictionary);
  } else {
    font.kind_ = Kind::kSimple;
    font.read_simple(dictionary);
    font.read_program(key_of(dictionary, "/FontDescriptor"), kept, budget);
  }
  return font;
}

void FontMetrics::read_simple(const QPDFObjectHandle& dictionary) {
  const double units = kind_ == Kind::kType3 ? std::abs(matrix_.a) : 1 / kGlyphUnits;
  auto first = key_of(dictionary, "/FirstChar");
  auto widths = key_of(dictionary, "/Widths");
  if (!first.isInteger() || !widths.isArray()) return read_standard(dictionary);
  placeable_ = true;
  const auto missing = key_of(key_of(dictionary, "/FontDescriptor"), "/MissingWidth");
  default_advance_ = advance_of(missing, units).value_or(0);
  auto code = first.getIntValue();
  if (code < 0 || code > 255 || widths.getArrayNItems() > 256) {
    placeable_ = false;
    return;
  }
  for (int i = 0; i < widths.getArrayNItems() && code <= 255; ++i, ++code) {
    const auto advance = advance_of(widths.getArrayItem(i), units);
    if (!advance) placeable_ = false;
    advances_[static_cast<unsigned>(code)] = advance.value_or(default_advance_);
  }
}

void FontMetrics::read_standard(const QPDFObjectHandle& dictionary) {
  if (kind_ != Kind::kSimple || !QPDFObjectHandle{key_of(dictionary, "/FontDescriptor")}.isNull())
    return;
  auto differences = key_of(key_of(dictionary, "/Encoding"), "/Differences");
  long long code = 0;
  for (int i = 0; differences.isArray() && i < differences.getArrayNItems(); ++i) {
    auto item = differences.getArrayItem(i);
    if (item.isInteger()) {
      code = item.getIntValue();
      continue;
    }
    const bool quote = code == 39 || code == 96;
    if (code >= 32 && code < 127 && !quote) return;
    ++code;
  }
  advances_ = standard_advances(name_of(key_of(dictionary, "/BaseFont")));
  placeable_ = only_listed_ = !advances_.empty();
}

bool FontMetrics::places(std::string_view shown) const {
  if (!placeable_ || !only_listed_) return placeable_;
  return std::all_of(shown.begin(), shown.end(), [&](char octet) {
    return advances_.count(static_cast<unsigned char>(octet)) != 0;
  });
}

void FontMetrics::read_composite(const QPDFObjectHandle& dictionary) {
  // Other CMaps than Identity-H have codes of other lengths, or write from top to bottom.
  if (name_of(key_of(dictionary, "/Encoding")) != "Identity-H") return;
  auto descendants = key_of(dictionary, "/DescendantFonts");
  if (!descendants.isArray() || descendants.getArrayNItems() != 1) return;
  const auto descendant = descendants.getArrayItem(0);
  default_advance_ = advance_of(key_of(descendant, "/DW"), 1 / kGlyphUnits).value_or(1);
  placeable_ = true;
  auto widths = key_of(descendant, "/W");
  if (widths.isNull()) return;
  placeable_ = widths.isArray();
  // 9.7.4.3: "c [w1 w2 …]" or "first last w".
  const int count = placeable_ ? widths.getArrayNItems() : 0;
  const auto put = [&](long long code, const QPDFObjectHandle& width) {
    const auto advance = advance_of(width, 1 / kGlyphUnits);
    if (code < 0 || code >= kCodes || !advance) {
      placeable_ = false;
    } else {
      advances_[static_cast<unsigned>(code)] = *advance;
    }
  };
  for (int i = 0; i < count && placeable_;) {
    auto low = widths.getArrayItem(i);
    if (!low.isInteger() || i + 1 >= count) {
      placeable_ = false;
      return;
    }
    auto second = widths.getArrayItem(i + 1);
    if (second.isArray()) {
      const int many = std::min(second.getArrayNItems(), static_cast<int>(kCodes));
      for (int k = 0; k < many; ++k) put(low.getIntValue() + k, second.getArrayItem(k));
      i += 2;
    } else if (second.isInteger() && i + 2 < count && low.getIntValue() >= 0 &&
               second.getIntValue() < kCodes) {
      const auto width = widths.getArrayItem(i + 2);
      for (auto code = low.getIntValue(); code <= second.getIntValue(); ++code) put(code, width);
      i += 3;
    } else {
      placeable_ = false;
    }
  }
}

void FontMetrics::read_type3(const QPDFObjectHandle& dictionary) {
  auto matrix = key_of(dictionary, "/FontMatrix");
  if (!matrix.isArray() || matrix.getArrayNItems() != 6) return;
  std::array<double, 6> n{};
  for (int i = 0; i < 6; ++i) {
    auto item = matrix.getArrayItem(i);
    if (!item.isNumber() || !std::isfinite(item.getNumericValue())) return;
    n.at(static_cast<std::size_t>(i)) = item.getNumericValue();
  }
  matrix_ = {n[0], n[1], n[2], n[3], n[4], n[5]};
  if (matrix_.a > 0) read_simple(dictionary);
  resources_ = key_of(dictionary, "/Resources");
  auto names = key_of(key_of(dictionary, "/Encoding"), "/Differences");
  const auto procedures = key_of(dictionary, "/CharProcs");
  if (!names.isArray()) return;
  long long code = 0;
  for (int i = 0; i < std::min(names.getArrayNItems(), 1000); ++i) {
    auto item = names.getArrayItem(i);
    if (item.isInteger()) {
      code = item.getIntValue();
    } else if (item.isName() && code >= 0 && code <= 255) {
      procedures_[static_cast<unsigned>(code++)] = key_of(procedures, item.getName().c_str());
    }
  }
  // Where a glyph's ink is only its procedure tells; as a box, what the font says it is.
  if (const auto box = read_rect(key_of(dictionary, "/FontBBox"));
      box && box->width() > 0 && box->height() > 0) {
    ink_ = matrix_.map(*box);
  }
}

namespace {

/// A program as it is written, with what decodes it; nothing when it is too long to be kept.
std::string written(QPDFObjectHandle file) {
  constexpr long long kLongest = 256LL * 1024;
  auto length = key_of(file.getDict(), "/Length");
  if (!length.isInteger() || length.getIntValue() > kLongest) return {};
  const auto raw = file.getRawStreamData();
  auto text = key_of(file.getDict(), "/Filter").unparseResolved() + " " +
              key_of(file.getDict(), "/DecodeParms").unparseResolved() + " ";
  text.append(reinterpret_cast<const char*>(raw->getBuffer()), raw->getSize());
  return text;
}

/// How far the outlines of an embedded program reach; nullopt: that cannot be told, or it is
/// nothing that letters do.
std::optional<Rect> extent_of_program(const QPDFObjectHandle& file, DrawingBudget& budget) {
  const auto program = decoded_stream(file, std::min(budget.octets, kMaxProgram));
  if (!program || !program.value() || !spend(budget.octets, program.value()->size())) {
    return std::nullopt;
  }
  const auto extent = true_type_extent(*program.value(), budget.points);
  if (!extent ||
      std::max({-extent->left, -extent->bottom, extent->right, extent->top}) > kReasonable) {
    return std::nullopt;
  }
  return extent;
}

}  // namespace

std::optional<Rect> KeptFonts::extent_of(const QPDFObjectHandle& file, DrawingBudget& budget) {
  const auto known = extents_.find(file.getObjGen());
  if (known != extents_.end()) return known->second;
  // Every signature of one program brings the same font along.
  constexpr std::size_t kMostPrograms = 32;
  auto text = written(file);
  const auto same = text.empty() ? programs_.end() : programs_.find(text);
  const auto extent = same != programs_.end() ? same->second : extent_of_program(file, budget);
  if (!text.empty() && programs_.size() < kMostPrograms) programs_.emplace(std::move(text), extent);
  extents_.emplace(file.getObjGen(), extent);
  return extent;
}

void FontMetrics::read_program(const QPDFObjectHandle& descriptor, KeptFonts& kept,
                               DrawingBudget& budget) {
  if (!key_of(descriptor, "/FontFile").isNull() || !key_of(descriptor, "/FontFile3").isNull()) {
    return;  // charstrings are programs: how far they draw only running them tells
  }
  auto file = key_of(descriptor, "/FontFile2");
  if (file.isNull()) {
    // The viewer's own font of that kind: letters as they usually are.
    tame_ = true;
    // A width that only the document tells does not make them narrower.
    ink_ = {-0.1, -0.3, only_listed_ ? 0 : 1.1, 1};
    return;
  }
  if (!file.isStream()) return;
  const auto extent = kept.extent_of(file, budget);
  if (!extent) return;
  tame_ = true;
  ink_ = *extent;
}

std::vector<FontMetrics::Glyph> FontMetrics::decode(std::string_view shown) const {
  std::vector<Glyph> glyphs;
  const bool wide = kind_ == Kind::kComposite;
  const std::size_t step = wide ? 2 : 1;
  for (std::size_t at = 0; at + step <= shown.size(); at += step) {
    unsigned code = static_cast<unsigned char>(shown[at]);
    if (wide) code = code << 8U | static_cast<unsigned char>(shown[at + 1]);
    const auto found = advances_.find(code);
    const double advance = found == advances_.end() ? default_advance_ : found->second;
    constexpr unsigned kEllipsis = 0x85;  // WinAnsiEncoding
    const bool dot = wide ? advance > 0 && advance < 0.34
                          : code == '.' || code == '_' || code == '-' || code == kEllipsis;
    glyphs.push_back({code, advance, !wide && code == ' ', dot});
  }
  return glyphs;
}

Rect FontMetrics::ink_of(const Glyph& glyph) const {
  auto ink = ink_;
  ink.left = std::min(ink.left, 0.0);
  ink.right = std::max(ink.right, glyph.advance);
  // In the standard fonts few ASCII characters reach below the line.
  constexpr std::string_view kBelow = "gjpqyQ,;()[]{}|_@$/\\";
  if (only_listed_ && kBelow.find(static_cast<char>(glyph.code)) == std::string_view::npos) {
    ink.bottom = -0.03;
  }
  return ink;
}

QPDFObjectHandle FontMetrics::procedure(unsigned code) const {
  const auto found = procedures_.find(code);
  return found == procedures_.end() ? QPDFObjectHandle::newNull() : found->second;
}

}  // namespace antin::pdf
