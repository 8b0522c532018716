#include <algorithm>

#include "pdf/read/explain.h"
#include "pdf/read/references.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

/// More later appearances than this on one page are not laid over each other any more.
constexpr std::size_t kMostCovers = 64;
/// More objects than this behind one resource dictionary are read again.
constexpr std::size_t kMostReached = 20'000;

bool needs_appearances(const Object& root) {
  auto flag = key_of(key_of(root, "/AcroForm"), "/NeedAppearances");
  return flag.isBool() && flag.getBoolValue();
}

}  // namespace

DrawingsOf Explainer::drawings_before() {
  return {before_, after_, [this](const Object& before, const Object& after) {
            return stands_in_same_octets(before, after);
          }};
}

/// Stricter than equal(): nothing that either reaches was written anew.
bool Explainer::stands_in_same_octets(const Object& before, const Object& after) {
  if (before.isIndirect() || after.isIndirect()) {
    if (!unchanged(before, after)) return false;
  } else if (Object{before}.unparse() != Object{after}.unparse()) {
    return false;
  }
  const auto& references = after_.references();
  if (references.known() && !leads_to_redefined_) {
    leads_to_redefined_ = references.leading_to(redefined_, {});
  }
  std::set<QPDFObjGen> seen;
  std::vector<Object> todo{after};
  while (!todo.empty()) {
    auto object = todo.back();
    todo.pop_back();
    if (seen.size() > kMostReached) return false;
    if (object.isIndirect()) {
      if (leads_to_redefined_ && leads_to_redefined_->count(object.getObjGen()) == 0) continue;
      if (redefined(object) || object.isNull()) return false;
      if (!seen.insert(object.getObjGen()).second) continue;
    }
    ++steps_;
    if (object.isStream()) object = object.getDict();
    if (object.isArray()) {
      for (auto& item : object.getArrayAsVector()) todo.push_back(item);
    } else if (object.isDictionary()) {
      for (const auto& [key, child] : object.getDictAsMap()) todo.push_back(child);
    }
  }
  return true;
}

const PageDrawing& Explainer::drawn_before(std::size_t page) {
  const auto known = drawn_before_.find(page);
  if (known != drawn_before_.end()) return known->second;
  return drawn_before_.emplace(page, PageDrawing::read(drawings_before(), page, drawing_))
      .first->second;
}

/// Every appearance of a form field that is new or may have changed, against what the page showed
/// when it was signed. Annotations that are no fields are judged where they are met.
void Explainer::judge_covers() {
  for (const auto& field : form_after_.fields) {
    if (new_signatures_.count(field.name) == 0) continue;
    for (const auto& widget : field.widgets) redrawn_.insert(widget.getObjGen());
  }
  if (redrawn_.empty()) return;
  const auto count = std::min(before_.pages().value()->size(), after_.pages().value()->size());
  for (std::size_t page = 0; page < count; ++page) judge_page_covers(page);
}

std::vector<std::pair<Object, const FormNode*>> Explainer::new_appearances_on(std::size_t page) {
  std::vector<std::pair<Object, const FormNode*>> found;
  auto annotations = key_of((*after_.pages().value())[page].dictionary, "/Annots");
  for (int i = 0; annotations.isArray() && i < annotations.getArrayNItems(); ++i) {
    auto annotation = annotations.getArrayItem(i);
    ++steps_;
    if (!annotation.isDictionary() || redrawn_.count(annotation.getObjGen()) == 0) continue;
    const auto node = nodes_after_.find(annotation.getObjGen());
    if (node == nodes_after_.end() || !is_shown(annotation)) continue;
    found.emplace_back(annotation, &form_after_.nodes[node->second]);
  }
  return found;
}

Cover Explainer::later_cover(const Object& annotation, const FormNode& node,
                             const PageDrawing& page) {
  auto cover = read_cover(annotation, page.geometry(), after_, drawing_);
  if (node.field == FormNode::kGroup || new_signatures_.count(node.name) != 0) return cover;
  const auto& field = form_after_.fields[node.field];
  const bool drawn_by_viewer =
      needs_appearances(after_.root()) ||
      (Object{key_of(annotation, "/AP")}.isNull() && !Object{field.value}.isNull());
  if (drawn_by_viewer && field.type != "/Sig") {
    // 12.7.4.3: the viewer writes the value itself, over its own background.
    if (!Object{key_of(key_of(annotation, "/MK"), "/BG")}.isNull()) cover.everywhere = true;
    DrawnGlyph value;
    value.ink = value.clip = cover.rect;
    value.vague = true;
    auto with_value = *cover.shown;
    with_value.drawing.glyphs.push_back(value);
    cover.shown = std::make_shared<const ReadDrawing>(std::move(with_value));
  }
  return cover;
}

void Explainer::judge_page_covers(std::size_t page) {
  const auto found = new_appearances_on(page);
  if (found.empty()) return;
  auto place = below({}, "{page " + std::to_string(page + 1) + "}/Annots", Role::kAnnotation);
  place.page = page;
  if (found.size() > kMostCovers) {
    return add(place, ChangeLevel::kContent, Code::kPdfChangeBudget, Object::newNull(), true);
  }
  const auto& drawn = drawn_before(page);
  std::vector<Cover> covers;
  std::vector<const Cover*> laid;
  covers.reserve(found.size());
  for (const auto& [annotation, node] : found) {
    covers.push_back(later_cover(annotation, *node, drawn));
    laid.push_back(&covers.back());
    const auto brought = new_signatures_.find(node->name);
    const bool signature = brought != new_signatures_.end();
    std::optional<Cover> before;
    if (nodes_before_.count(annotation.getObjGen()) != 0) {
      const auto old = before_.qpdf.getObject(annotation.getObjGen());
      if (is_shown(old)) before = read_cover(old, drawn.geometry(), drawings_before(), drawing_);
    }
    const auto effect =
        drawn.effect_of(laid, before ? &*before : nullptr,
                        signature ? CoverKind::kSignature : CoverKind::kFilledField, drawing_);
    auto here = place;
    here.field = node->name;
    if (effect == CoverEffect::kHides) {
      add(here, ChangeLevel::kContent, Code::kPdfChangeHides, annotation, true);
    } else if (effect == CoverEffect::kCannotTell) {
      add(here, ChangeLevel::kContent, Code::kPdfChangeCoverUnreadable, annotation, true);
    } else if (effect == CoverEffect::kReadable && signature) {
      // Anybody can have a timestamp: the exception is for people's signatures only.
      const bool stamp = brought->second == ChangeLevel::kLongTermData;
      add(here, stamp ? ChangeLevel::kContent : brought->second,
          stamp ? Code::kPdfChangeCovers : Code::kPdfChangeOverlaps, annotation, stamp);
    }
  }
}

}  // namespace antin::pdf
