#include "pdf/read/explain.h"

#include <algorithm>

#include "pdf/read/references.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

bool same_entry(const QPDFXRefEntry& a, const QPDFXRefEntry& b) {
  if (a.getType() != b.getType()) return false;
  if (a.getType() == 1) return a.getOffset() == b.getOffset();
  return a.getType() != 2 || (a.getObjStreamNumber() == b.getObjStreamNumber() &&
                              a.getObjStreamIndex() == b.getObjStreamIndex());
}

bool is_container(Object object) {
  return object.isDictionary() || object.isArray() || object.isStream();
}

bool same_scalar(Object a, Object b) {
  if (a.isNumber() && b.isNumber()) {
    if (a.isInteger() && b.isInteger()) return a.getIntValue() == b.getIntValue();
    return a.getNumericValue() == b.getNumericValue();
  }
  if (a.getTypeCode() != b.getTypeCode()) return false;
  if (a.isString()) return a.getStringValue() == b.getStringValue();
  return a.unparseResolved() == b.unparseResolved();
}

Object dictionary_of(Object object) {
  return object.isStream() ? object.getDict() : object;
}

}  // namespace

Explainer::Explainer(Document::Inside& before, Document::Inside& after, std::size_t signed_end,
                     ChangeBudget& budget)
    : before_(before), after_(after), signed_end_(signed_end), budget_(budget) {
  drawing_.operators = budget.operators;
  drawing_.octets = budget.octets;
  drawing_.cells = budget.cells;
  if (after_.drawings != nullptr) {
    drawing_.marks = after_.drawings->left.marks;
    drawing_.points = after_.drawings->left.points;
    drawing_.kept = after_.drawings->left.kept;
  }
}

Result<std::vector<Change>> Explainer::run() {
  find_redefined();
  // Both page trees must be sound, or "page 3" means nothing.
  ANTIN_TRY(const auto* pages_before, before_.pages());
  ANTIN_TRY(const auto* pages_after, after_.pages());
  for (const auto& page : *pages_before) at_home_.insert(page.dictionary.getObjGen());
  std::set<QPDFObjGen> later;
  for (const auto& page : *pages_after) later.insert(page.dictionary.getObjGen());
  std::erase_if(at_home_, [&](const QPDFObjGen& id) { return later.count(id) == 0; });
  Findings ignored;  // each revision's own damage is found when it is opened by itself
  const auto& limits = after_.options.limits;
  ANTIN_TRY(form_before_, read_form(before_.root(), limits, ignored));
  Findings damage;
  ANTIN_TRY(form_after_, read_form(after_.root(), limits, damage));
  if (damage.size() > ignored.size()) {
    Place place = below({}, "/Root/AcroForm");
    add(place, ChangeLevel::kUnclassified, Code::kPdfFieldDamaged, Object::newNull(), true);
  }
  pair_forms();
  compare_trailers();
  find_unsettled();  // by now it is known which appearances were replaced
  ANTIN_CHECK(drain());
  judge_agreement();
  judge_replaced_appearances();
  judge_covers();
  find_unreachable();
  budget_.operators = drawing_.operators;
  budget_.octets = drawing_.octets;
  budget_.cells = drawing_.cells;
  if (after_.drawings != nullptr) after_.drawings->left = drawing_;
  if (!spend(budget_.steps, steps_)) {
    return make_error(Code::kPdfChangeBudget, "comparing revisions");
  }
  return std::move(changes_);
}

void Explainer::find_redefined() {
  const auto before = before_.qpdf.getXRefTable();
  const auto after = after_.qpdf.getXRefTable();
  steps_ += (before.size() + after.size()) / 8;
  std::set<int> numbers;
  const auto note = [&](const QPDFObjGen& id) {
    redefined_.insert(id);
    numbers.insert(id.getObj());
  };
  for (const auto& [id, entry] : after) {
    const auto old = before.find(id);
    if (old == before.end() || !same_entry(old->second, entry)) note(id);
  }
  for (const auto& [id, entry] : before) {
    if (after.find(id) == after.end()) note(id);
  }
  // An object whose own entry stands is new all the same when the object stream around it is.
  for (const auto* table : {&before, &after}) {
    for (const auto& [id, entry] : *table) {
      if (entry.getType() == 2 && numbers.count(entry.getObjStreamNumber()) != 0) {
        redefined_.insert(id);
      }
    }
  }
}

/// An appearance that was replaced is followed like what was redefined: who else refers to it is
/// asked later.
void Explainer::find_unsettled() {
  auto followed = redefined_;
  for (const auto& [id, place] : replaced_appearances_) followed.insert(id);
  unsettled_ = after_.references().leading_to(followed, at_home_);
}

bool Explainer::is_settled(const Object& after) {
  if (!after_.references().known()) return false;
  if (!unsettled_) find_unsettled();
  return after.isIndirect() && unsettled_->count(after.getObjGen()) == 0;
}

bool Explainer::existed(const Object& object) const {
  return object.isIndirect() && !before_.qpdf.getObject(object.getObjGen()).isNull();
}

Status Explainer::drain() {
  const auto limit = std::min(after_.options.limits.max_objects * 8, budget_.steps);
  while (!work_.empty()) {
    if (++steps_ > limit) {
      return make_error(Code::kResourceLimit, "comparing two revisions takes too long");
    }
    const auto pair = std::move(work_.back());
    work_.pop_back();
    compare(pair);
  }
  return Done{};
}

Place Explainer::below(const Place& place, std::string segment, std::optional<Role> role) {
  auto next = place;
  next.role = role ? *role : role_below(place.role, segment);
  paths_.push_back({place.path, std::move(segment)});
  next.path = paths_.size() - 1;
  return next;
}

std::string Explainer::path_text(std::size_t path) const {
  std::vector<const std::string*> segments;
  for (; path != 0 && segments.size() < 64; path = paths_[path].parent) {
    segments.push_back(&paths_[path].segment);
  }
  std::string text;
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) text += **segment;
  return text;
}

void Explainer::enqueue(const Object& before, const Object& after, const Place& place) {
  work_.push_back({before, after, place});
}

void Explainer::add(const Place& place, ChangeLevel level, Code what, const Object& object,
                    bool never_permitted, const char* remark) {
  Change change{object.isIndirect() ? id_of(object) : ObjectId{},
                place.page,
                level,
                what,
                place.field,
                path_text(place.path),
                never_permitted};
  if (*remark != '\0') change.detail += std::string{" ("} + remark + ")";
  changes_.push_back(std::move(change));
}

void Explainer::differ(const Place& place, const Object& before, const Object& after) {
  const auto meaning = meaning_of(place.role);
  const bool gone = Object{after}.isNull();
  add(place, meaning.level, meaning.what, gone ? before : after, meaning.never_permitted);
  if (!gone) new_subtrees_.push_back(after);
}

Object Explainer::shared(const Object& before) {
  if (!before.isIndirect() || redefined(before)) return before;
  // Where a length that stands elsewhere has changed the later reading may fail.
  const auto later = after_.qpdf.getObject(before.getObjGen());
  return Object{later}.isNull() ? before : later;
}

std::vector<std::string> Explainer::keys_of_either(Object before, Object after) {
  const auto old = before.getDictAsMap(), now = after.getDictAsMap();
  std::vector<std::string> keys;
  keys.reserve(old.size() + now.size());
  for (const auto* dictionary : {&old, &now}) {
    for (const auto& [key, value] : *dictionary) keys.push_back(key);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::erase_if(keys, [&](const std::string& key) {
    auto x = before.getKey(key), y = after.getKey(key);
    return !unchanged(x, y) && x.isNull() && y.isNull();
  });
  return keys;
}

bool Explainer::unchanged(const Object& before, const Object& after) {
  return before.isIndirect() && after.isIndirect() && before.getObjGen() == after.getObjGen() &&
         !redefined(before);
}

void Explainer::compare(const Pair& pair) {
  auto before = pair.before, after = pair.after;
  const auto& place = pair.place;
  if (before.isIndirect() && after.isIndirect()) {
    const auto id = after.getObjGen();
    reached_.insert(id);
    const bool same_number = before.getObjGen() == id;
    if (same_number && at_home_.count(id) != 0) return;
    if (same_number && !redefined(before)) {
      if (!is_settled(after)) walk_same(pair);
      return;
    }
    if (!seen_.emplace(before.getObjGen(), id, place.role).second) return;
  } else if (after.isIndirect()) {
    reached_.insert(after.getObjGen());
  }
  if (!is_container(before) || !is_container(after)) {
    if (!same_scalar(before, after)) differ(place, before, after);
    return;
  }
  if (before.getTypeCode() != after.getTypeCode()) return differ(place, before, after);
  if (before.isArray()) {
    const auto count = before.getArrayNItems();
    if (count != after.getArrayNItems()) return differ(place, before, after);
    for (int i = 0; i < count; ++i) {
      enqueue(before.getArrayItem(i), after.getArrayItem(i),
              below(place, "[" + std::to_string(i) + "]"));
    }
  } else if (before.isDictionary()) {
    compare_dictionaries(before, after, place);
  } else {
    compare_streams(before, after, place);
  }
}

void Explainer::compare_dictionaries(Object before, Object after, const Place& place) {
  for (const auto& key : keys_of_either(before, after)) {
    const auto old = before.getKey(key), now = after.getKey(key);
    const bool scalars = !unchanged(old, now) && !is_container(old) && !is_container(now);
    if (scalars && same_scalar(old, now)) {
      if (now.isIndirect()) reached_.insert(now.getObjGen());
      continue;
    }
    enqueue(old, now, below(place, key));
  }
}

void Explainer::compare_streams(const Object& before, const Object& after, const Place& place) {
  auto old_dictionary = dictionary_of(before), new_dictionary = dictionary_of(after);
  const auto same_key = [&](const char* key) {
    return equal(old_dictionary.getKey(key), new_dictionary.getKey(key));
  };
  bool same = same_key("/Filter") && same_key("/DecodeParms") && same_key("/F");
  if (same) {
    const auto old_data = Object{before}.getRawStreamData();
    const auto new_data = Object{after}.getRawStreamData();
    same = old_data->getSize() == new_data->getSize() &&
           std::equal(old_data->getBuffer(), old_data->getBuffer() + old_data->getSize(),
                      new_data->getBuffer());
  }
  if (!same && same_key("/F")) {
    const auto limit = after_.options.limits.max_stream_octets / 4;
    const auto old_data = decoded_stream(before, limit), new_data = decoded_stream(after, limit);
    same = old_data && new_data && old_data.value() && new_data.value() &&
           *old_data.value() == *new_data.value();
  }
  if (!same) return differ(place, before, after);
  for (const auto& key : keys_of_either(old_dictionary, new_dictionary)) {
    if (key == "/Length" || key == "/Filter" || key == "/DecodeParms") continue;
    enqueue(old_dictionary.getKey(key), new_dictionary.getKey(key), below(place, key));
  }
}

/// An object whose octets both revisions share: only what it refers to can have changed. The later
/// revision's reading of it is walked: all entries of a dictionary, also those whose object an
/// update freed or made unreadable, which getKeys() leaves out.
void Explainer::walk_same(const Pair& pair) {
  const auto& place = pair.place;
  if (!seen_same_.emplace(pair.after.getObjGen(), place.role).second) return;
  if (!is_container(pair.after)) {
    // A stream whose length stands elsewhere can read otherwise now, or not at all.
    const auto earlier = before_.qpdf.getObject(pair.after.getObjGen());
    if (is_container(earlier) || !same_scalar(earlier, pair.after)) {
      differ(place, earlier, pair.after);
    }
    return;
  }
  struct Item {
    Object object;
    Place place;
  };
  std::vector<Item> stack{{dictionary_of(pair.after), place}};
  const auto visit = [&](const Object& child, const std::string& segment, const Place& here) {
    if (child.isIndirect()) {
      const auto id = child.getObjGen();
      reached_.insert(id);
      if (at_home_.count(id) != 0) return;
      if (redefined(child)) {
        enqueue(before_.qpdf.getObject(id), child, below(here, segment));
      } else if (seen_same_.count({id, here.role}) == 0) {
        enqueue(child, child, below(here, segment));
      }
    } else if (is_container(child)) {
      stack.push_back({child, below(here, segment)});
    }
  };
  while (!stack.empty()) {
    auto [object, here] = std::move(stack.back());
    stack.pop_back();
    if (object.isArray()) {
      for (int i = 0; i < object.getArrayNItems(); ++i) {
        visit(object.getArrayItem(i), "[" + std::to_string(i) + "]", here);
      }
    } else if (object.isDictionary()) {
      for (const auto& [key, child] : object.getDictAsMap()) visit(child, key, here);
    }
  }
}

bool Explainer::equal(const Object& before, const Object& after) {
  struct Item {
    Object before, after;
    bool shared;  ///< the octets are the same; what they refer to may not be
  };
  std::vector<Item> stack{{before, after, false}};
  std::set<std::pair<QPDFObjGen, QPDFObjGen>> seen;
  while (!stack.empty()) {
    if (++steps_ > std::min(after_.options.limits.max_objects, budget_.steps)) return false;
    auto [a, b, same] = std::move(stack.back());
    stack.pop_back();
    if (b.isIndirect() && (same || unchanged(a, b)) && !redefined(b) && is_settled(b)) continue;
    if (same && b.isIndirect() && (redefined(b) || !is_container(b))) {
      a = before_.qpdf.getObject(b.getObjGen());
      same = false;
    }
    if (a.isIndirect() && b.isIndirect()) {
      if (a.getObjGen() == b.getObjGen() && at_home_.count(a.getObjGen()) != 0) continue;
      if (!seen.emplace(a.getObjGen(), b.getObjGen()).second) continue;
    }
    if (unchanged(a, b) && is_container(b)) {
      a = b;
      same = true;
    }
    if (!is_container(a) || !is_container(b)) {
      if (!same && !same_scalar(a, b)) return false;
      continue;
    }
    if (a.getTypeCode() != b.getTypeCode()) return false;
    if (a.isArray()) {
      if (a.getArrayNItems() != b.getArrayNItems()) return false;
      for (int i = 0; i < a.getArrayNItems(); ++i) {
        stack.push_back({a.getArrayItem(i), b.getArrayItem(i), same});
      }
      continue;
    }
    if (a.isStream() && !same) {
      const auto x = a.getRawStreamData(), y = b.getRawStreamData();
      if (x->getSize() != y->getSize() ||
          !std::equal(x->getBuffer(), x->getBuffer() + x->getSize(), y->getBuffer())) {
        return false;
      }
    }
    if (same) {
      for (const auto& [key, child] : dictionary_of(b).getDictAsMap()) {
        stack.push_back({child, child, true});
      }
      continue;
    }
    auto x = dictionary_of(a), y = dictionary_of(b);
    for (const auto& key : keys_of_either(x, y))
      stack.push_back({x.getKey(key), y.getKey(key), false});
  }
  return true;
}

void Explainer::mark_reachable(std::vector<Object> roots) {
  while (!roots.empty()) {
    auto object = roots.back();
    roots.pop_back();
    if (object.isStream()) object = object.getDict();
    const auto visit = [&](const Object& child) {
      if (child.isIndirect() && !reached_.insert(child.getObjGen()).second) return;
      if (is_container(child)) roots.push_back(child);
    };
    if (object.isArray()) {
      for (int i = 0; i < object.getArrayNItems(); ++i) visit(object.getArrayItem(i));
    } else if (object.isDictionary()) {
      for (const auto& key : object.getKeys()) visit(object.getKey(key));
    }
  }
}

void Explainer::find_unreachable() {
  for (const auto& root : new_subtrees_) {
    if (root.isIndirect()) reached_.insert(root.getObjGen());
  }
  mark_reachable(new_subtrees_);
  for (const auto& id : redefined_) {
    if (reached_.count(id) != 0) continue;
    auto object = after_.qpdf.getObject(id);
    if (object.isNull()) continue;
    const auto type = name_of(key_of(object, "/Type"));
    // The containers of the update itself.
    if (object.isStream() && (type == "XRef" || type == "ObjStm")) continue;
    add({}, ChangeLevel::kNone, Code::kPdfUnreachableObject, object);
  }
}

}  // namespace antin::pdf
