#include <algorithm>
#include <cmath>

#include "pdf/read/drawing_image.h"
#include "pdf/read/page_drawing.h"

namespace antin::pdf {
namespace {

constexpr std::uint8_t kHalf = 128;   // darker than this: hidden
constexpr std::uint8_t kClear = 250;  // darker than this: touched
constexpr double kGlyphLost = 0.5, kBandLost = 0.75, kWordLost = 0.4;
constexpr double kFineWindow = 6, kFineLost = 0.5, kCoarseWindow = 24, kCoarseLost = 0.75;
constexpr double kSignatureLost = 0.5;
constexpr double kLetterSize = 24;  // outlines up to this may be letters
constexpr int kAcross = 16, kUp = 6, kBands = 5;
constexpr double kBand = 0.25, kLowestBand = -kBand;  // em

/// Where it is looked for whether a glyph can still be read, in em: all bands.
Rect sampled_box(const DrawnGlyph& glyph) {
  return {std::min(glyph.advance, 0.0), kLowestBand, std::max(glyph.advance, 0.0),
          kLowestBand + kBands * kBand};
}

Rect grown(const Rect& box) {
  return {box.left - 1, box.bottom - 1, box.right + 1, box.top + 1};
}

/// What a set of covers hides of the parts of a page.
class Measure {
 public:
  /// `touched`: where the cover has anything at all.
  Measure(const CoverGrid& cover, const CellBox& touched, const CoverGrid* before, CoverKind kind,
          double unit, DrawingBudget& budget)
      : cover_(cover),
        touched_(touched),
        before_(before),
        kind_(kind),
        unit_(unit),
        budget_(budget),
        reach_(cover.grid().area_of(touched)) {
    // A window that loses anything may begin and end this far beyond it.
    const double margin = 2 * (kCoarseWindow / unit + 2 * cover.grid().step);
    reach_ = {reach_.left - margin, reach_.bottom - margin, reach_.right + margin,
              reach_.top + margin};
  }

  CoverEffect effect() const { return effect_; }

  void add(const PageDrawing::Part& part) {
    if (!part.drawing().complete) {
      // Whatever is there, something over it may hide it.
      for (auto row = touched_.first_row; row <= touched_.last_row; ++row) {
        for (auto column = touched_.first_column; column <= touched_.last_column; ++column) {
          const auto cell = row * cover_.grid().columns + column;
          if (cover_.strict(cell) < kClear && lies_in(cell, part.box())) {
            worse(CoverEffect::kCannotTell);
            return;
          }
        }
      }
      return;
    }
    if (part.signature) {
      add_signature(part.drawing());
      return;
    }
    add_text(part.drawing(), false);
    for (const auto& shape : part.drawing().shapes) {
      const auto box = shape.box();
      if (!overlap(intersection(grown(box), reach_), cover_.grid().area)) continue;
      const auto clip = intersection(shape.clip, reach_);
      if (shape.stroke) {
        paint(shape.contours, false, clip, is_small(box) ? fine_shapes_ : coarse_);
        continue;
      }
      std::vector<std::vector<Point>> large;
      for (const auto& contour : shape.contours) {
        DrawnShape one;
        one.contours = {contour};
        if (is_small(one.box())) {
          paint(one.contours, false, clip, fine_shapes_);
        } else {
          large.push_back(contour);
        }
      }
      if (!large.empty()) paint(large, shape.even_odd, clip, coarse_);
    }
    for (const auto& image : part.drawing().images) {
      auto near = image;
      near.clip = intersection(image.clip, reach_);
      if (!overlap(intersection(image.place.map(Rect{0, 0, 1, 1}), near.clip),
                   cover_.grid().area)) {
        continue;
      }
      mark(near, false, 1, fine_);
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
    rasterise(cover_.grid(), contours, even_odd, clip, budget_, laid_out(layer));
  }
  /// Most pages need none of most layers.
  std::vector<std::uint8_t>& laid_out(std::vector<std::uint8_t>& layer) const {
    if (layer.empty()) layer.assign(cover_.grid().cells(), 0);
    return layer;
  }
  void mark(const DrawnImage& image, bool of_signature, std::uint8_t least,
            std::vector<std::uint8_t>& layer) {
    const auto plane = seen_pixels(image, of_signature, budget_);
    auto* const marks = laid_out(layer).data();
    rasterise_image(cover_.grid(), image, plane.get(), budget_,
                    [&](std::size_t first, const std::vector<std::uint8_t>& values) {
                      auto* const line = marks + first;
                      for (std::size_t i = 0; i < values.size(); ++i)
                        line[i] = static_cast<std::uint8_t>(line[i] | (values[i] >= least));
                    });
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

  /// Nothing was painted where sample() looks, whatever the band.
  bool is_clear(const DrawnGlyph& glyph) const {
    const auto box = glyph.frame.map(sampled_box(glyph));
    const auto& grid = cover_.grid();
    const auto cells = grid.cells_in(
        {box.left - grid.step, box.bottom - grid.step, box.right + grid.step, box.top + grid.step});
    return !cells || !cover_.touches(*cells);
  }

  /// False when the budget is spent.
  bool add_glyph(const DrawnGlyph& glyph, bool solid, Share& word) {
    if (!spend(budget_.cells, std::size_t{kBands} * kAcross * kUp)) {
      worse(CoverEffect::kCannotTell);
      return false;
    }
    Share body;
    for (int band = 0; band < kBands; ++band) {
      const double low = kLowestBand + band * kBand;
      const auto share = sample(glyph, low, low + kBand, solid);
      if (share.lost(kBandLost)) worse(CoverEffect::kHides);
      if (band == 1 || band == 2) body = {body.hidden + share.hidden, body.all + share.all};
      word = {word.hidden + share.hidden, word.all + share.all};
    }
    if (body.lost(kGlyphLost)) worse(CoverEffect::kHides);
    return true;
  }

  void add_text(const Drawing& drawing, bool solid) {
    Share word;
    std::size_t number = 0;
    for (const auto& glyph : drawing.glyphs) {
      const auto box = glyph.frame.map(glyph.ink);
      if (!overlap(intersection(grown(box), glyph.clip), cover_.grid().area)) continue;
      if (glyph.vague) {
        if (solid) {
          paint(ink_contour(glyph), false, glyph.clip, signature_);
        } else if (const auto near = intersection(glyph.clip, reach_); overlap(grown(box), near)) {
          paint(ink_contour(glyph), false, near, fine_);
        }
        continue;
      }
      if (glyph.leader) {
        const auto near = intersection(glyph.clip, reach_);
        if (!solid && overlap(grown(box), near)) paint(ink_contour(glyph), false, near, coarse_);
        continue;
      }
      if (glyph.word != number) word = {};
      number = glyph.word;
      if (before_ == nullptr && is_clear(glyph)) {
        word.all += kBands * kAcross * kUp;
      } else if (!add_glyph(glyph, solid, word)) {
        return;
      }
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
      mark(image, true, kHalf / 2, signature_);
    }
    Share share;
    for_each_marked(signature_, [&](std::size_t cell) {
      share.all += 1;
      if (cover_.solid(cell) < kHalf) share.hidden += 1;
      if (cover_.strict(cell) < kClear) worse(CoverEffect::kReadable);
    });
    if (share.lost(kSignatureLost)) worse(CoverEffect::kHides);
  }

  void windows(const std::vector<std::uint8_t>& layer, double size, double limit, bool solid) {
    if (layer.empty()) return;
    const auto& grid = cover_.grid();
    const auto side =
        std::max<std::size_t>(2, static_cast<std::size_t>(std::ceil(size / unit_ / grid.step)));
    const auto stride = std::max<std::size_t>(1, side / 2);
    // Half windows are counted once and put together by four.
    const auto across = (grid.columns + stride - 1) / stride;
    const auto up = (grid.rows + stride - 1) / stride;
    std::vector<Share> halves(across * up);
    for_each_marked(layer, [&](std::size_t cell) {
      if (was_hidden(cell)) return;
      const auto row = cell / grid.columns, column = cell % grid.columns;
      auto& half = halves[row / stride * across + column / stride];
      half.all += 1;
      if (seen(cell, solid) < kHalf) half.hidden += 1;
      if (cover_.strict(cell) < kClear) worse(CoverEffect::kReadable);
    });
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
  const CellBox& touched_;
  const CoverGrid* before_;
  CoverKind kind_;
  double unit_;
  DrawingBudget& budget_;
  Rect reach_;  ///< what lies farther from the cover loses nothing
  CoverEffect effect_ = CoverEffect::kBlank;
  Share pending_;
  std::vector<std::uint8_t> fine_, fine_shapes_, coarse_, signature_;
};

/// Where `rect` may lie over anything that a part shows; nullopt: nowhere. Of a glyph, where it is
/// looked for as well.
std::optional<Rect> marks_within(const PageDrawing::Part& part, const Rect& rect) {
  const auto& drawing = part.drawing();
  if (!drawing.complete) return intersection(part.box(), rect);
  std::optional<Rect> reach;
  const auto add = [&](const Rect& box, const Rect& clip) {
    const auto seen = intersection(grown(box), clip);
    if (!overlap(seen, rect)) return false;
    const auto here = intersection(seen, rect);
    reach = reach ? united(*reach, here) : here;
    return true;
  };
  for (const auto& glyph : drawing.glyphs) {
    if (!add(glyph.frame.map(glyph.ink), glyph.clip)) continue;
    const auto sampled = intersection(glyph.frame.map(sampled_box(glyph)), rect);
    if (sampled.width() >= 0 && sampled.height() >= 0) reach = united(*reach, sampled);
  }
  for (const auto& shape : drawing.shapes) add(shape.box(), shape.clip);
  for (const auto& image : drawing.images) add(image.place.map(Rect{0, 0, 1, 1}), image.clip);
  return reach;
}

}  // namespace

CoverEffect PageDrawing::effect_of(const std::vector<const Cover*>& covers, const Cover* before,
                                   CoverKind kind, DrawingBudget& budget) const {
  const auto& last = *covers.back();
  std::vector<const Part*> below;
  std::optional<Rect> area;
  const auto own = last.annotation.getObjGen();
  for (const auto& part : parts_) {
    if ((own.isIndirect() && part.annotation == own) || !overlap(part.box(), last.rect)) continue;
    const auto within = marks_within(part, last.rect);
    if (!within) continue;
    below.push_back(&part);
    // How much of an earlier signature is left shows only on the whole of it.
    const auto& reach = part.signature ? part.box() : *within;
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
  CoverGrid laid{grid};
  for (const auto* cover : covers) {
    if (!overlap(cover->rect, *area)) continue;
    if (cover->everywhere) {
      laid.paint_all(cover->rect, budget);
    } else {
      laid.paint(cover->drawing(), cover->rect, budget);
    }
  }
  const auto touched = laid.touched_cells();
  if (!touched) return CoverEffect::kBlank;
  std::optional<CoverGrid> old;
  if (before != nullptr && !before->everywhere && before->drawing().complete &&
      before->drawing().understood) {
    old.emplace(grid).paint(before->drawing(), before->rect, budget);
  }
  Measure measure{laid, *touched, old ? &*old : nullptr, kind, geometry_.user_unit, budget};
  for (const auto* part : below) measure.add(*part);
  measure.finish();
  auto effect = measure.effect();
  const bool known = last.drawing().complete && last.drawing().understood;
  if (effect == CoverEffect::kHides && !known) effect = CoverEffect::kCannotTell;
  return effect;
}

}  // namespace antin::pdf
