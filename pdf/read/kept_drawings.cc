#include "pdf/read/kept_drawings.h"

#include "pdf/read/form.h"
#include "pdf/read/inherited.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

constexpr Rect kEverywhere{-1e6, -1e6, 1e6, 1e6};

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

KeptDrawings& kept_of(Document::Inside& document) {
  if (document.drawings == nullptr) document.drawings = std::make_shared<KeptDrawings>();
  return *document.drawings;
}

std::shared_ptr<const ReadDrawing> read_content(Document::Inside& document, std::size_t page,
                                                DrawingBudget& budget) {
  const auto& leaf = (*document.pages().value())[page];
  ReadDrawing read;
  read_drawing({key_of(leaf.dictionary, "/Contents"),
                inherited(leaf.dictionary, "/Resources"),
                {},
                kEverywhere},
               {DrawingPurpose::kContent, kept_of(document).fonts, budget}, read.drawing);
  read.box = box_of(read.drawing, kEverywhere);
  return std::make_shared<const ReadDrawing>(std::move(read));
}

std::shared_ptr<const ReadDrawing> read_annotation(Document::Inside& document,
                                                   const Object& annotation, DrawingPurpose purpose,
                                                   DrawingBudget& budget) {
  const auto rect = read_rect(key_of(annotation, "/Rect")).value_or(kEverywhere);
  ReadDrawing read;
  read_appearance(annotation, rect, {purpose, kept_of(document).fonts, budget}, read.drawing);
  read.box = box_of(read.drawing, rect);
  return std::make_shared<const ReadDrawing>(std::move(read));
}

}  // namespace

Object DrawingsOf::shared(const Object& here) const {
  if (is_newest() || !here.isIndirect()) return here;
  const auto there = newest_.qpdf.getObject(here.getObjGen());
  return same_(here, there) ? there : here;
}

std::shared_ptr<const ReadDrawing> DrawingsOf::content(std::size_t page,
                                                       DrawingBudget& budget) const {
  if (!is_newest()) {
    const auto newest = newest_.pages();
    if (!newest || page >= newest.value()->size()) return read_content(document_, page, budget);
    const auto& here = (*document_.pages().value())[page].dictionary;
    const auto& there = (*newest.value())[page].dictionary;
    if (!same_(key_of(here, "/Contents"), key_of(there, "/Contents")) ||
        !same_(inherited(here, "/Resources"), inherited(there, "/Resources"))) {
      return read_content(document_, page, budget);
    }
  }
  auto& kept = kept_of(newest_).contents[page];
  if (kept == nullptr) kept = read_content(newest_, page, budget);
  return kept;
}

std::shared_ptr<const ReadDrawing> DrawingsOf::appearance(const Object& annotation,
                                                          DrawingPurpose purpose,
                                                          DrawingBudget& budget) const {
  if (!annotation.isIndirect()) return read_annotation(document_, annotation, purpose, budget);
  const auto id = annotation.getObjGen();
  const auto there = is_newest() ? annotation : newest_.qpdf.getObject(id);
  if (!is_newest() &&
      (!Object{there}.isDictionary() || !same_(key_of(annotation, "/AP"), key_of(there, "/AP")) ||
       !same_(key_of(annotation, "/Rect"), key_of(there, "/Rect")))) {
    return read_annotation(document_, annotation, purpose, budget);
  }
  auto& kept = kept_of(newest_).appearances[{id, purpose}];
  if (kept == nullptr) kept = read_annotation(newest_, there, purpose, budget);
  return kept;
}

}  // namespace antin::pdf
