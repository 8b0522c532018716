#include <algorithm>

#include "pdf/read/explain.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

bool is_page_attribute(const std::string& key) {
  return key == "/MediaBox" || key == "/CropBox" || key == "/Rotate" || key == "/UserUnit" ||
         key == "/BleedBox" || key == "/TrimBox" || key == "/ArtBox" || key == "/Group" ||
         key == "/BoxColorInfo" || key == "/SeparationInfo" || key == "/VP";
}

/// Annotations that a person writes on paper, so to speak (12.5.6); everything else acts, plays or
/// replaces content.
bool is_markup(const std::string& subtype) {
  static const std::set<std::string, std::less<>> markup = {
      "Text",     "FreeText",  "Line",      "Square",         "Circle",    "Polygon",
      "PolyLine", "Highlight", "Underline", "Squiggly",       "StrikeOut", "Stamp",
      "Caret",    "Ink",       "Popup",     "FileAttachment", "Redact",    "Link"};
  return markup.count(subtype) != 0;
}

bool acts(const Object& annotation) {
  if (!key_of(annotation, "/AA").isNull()) return true;
  const auto action = key_of(annotation, "/A");
  if (Object{action}.isNull()) return false;
  const auto kind = name_of(key_of(action, "/S"));
  return (kind != "GoTo" && kind != "URI") || !key_of(action, "/Next").isNull();
}

std::vector<Object> items_of(Object array) {
  std::vector<Object> items;
  for (int i = 0; array.isArray() && i < array.getArrayNItems(); ++i) {
    items.push_back(array.getArrayItem(i));
  }
  return items;
}

}  // namespace

void Explainer::compare_pages(const Place& place) {
  const auto* before = before_.pages().value();
  const auto* after = after_.pages().value();
  const auto tree = below(place, "", Role::kPageTree);
  // Interior nodes: whatever differs in them (order, counts, inherited attributes).
  struct Node {
    Object before, after;
    Place place;
  };
  std::set<QPDFObjGen> leaves;
  for (const auto& page : *before) leaves.insert(page.dictionary.getObjGen());
  for (const auto& page : *after) leaves.insert(page.dictionary.getObjGen());
  std::vector<Node> stack{
      {key_of(before_.root(), "/Pages"), key_of(after_.root(), "/Pages"), tree}};
  const bool counts_differ = before->size() != after->size();
  while (!stack.empty()) {
    auto [old, now, here] = std::move(stack.back());
    stack.pop_back();
    if (now.isIndirect()) reached_.insert(now.getObjGen());
    if (now.isIndirect() && leaves.count(now.getObjGen()) != 0 && !counts_differ) continue;
    if (!old.isDictionary() || !now.isDictionary()) {
      if (!counts_differ) differ(here, old, now);
      continue;
    }
    if (old.isIndirect() && now.isIndirect() && old.getObjGen() == now.getObjGen()) {
      at_home_.insert(now.getObjGen());
    }
    for (const auto& key : keys_of_either(old, now)) {
      auto x = old.getKey(key), y = now.getKey(key);
      if (key == "/Kids") {
        const auto old_kids = items_of(x), new_kids = items_of(y);
        if (y.isIndirect()) reached_.insert(y.getObjGen());
        if (old_kids.size() != new_kids.size()) {
          if (!counts_differ) differ(below(here, key), x, y);
          continue;
        }
        for (std::size_t i = 0; i < old_kids.size(); ++i) {
          stack.push_back(
              {old_kids[i], new_kids[i], below(here, "/Kids[" + std::to_string(i) + "]")});
        }
      } else if (key == "/Parent") {
        if (x.isIndirect() != y.isIndirect() ||
            (x.isIndirect() && x.getObjGen() != y.getObjGen())) {
          differ(below(here, key), x, y);
        }
      } else if (key == "/Resources") {
        enqueue(x, y, below(here, key, Role::kPageResources));
      } else if (!(key == "/Count" && counts_differ)) {
        enqueue(x, y, below(here, key));
      }
    }
  }

  if (counts_differ) {
    const bool more = after->size() > before->size();
    auto here = tree;
    here.page = std::min(before->size(), after->size());
    add(here, ChangeLevel::kContent, more ? Code::kPdfChangePageAdded : Code::kPdfChangePageRemoved,
        (more ? *after : *before)[*here.page].dictionary, true);
    for (const auto& page : *after) new_subtrees_.push_back(page.dictionary);
  }
  for (std::size_t i = 0; i < std::min(before->size(), after->size()); ++i) compare_page(i, place);
}

void Explainer::compare_page(std::size_t page, const Place& place) {
  auto old = (*before_.pages().value())[page].dictionary;
  auto now = (*after_.pages().value())[page].dictionary;
  auto here = below(place, "{page " + std::to_string(page + 1) + "}", Role::kPageTree);
  here.page = page;
  if (now.isIndirect()) reached_.insert(now.getObjGen());
  for (const auto& key : keys_of_either(old, now)) {
    auto x = old.getKey(key), y = now.getKey(key);
    auto there = below(here, key);
    if (key == "/Annots") {
      compare_annotations(x, y, there);
    } else if (key == "/Contents") {
      there.role = Role::kPageContent;
      enqueue(x, y, there);
    } else if (key == "/Resources") {
      there.role = Role::kPageResources;
      enqueue(x, y, there);
    } else if (is_page_attribute(key)) {
      there.role = Role::kPageAttributes;
      enqueue(x, y, there);
    } else if (key == "/AA" || key == "/AF") {
      there.role = key == "/AA" ? Role::kAction : Role::kAttachment;
      enqueue(x, y, there);
    } else if (key == "/Parent") {
      if (x.isIndirect() != y.isIndirect() || (x.isIndirect() && x.getObjGen() != y.getObjGen())) {
        differ(there, x, y);
      }
    } else if (key == "/Tabs" && !new_signatures_.empty() && x.isNull() && y.isName()) {
      // The order of tabulation that some signers set together with the first field.
      auto level = ChangeLevel::kNone;
      for (const auto& [name, brings] : new_signatures_) level = std::max(level, brings);
      add(there, level, Code::kPdfChangeSignatureBookkeeping, now);
    } else {
      there.role = key == "/StructParents" ? Role::kStructure : Role::kUnclassified;
      enqueue(x, y, there);
    }
  }
}

void Explainer::compare_annotations(const Object& before, const Object& after, const Place& place) {
  if (after.isIndirect()) reached_.insert(after.getObjGen());
  const auto usable = [](Object array) { return array.isNull() || array.isArray(); };
  const auto here = below(place, "", Role::kAnnotation);
  if (!usable(before) || !usable(after)) {
    if (!equal(before, after)) {
      add(here, ChangeLevel::kUnclassified, Code::kPdfChangeUnclassified, after);
    }
    return;
  }
  const auto old = items_of(before), now = items_of(after);
  std::map<QPDFObjGen, std::size_t> old_at, new_at;
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (old[i].isIndirect()) old_at.emplace(old[i].getObjGen(), i);
  }
  std::size_t last = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const auto there = below(here, "[" + std::to_string(i) + "]");
    if (!now[i].isIndirect()) {
      // Direct annotations have no identity but their place.
      if (i < old.size() && !old[i].isIndirect()) {
        compare_annotation(old[i], now[i], there);
      } else {
        judge_new_annotation(now[i], there);
      }
      continue;
    }
    reached_.insert(now[i].getObjGen());
    new_at.emplace(now[i].getObjGen(), i);
    const auto found = old_at.find(now[i].getObjGen());
    if (found == old_at.end()) {
      judge_new_annotation(now[i], there);
      continue;
    }
    if (found->second < last) {
      add(there, ChangeLevel::kUnclassified, Code::kPdfChangeAnnotationChanged, now[i], true,
          "order");
    }
    last = found->second;
    compare_annotation(old[found->second], now[i], there);
  }
  for (std::size_t i = 0; i < old.size(); ++i) {
    const auto& gone = old[i];
    if (gone.isIndirect() ? new_at.count(gone.getObjGen()) != 0
                          : i < now.size() && !now[i].isIndirect()) {
      continue;
    }
    auto there = below(here, "[" + std::to_string(i) + "]");
    const auto node = nodes_before_.find(gone.getObjGen());
    if (gone.isIndirect() && node != nodes_before_.end()) {
      const auto& form_node = form_before_.nodes[node->second];
      there.field = form_node.name;
      const bool held_signature = form_node.field != FormNode::kGroup &&
                                  !Object{form_before_.fields[form_node.field].value}.isNull() &&
                                  form_before_.fields[form_node.field].type == "/Sig";
      add(there, ChangeLevel::kContent,
          held_signature ? Code::kPdfChangeSignatureRemoved : Code::kPdfChangeFieldRemoved, gone,
          true);
    } else if (name_of(key_of(gone, "/Subtype")) == "Widget") {
      add(there, ChangeLevel::kContent, Code::kPdfChangeFieldRemoved, gone, true);
    } else {
      add(there, ChangeLevel::kAnnotation, Code::kPdfChangeAnnotationRemoved, gone);
    }
  }
}

void Explainer::compare_annotation(Object before, Object after, const Place& place) {
  if (after.isIndirect()) {
    reached_.insert(after.getObjGen());
    // A form field's widget is compared with its field.
    if (at_home_.count(after.getObjGen()) != 0 && nodes_after_.count(after.getObjGen()) != 0)
      return;
    if (unchanged(before, after)) {
      // The dictionary stands, and what it shows may still be another thing.
      if (!equal(key_of(before, "/AP"), key_of(after, "/AP")) &&
          is_drawn_over_content(after, place)) {
        add(place, ChangeLevel::kContent, Code::kPdfChangeCovers, after, true);
      }
      return enqueue(before, after, place);
    }
  }
  if (!before.isDictionary() || !after.isDictionary()) {
    // 12.5.2: nothing else is an annotation, and what became something else is not compared.
    if (equal(before, after)) return;
    const bool gone = after.isNull() && before.isDictionary();
    return add(place, gone ? ChangeLevel::kAnnotation : ChangeLevel::kUnclassified,
               gone ? Code::kPdfChangeAnnotationRemoved : Code::kPdfChangeUnclassified,
               gone ? before : after, !gone);
  }
  if (after.isIndirect()) at_home_.insert(after.getObjGen());
  const auto keys = keys_of_either(before, after);
  bool looks_different = false;
  for (const auto& key : keys) {
    auto x = before.getKey(key), y = after.getKey(key);
    auto here = below(place, key);
    const bool same = equal(x, y);
    if (here.role != place.role) {
      // An action, a layer, a file: none of the annotation's looks.
    } else if (key == "/Subtype" || key == "/FT" || key == "/Parent") {
      here.role = Role::kUnclassified;
    } else if (!same && key != "/M" && key != "/NM" && key != "/Popup" && key != "/Contents" &&
               key != "/P") {
      looks_different = true;
    }
    enqueue(x, y, here);
  }
  if (looks_different && is_drawn_over_content(after, place)) {
    add(place, ChangeLevel::kContent, Code::kPdfChangeCovers, after, true);
  }
}

void Explainer::judge_new_annotation(Object annotation, const Place& place) {
  auto here = place;
  new_subtrees_.push_back(annotation);
  const auto node = nodes_after_.find(annotation.getObjGen());
  if (annotation.isIndirect() && node != nodes_after_.end()) {
    const auto& form_node = form_after_.nodes[node->second];
    here.field = form_node.name;
    const auto brought = new_signatures_.find(form_node.name);
    if (brought != new_signatures_.end() && nodes_before_.count(annotation.getObjGen()) == 0 &&
        !existed(annotation)) {
      return add(here, brought->second, Code::kPdfChangeSignatureBookkeeping, annotation);
    }
    return add(here, ChangeLevel::kUnclassified, Code::kPdfChangeFieldAdded, annotation, true);
  }
  if (!annotation.isDictionary()) {
    if (annotation.isNull()) return;
    return add(here, ChangeLevel::kUnclassified, Code::kPdfChangeUnclassified, annotation);
  }
  const auto subtype = name_of(key_of(annotation, "/Subtype"));
  if (subtype == "Widget") {
    return add(here, ChangeLevel::kUnclassified, Code::kPdfChangeFieldAdded, annotation, true,
               "widget without a field");
  }
  if (!is_markup(subtype)) {
    return add(here, ChangeLevel::kUnclassified, Code::kPdfChangeAnnotationAdded, annotation, true,
               subtype.c_str());
  }
  if (acts(annotation)) {
    return add(here, ChangeLevel::kUnclassified, Code::kPdfChangeAction, annotation, true);
  }
  if (!key_of(annotation, "/OC").isNull()) {
    return add(here, ChangeLevel::kContent, Code::kPdfChangeOptionalContent, annotation, true);
  }
  add(here, ChangeLevel::kAnnotation, Code::kPdfChangeAnnotationAdded, annotation);
  if (is_drawn_over_content(annotation, here)) {
    add(here, ChangeLevel::kContent, Code::kPdfChangeCovers, annotation, true);
  }
}

/// judging.md: over anything drawn, a highlight too.
bool Explainer::is_drawn_over_content(const Object& annotation, const Place& place) {
  if (!is_shown(annotation)) return false;
  if (!place.page || *place.page >= before_.pages().value()->size()) return true;
  const auto& page = drawn_before(*place.page);
  const auto extent = extent_of(annotation, page.geometry());
  return !extent || page.shows_anything_in(*extent, {annotation.getObjGen()}, drawing_);
}

}  // namespace antin::pdf
