// What pages and annotations of any document draw, and what annotations hide of their page. A cover
// whose drawing nobody understands must never count for less than what it really draws.

#include <memory>
#include <utility>

#include "pdf/read/form.h"
#include "pdf/read/page_drawing.h"
#include "tests/fuzz/require.h"

namespace {

using namespace antin;
using namespace antin::pdf;
using fuzz::require;

DrawingBudget small_budget() {
  DrawingBudget budget;
  budget.operators = 20'000;
  budget.octets = std::size_t{4} << 20U;
  budget.marks = 20'000;
  budget.points = 100'000;
  budget.cells = 8'000'000;
  return budget;
}

void look_at(Document::Inside& document, std::size_t page) {
  auto budget = small_budget();
  const auto drawn = PageDrawing::read(document, page, budget);
  auto annotations = key_of((*document.pages().value())[page].dictionary, "/Annots");
  for (int i = 0; annotations.isArray() && i < annotations.getArrayNItems() && i < 3; ++i) {
    const auto annotation = annotations.getArrayItem(i);
    if (!QPDFObjectHandle{annotation}.isDictionary() || !is_shown(annotation)) continue;
    auto own = small_budget();
    const auto cover = read_cover(annotation, drawn.geometry(), document, own);
    auto opaque = cover;
    auto mistrusted = *cover.shown;
    mistrusted.drawing.understood = false;
    opaque.shown = std::make_shared<const ReadDrawing>(std::move(mistrusted));
    const auto effect = drawn.effect_of({&cover}, nullptr, CoverKind::kSignature, own);
    auto fresh = small_budget();
    fresh.cells *= 4;
    const auto most = drawn.effect_of({&opaque}, nullptr, CoverKind::kSignature, fresh);
    require(cover.everywhere || effect <= most);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  OpenOptions options;
  options.limits.max_objects = 20'000;
  options.limits.max_pages = 100;
  options.limits.max_stream_octets = std::size_t{4} << 20U;
  const auto document = Document::open(SharedBytes{Bytes(data, data + size)}, options);
  if (!document) return 0;
  static_cast<void>(guarded("drawing", [&]() -> Status {
    auto& inside = document.value().inside();
    ANTIN_TRY(const auto* pages, inside.pages());
    for (std::size_t page = 0; page < pages->size() && page < 2; ++page) look_at(inside, page);
    return Done{};
  }));
  return 0;
}
