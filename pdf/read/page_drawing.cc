#include "pdf/read/page_drawing.h"

#include <algorithm>
#include <cmath>

#include "pdf/read/drawing_image.h"
#include "pdf/read/form.h"

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

/// /Resources, inherited (7.7.3.4).
Object resources_of(Object page) {
  for (int depth = 0; depth < 60 && page.isDictionary(); ++depth) {
    const auto own = key_of(page, "/Resources");
    if (!Object{own}.isNull()) return own;
    page = key_of(page, "/Parent");
  }
  return Object::newNull();
}

Rect box_of(const Drawing& drawing, const Rect& whole) {
  if (!drawing.complete) return whole;
  std::optional<Rect> box;
  const auto add = [&](const Rect& more, const Rect& clip) {
    const auto seen = intersection(more, clip);
    if (!(seen.width() >= 0) || !(seen.height() >= 0)) return;
    box = box ? united(*box, seen) : seen;
  };
  for (const auto& glyph : drawing.glyphs) add(glyph.frame.map(glyph.ink), glyph.clip);
  for (const auto& shape : drawing.shapes) add(shape.box(), shape.clip);
  for (const auto& image : drawing.images) add(image.place.map(Rect{0, 0, 1, 1}), image.clip);
  return box.value_or(Rect{});
}

std::optional<PixelPlane> seen_pixels(const DrawnImage& image, bool of_signature,
                                      DrawingBudget& budget) {
  if (Object{image.image}.isNull()) return std::nullopt;
  // A signature's picture shows where it is not transparent.
  if (of_signature) {
    if (auto opacity = opacity_of(image.image, budget)) return opacity;
  }
  return ink_of(image.image, budget);
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

Cover read_cover(const Object& annotation, const PageGeometry& page, DrawingBudget& budget) {
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
    read_appearance(annotation, *rect, DrawingPurpose::kCover, budget, cover.drawing);
  }
  return cover;
}

PageDrawing PageDrawing::read(Document::Inside& document, std::size_t page, DrawingBudget& budget) {
  PageDrawing out;
  Part content;
  content.box = kEverywhere;
  const auto pages = document.pages();
  if (!pages || page >= pages.value()->size()) {
    content.drawing.complete = false;
    out.parts_.push_back(std::move(content));
    return out;
  }
  const auto& leaf = (*pages.value())[page];
  auto rotate = leaf.rotate;
  auto unit = key_of(leaf.dictionary, "/UserUnit");
  if (rotate.isInteger()) out.geometry_.rotate = static_cast<int>(rotate.getIntValue() % 360);
  if (unit.isNumber() && unit.getNumericValue() > 0)
    out.geometry_.user_unit = unit.getNumericValue();
  read_drawing(
      {key_of(leaf.dictionary, "/Contents"), resources_of(leaf.dictionary), {}, kEverywhere},
      DrawingPurpose::kContent, budget, content.drawing);
  content.box = box_of(content.drawing, kEverywhere);
  out.parts_.push_back(std::move(content));
  auto annotations = key_of(leaf.dictionary, "/Annots");
  for (int i = 0; annotations.isArray() && i < annotations.getArrayNItems(); ++i) {
    auto annotation = annotations.getArrayItem(i);
    if (!annotation.isDictionary() || !is_shown(annotation)) continue;
    Part part;
    part.annotation = annotation.getObjGen();
    const auto subtype = name_of(key_of(annotation, "/Subtype"));
    if (Object{key_of(annotation, "/AP")}.isNull()) {
      // A link has a border at most, a widget nothing that anybody may rely on.
      if (subtype == "Link" || subtype == "Widget") continue;
      part.drawing.complete = false;
      const bool icon = subtype == "Text" || subtype == "FileAttachment";
      part.box =
          (icon ? read_rect(key_of(annotation, "/Rect")) : extent_of(annotation, out.geometry_))
              .value_or(kEverywhere);
    } else {
      const auto rect = read_rect(key_of(annotation, "/Rect")).value_or(kEverywhere);
      read_appearance(annotation, rect, DrawingPurpose::kContent, budget, part.drawing);
      part.box = box_of(part.drawing, rect);
    }
    auto value = key_of(annotation, "/V");
    auto type = key_of(annotation, "/FT");
    for (auto parent = key_of(annotation, "/Parent"); parent.isDictionary() && type.isNull();) {
      type = key_of(parent, "/FT");
      if (value.isNull()) value = key_of(parent, "/V");
      break;
    }
    part.signature = name_of(type) == "Sig" && !value.isNull();
    out.parts_.push_back(std::move(part));
    if (out.parts_.size() > 5'000) {
      out.parts_.front().drawing.complete = false;
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
    if (own || !overlap(part.box, wide)) continue;
    const auto& drawing = part.drawing;
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
      rasterise_image(Grid::over(wide, 0.5 / geometry_.user_unit), image, plane ? &*plane : nullptr,
                      budget, [&](std::size_t, std::uint8_t value) { any = any || value != 0; });
      if (any) return true;
    }
  }
  return false;
}

namespace {

constexpr std::uint8_t kHalf = 128;   // darker than this: hidden
constexpr std::uint8_t kClear = 250;  // darker than this: touched
constexpr double kGlyphLost = 0.5, kBandLost = 0.75, kWordLost = 0.4;
constexpr double kFineWindow = 6, kFineLost = 0.5, kCoarseWindow = 24, kCoarseLost = 0.75;
constexpr double kSignatureLost = 0.5;
constexpr double kLetterSize = 24;  // outlines up to this may be letters
constexpr int kAcross = 16, kUp = 6;

/// What a set of covers hides of the parts of a page.
class Measure {
 public:
  Measure(const CoverGrid& cover, const CoverGrid* before, CoverKind kind, double unit,
          DrawingBudget& budget)
      : cover_(cover),
        before_(before),
        kind_(kind),
        unit_(unit),
        budget_(budget),
        fine_(cover.grid().cells(), 0),
        fine_shapes_(cover.grid().cells(), 0),
        coarse_(cover.grid().cells(), 0) {}

  CoverEffect effect() const { return effect_; }

  void add(const PageDrawing::Part& part) {
    if (!part.drawing.complete) {
      // Whatever is there, something over it may hide it.
      for (std::size_t cell = 0; cell < fine_.size(); ++cell) {
        if (cover_.strict(cell) < kClear && lies_in(cell, part.box)) {
          worse(CoverEffect::kCannotTell);
          return;
        }
      }
      return;
    }
    if (part.signature) {
      add_signature(part.drawing);
      return;
    }
    add_text(part.drawing, false);
    for (const auto& shape : part.drawing.shapes) {
      if (!overlap(grown(shape.box()), cover_.grid().area)) continue;
      if (shape.stroke) {
        paint(shape.contours, false, shape.clip, is_small(shape.box()) ? fine_shapes_ : coarse_);
        continue;
      }
      std::vector<std::vector<Point>> large;
      for (const auto& contour : shape.contours) {
        DrawnShape one;
        one.contours = {contour};
        if (is_small(one.box())) {
          paint(one.contours, false, shape.clip, fine_shapes_);
        } else {
          large.push_back(contour);
        }
      }
      if (!large.empty()) paint(large, shape.even_odd, shape.clip, coarse_);
    }
    for (const auto& image : part.drawing.images) {
      if (!overlap(image.place.map(Rect{0, 0, 1, 1}), cover_.grid().area)) continue;
      const auto plane = seen_pixels(image, false, budget_);
      rasterise_image(cover_.grid(), image, plane ? &*plane : nullptr, budget_,
                      [&](std::size_t cell, std::uint8_t) { fine_[cell] = 1; });
    }
  }

  void finish() {
    const bool field = kind_ == CoverKind::kFilledField;
    windows(fine_, kFineWindow, kFineLost, false);
    windows(fine_shapes_, kFineWindow, kFineLost, field);
    windows(coarse_, kCoarseWindow, kCoarseLost, field);
  }

 private:
  void worse(CoverEffect effect) { effect_ = std::max(effect_, effect); }
  bool is_small(const Rect& box) const {
    return std::max(box.width(), box.height()) * unit_ <= kLetterSize;
  }
  static Rect grown(const Rect& box) {
    return {box.left - 1, box.bottom - 1, box.right + 1, box.top + 1};
  }
  bool lies_in(std::size_t cell, const Rect& box) const {
    const auto& grid = cover_.grid();
    const auto column = cell % grid.columns;
    const auto row = cell / grid.columns;
    const double x = grid.area.left + static_cast<double>(column) * grid.step;
    const double y = grid.area.bottom + static_cast<double>(row) * grid.step;
    return overlap({x, y, x + grid.step, y + grid.step}, grown(box));
  }
  void paint(const std::vector<std::vector<Point>>& contours, bool even_odd, const Rect& clip,
             std::vector<std::uint8_t>& layer) {
    rasterise(cover_.grid(), contours, even_odd, clip, budget_, layer);
  }
  bool was_hidden(std::size_t cell) const {
    return before_ != nullptr && before_->solid(cell) < kHalf;
  }
  std::uint8_t seen(std::size_t cell, bool solid) const {
    return solid ? cover_.solid(cell) : cover_.strict(cell);
  }

  struct Share {
    double hidden = 0, all = 0;
    bool lost(double limit) const { return all > 0 && hidden >= limit * all; }
  };

  Share sample(const DrawnGlyph& glyph, double low, double high, bool solid) {
    Share share;
    for (int i = 0; i < kAcross; ++i) {
      for (int k = 0; k < kUp; ++k) {
        const Point em{glyph.advance * (i + 0.5) / kAcross, low + (high - low) * (k + 0.5) / kUp};
        const auto cell = cover_.grid().cell_at(glyph.frame.map(em));
        if (cell && was_hidden(*cell)) continue;
        share.all += 1;
        if (!cell) continue;
        if (seen(*cell, solid) < kHalf) share.hidden += 1;
        if (cover_.strict(*cell) < kClear) worse(CoverEffect::kReadable);
      }
    }
    return share;
  }

  void add_text(const Drawing& drawing, bool solid) {
    Share word;
    std::size_t number = 0;
    for (const auto& glyph : drawing.glyphs) {
      const auto box = glyph.frame.map(glyph.ink);
      if (!overlap(intersection(grown(box), glyph.clip), cover_.grid().area)) continue;
      if (glyph.vague) {
        paint(ink_contour(glyph), false, glyph.clip, solid ? signature_ : fine_);
        continue;
      }
      if (glyph.leader) {
        if (!solid) paint(ink_contour(glyph), false, glyph.clip, coarse_);
        continue;
      }
      if (!spend(budget_.cells, std::size_t{5} * kAcross * kUp)) {
        worse(CoverEffect::kCannotTell);
        return;
      }
      if (glyph.word != number) word = {};
      number = glyph.word;
      Share body;
      for (int band = -1; band < 4; ++band) {
        const double low = band * 0.25;
        const auto share = sample(glyph, low, low + 0.25, solid);
        if (share.lost(kBandLost)) worse(CoverEffect::kHides);
        if (band == 0 || band == 1) body = {body.hidden + share.hidden, body.all + share.all};
        word = {word.hidden + share.hidden, word.all + share.all};
      }
      if (body.lost(kGlyphLost)) worse(CoverEffect::kHides);
      // Judged at its last glyph: what comes before has been added up.
      pending_ = word;
      const bool last =
          &glyph == &drawing.glyphs.back() || (&glyph + 1)->word != glyph.word ||
          !overlap(grown((&glyph + 1)->frame.map((&glyph + 1)->ink)), cover_.grid().area);
      if (last && pending_.lost(kWordLost)) worse(CoverEffect::kHides);
    }
  }

  /// Another signature may lie over it, but neither its words nor most of its picture may go.
  void add_signature(const Drawing& drawing) {
    signature_.assign(cover_.grid().cells(), 0);
    add_text(drawing, true);
    for (const auto& shape : drawing.shapes) {
      paint(shape.contours, shape.even_odd, shape.clip, signature_);
    }
    for (const auto& image : drawing.images) {
      const auto plane = seen_pixels(image, true, budget_);
      rasterise_image(cover_.grid(), image, plane ? &*plane : nullptr, budget_,
                      [&](std::size_t cell, std::uint8_t value) {
                        if (value >= kHalf / 2) signature_[cell] = 1;
                      });
    }
    Share share;
    for (std::size_t cell = 0; cell < signature_.size(); ++cell) {
      if (signature_[cell] == 0) continue;
      share.all += 1;
      if (cover_.solid(cell) < kHalf) share.hidden += 1;
      if (cover_.strict(cell) < kClear) worse(CoverEffect::kReadable);
    }
    if (share.lost(kSignatureLost)) worse(CoverEffect::kHides);
  }

  void windows(const std::vector<std::uint8_t>& layer, double size, double limit, bool solid) {
    const auto& grid = cover_.grid();
    const auto side =
        std::max<std::size_t>(2, static_cast<std::size_t>(std::ceil(size / unit_ / grid.step)));
    const auto stride = std::max<std::size_t>(1, side / 2);
    // Half windows are counted once and put together by four.
    const auto across = (grid.columns + stride - 1) / stride;
    const auto up = (grid.rows + stride - 1) / stride;
    std::vector<Share> halves(across * up);
    for (std::size_t row = 0; row < grid.rows; ++row) {
      for (std::size_t column = 0; column < grid.columns; ++column) {
        const auto cell = row * grid.columns + column;
        if (layer[cell] == 0 || was_hidden(cell)) continue;
        auto& half = halves[row / stride * across + column / stride];
        half.all += 1;
        if (seen(cell, solid) < kHalf) half.hidden += 1;
        if (cover_.strict(cell) < kClear) worse(CoverEffect::kReadable);
      }
    }
    const double least = 0.5 / (grid.step * grid.step * unit_ * unit_);
    for (std::size_t y = 0; y + 1 < std::max<std::size_t>(up, 2); ++y) {
      for (std::size_t x = 0; x + 1 < std::max<std::size_t>(across, 2); ++x) {
        Share share;
        for (std::size_t dy = 0; dy < 2 && y + dy < up; ++dy) {
          for (std::size_t dx = 0; dx < 2 && x + dx < across; ++dx) {
            const auto& half = halves[(y + dy) * across + x + dx];
            share = {share.hidden + half.hidden, share.all + half.all};
          }
        }
        if (share.all >= least && share.lost(limit)) worse(CoverEffect::kHides);
      }
    }
  }

  const CoverGrid& cover_;
  const CoverGrid* before_;
  CoverKind kind_;
  double unit_;
  DrawingBudget& budget_;
  CoverEffect effect_ = CoverEffect::kBlank;
  Share pending_;
  std::vector<std::uint8_t> fine_, fine_shapes_, coarse_, signature_;
};

}  // namespace

CoverEffect PageDrawing::effect_of(const std::vector<const Cover*>& covers, const Cover* before,
                                   CoverKind kind, DrawingBudget& budget) const {
  const auto& last = *covers.back();
  std::vector<const Part*> below;
  std::optional<Rect> area;
  const auto own = last.annotation.getObjGen();
  for (const auto& part : parts_) {
    if ((own.isIndirect() && part.annotation == own) || !overlap(part.box, last.rect)) continue;
    below.push_back(&part);
    auto reach = intersection(part.box, last.rect);
    // How much of an earlier signature is left shows only on the whole of it.
    if (part.signature) reach = part.box;
    area = area ? united(*area, reach) : reach;
  }
  if (!area) return CoverEffect::kBlank;
  if (last.everywhere) {
    return shows_anything_in(last.rect, {own}, budget) ? CoverEffect::kCannotTell
                                                       : CoverEffect::kBlank;
  }
  if (!(area->width() < 1e5) || !(area->height() < 1e5)) return CoverEffect::kCannotTell;
  const auto grid = Grid::over(*area, 0.25 / geometry_.user_unit);
  if (!spend(budget.cells, grid.cells() * 8)) return CoverEffect::kCannotTell;
  CoverGrid grown{grid};
  for (const auto* cover : covers) {
    if (!overlap(cover->rect, *area)) continue;
    if (cover->everywhere) {
      grown.paint_all(cover->rect, budget);
    } else {
      grown.paint(cover->drawing, cover->rect, budget);
    }
  }
  std::optional<CoverGrid> old;
  if (before != nullptr && !before->everywhere && before->drawing.complete &&
      before->drawing.understood) {
    old.emplace(grid).paint(before->drawing, before->rect, budget);
  }
  Measure measure{grown, old ? &*old : nullptr, kind, geometry_.user_unit, budget};
  for (const auto* part : below) measure.add(*part);
  measure.finish();
  auto effect = measure.effect();
  const bool known = last.drawing.complete && last.drawing.understood;
  if (effect == CoverEffect::kHides && !known) effect = CoverEffect::kCannotTell;
  return effect;
}

}  // namespace antin::pdf
