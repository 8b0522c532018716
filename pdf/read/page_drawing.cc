#include "pdf/read/page_drawing.h"

#include <algorithm>
#include <cmath>

#include "pdf/read/drawing_image.h"
#include "pdf/read/form.h"
#include "pdf/read/kept_drawings.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

// Annotation flags, ISO 32000-2 table 167.
constexpr std::int64_t kHidden = 2, kPrint = 4, kNoZoom = 8, kNoRotate = 16, kNoView = 32,
                       kToggleNoView = 256;
constexpr Rect kEverywhere{-1e6, -1e6, 1e6, 1e6};

std::int64_t flags_of(const Object& annotation) {
  auto flags = key_of(annotation, "/F");
  return flags.isInteger() ? flags.getIntValue() : 0;
}

}  // namespace

bool is_shown(const Object& annotation) {
  const auto flags = flags_of(annotation);
  if ((flags & kHidden) != 0) return false;
  if ((flags & kNoView) != 0 && (flags & (kPrint | kToggleNoView)) == 0) return false;
  const auto appearance = key_of(annotation, "/AP");
  const auto subtype = name_of(key_of(annotation, "/Subtype"));
  if (subtype == "Popup" && Object{appearance}.isNull()) {
    auto open = key_of(annotation, "/Open");
    return open.isBool() && open.getBoolValue();
  }
  if (subtype != "Widget" && Object{appearance}.isNull()) return true;
  const auto rect = read_rect(key_of(annotation, "/Rect"));
  return !rect || (rect->width() > 0 && rect->height() > 0);
}

std::optional<Rect> extent_of(const Object& annotation, const PageGeometry& page) {
  auto rect = read_rect(key_of(annotation, "/Rect"));
  if (!rect) return std::nullopt;
  const auto flags = flags_of(annotation);
  if ((flags & kNoZoom) != 0 || ((flags & kNoRotate) != 0 && page.rotate != 0)) {
    // Turned or scaled about its upper left corner (12.5.3).
    const double reach = std::hypot(rect->width(), rect->height()) * 2;
    *rect = {rect->left - reach, rect->top - reach, rect->left + reach, rect->top + reach};
  }
  const auto subtype = name_of(key_of(annotation, "/Subtype"));
  if (subtype == "Widget") return rect;
  // Viewers draw these from their own numbers too, with an appearance stream or without.
  for (const char* key : {"/QuadPoints", "/L", "/CL", "/Vertices", "/InkList"}) {
    std::vector<Object> todo{key_of(annotation, key)};
    std::vector<double> numbers;
    while (!todo.empty() && numbers.size() < 100'000) {
      auto one = todo.back();
      todo.pop_back();
      for (int i = 0; one.isArray() && i < std::min(one.getArrayNItems(), 50'000); ++i) {
        auto item = one.getArrayItem(i);
        if (item.isNumber()) {
          numbers.push_back(item.getNumericValue());
        } else if (item.isArray() && todo.size() < 1'000) {
          todo.push_back(item);
        }
      }
    }
    for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) {
      *rect = united(*rect, {numbers[i], numbers[i + 1], numbers[i], numbers[i + 1]});
    }
  }
  double margin = 2;
  for (const char* key : {"/LL", "/LLE", "/LLO"}) {  // leader lines
    if (auto length = key_of(annotation, key); length.isNumber()) {
      margin += std::abs(length.getNumericValue());
    }
  }
  if (auto border = key_of(annotation, "/Border");
      border.isArray() && border.getArrayNItems() >= 3 && border.getArrayItem(2).isNumber()) {
    margin += std::abs(border.getArrayItem(2).getNumericValue());
  }
  if (auto width = key_of(key_of(annotation, "/BS"), "/W"); width.isNumber()) {
    margin += std::abs(width.getNumericValue()) * 5;  // line endings grow with the line
  }
  if (subtype == "Text" || subtype == "FileAttachment" || subtype == "Caret") margin += 30;
  if (Object{key_of(annotation, "/AP")}.isNull()) {
    *rect = {rect->left - margin, rect->bottom - margin, rect->right + margin, rect->top + margin};
  }
  return rect;
}

Cover read_cover(const Object& annotation, const PageGeometry& page, const DrawingsOf& from,
                 DrawingBudget& budget) {
  Cover cover;
  cover.annotation = annotation;
  const auto rect = read_rect(key_of(annotation, "/Rect"));
  const auto extent = extent_of(annotation, page);
  cover.rect = extent.value_or(kEverywhere);
  const auto appearance = key_of(annotation, "/AP");
  if (!rect || !extent || !(*rect == *extent)) {
    cover.everywhere = true;
  } else if (Object{appearance}.isNull()) {
    // Without a stream a widget shows at most its border and background (table 192).
    cover.everywhere = !Object{key_of(annotation, "/MK")}.isNull() ||
                       name_of(key_of(annotation, "/Subtype")) != "Widget";
  } else {
    cover.shown = from.appearance(annotation, DrawingPurpose::kCover, budget);
  }
  return cover;
}

namespace {

/// What an annotation shows, or that nobody can tell; nullptr: nothing that anybody may rely on.
std::shared_ptr<const ReadDrawing> annotation_drawing(const Object& annotation,
                                                      const PageGeometry& geometry,
                                                      const DrawingsOf& from,
                                                      DrawingBudget& budget) {
  if (!Object{key_of(annotation, "/AP")}.isNull()) {
    return from.appearance(annotation, DrawingPurpose::kContent, budget);
  }
  // A link has a border at most, a widget its value as the viewer likes to write it.
  const auto subtype = name_of(key_of(annotation, "/Subtype"));
  if (subtype == "Link" || subtype == "Widget") return nullptr;
  ReadDrawing unknown;
  unknown.drawing.complete = false;
  const bool icon = subtype == "Text" || subtype == "FileAttachment";
  unknown.box = (icon ? read_rect(key_of(annotation, "/Rect")) : extent_of(annotation, geometry))
                    .value_or(kEverywhere);
  return std::make_shared<const ReadDrawing>(std::move(unknown));
}

bool is_signature(const Object& annotation, const DrawingsOf& from) {
  auto value = key_of(annotation, "/V");
  auto type = key_of(annotation, "/FT");
  if (auto parent = key_of(annotation, "/Parent"); parent.isDictionary() && type.isNull()) {
    type = key_of(parent, "/FT");
    if (from.shared(value).isNull()) value = key_of(parent, "/V");
  }
  return name_of(type) == "Sig" && !from.shared(value).isNull();
}

}  // namespace

PageDrawing PageDrawing::read(const DrawingsOf& from, std::size_t page, DrawingBudget& budget) {
  PageDrawing out;
  const auto pages = from.document().pages();
  if (!pages || page >= pages.value()->size()) {
    ReadDrawing unknown;
    unknown.drawing.complete = false;
    unknown.box = kEverywhere;
    out.parts_.push_back({{}, false, std::make_shared<const ReadDrawing>(std::move(unknown))});
    return out;
  }
  const auto& leaf = (*pages.value())[page];
  auto rotate = leaf.rotate;
  auto unit = key_of(leaf.dictionary, "/UserUnit");
  if (rotate.isInteger()) out.geometry_.rotate = static_cast<int>(rotate.getIntValue() % 360);
  if (unit.isNumber() && unit.getNumericValue() > 0)
    out.geometry_.user_unit = unit.getNumericValue();
  out.parts_.push_back({{}, false, from.content(page, budget)});
  auto annotations = key_of(leaf.dictionary, "/Annots");
  for (int i = 0; annotations.isArray() && i < annotations.getArrayNItems(); ++i) {
    const auto annotation = annotations.getArrayItem(i);
    if (!Object{annotation}.isDictionary() || !is_shown(annotation)) continue;
    auto drawn = annotation_drawing(annotation, out.geometry_, from, budget);
    if (drawn == nullptr) continue;
    out.parts_.push_back(
        {annotation.getObjGen(), is_signature(annotation, from), std::move(drawn)});
    if (out.parts_.size() > 5'000) {
      auto cut = *out.parts_.front().shown;
      cut.drawing.complete = false;
      cut.box = kEverywhere;
      out.parts_.front().shown = std::make_shared<const ReadDrawing>(std::move(cut));
      break;
    }
  }
  return out;
}

bool PageDrawing::shows_anything_in(const Rect& area, const std::vector<QPDFObjGen>& without,
                                    DrawingBudget& budget) const {
  const Rect wide{area.left, area.bottom, std::max(area.right, area.left + 0.01),
                  std::max(area.top, area.bottom + 0.01)};
  for (const auto& part : parts_) {
    const bool own = part.annotation.isIndirect() &&
                     std::find(without.begin(), without.end(), part.annotation) != without.end();
    if (own || !overlap(part.box(), wide)) continue;
    const auto& drawing = part.drawing();
    if (!drawing.complete) return true;
    const auto meets = [&](const Rect& box, const Rect& clip) {
      return overlap(intersection(box, clip), wide);
    };
    for (const auto& glyph : drawing.glyphs) {
      if (meets(glyph.frame.map(glyph.ink), glyph.clip)) return true;
    }
    for (const auto& shape : drawing.shapes) {
      if (!meets(shape.box(), shape.clip)) continue;
      const auto grid = Grid::over(wide, 0.5 / geometry_.user_unit);
      std::vector<std::uint8_t> mask(grid.cells(), 0);
      rasterise(grid, shape.contours, shape.even_odd, shape.clip, budget, mask);
      if (std::find(mask.begin(), mask.end(), 1) != mask.end()) return true;
    }
    for (const auto& image : drawing.images) {
      if (!meets(image.place.map(Rect{0, 0, 1, 1}), image.clip)) continue;
      const auto plane = seen_pixels(image, part.signature, budget);
      bool any = false;
      rasterise_image(Grid::over(wide, 0.5 / geometry_.user_unit), image, plane.get(), budget,
                      [&](std::size_t, const std::vector<std::uint8_t>& values) {
                        any = any || std::any_of(values.begin(), values.end(),
                                                 [](std::uint8_t value) { return value != 0; });
                      });
      if (any) return true;
    }
  }
  return false;
}

}  // namespace antin::pdf
