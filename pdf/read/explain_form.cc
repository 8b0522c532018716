#include <algorithm>

#include "pdf/read/explain.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

// Annotation flags, ISO 32000-2 table 167.
constexpr std::int64_t kInvisible = 1, kHidden = 2, kPrint = 4, kNoZoom = 8, kNoRotate = 16,
                       kNoView = 32, kToggleNoView = 256;
/// Whether and how something is drawn, on screen or on paper.
constexpr std::int64_t kDrawing =
    kInvisible | kHidden | kPrint | kNoZoom | kNoRotate | kNoView | kToggleNoView;
constexpr std::int64_t kReadOnly = 1;  // of /Ff, table 227

std::int64_t integer_or_zero(Object object) {
  return object.isInteger() ? object.getIntValue() : 0;
}

bool is_signed(const FormField& field) {
  return field.type == "/Sig" && !Object{field.value}.isNull();
}

bool names_field(const FieldLock& lock, const std::string& name) {
  // A group's name stands for everything below it (12.8.2.4).
  const bool listed =
      std::any_of(lock.fields.begin(), lock.fields.end(), [&](const std::string& entry) {
        return name == entry ||
               (name.size() > entry.size() && name.starts_with(entry) && name[entry.size()] == '.');
      });
  switch (lock.action) {
    case FieldLock::Action::kAll:
      return true;
    case FieldLock::Action::kInclude:
      return listed;
    case FieldLock::Action::kExclude:
      break;
  }
  return !listed;
}

}  // namespace

bool Explainer::was_signed(const FormField& field) {
  return field.type == "/Sig" && !shared(field.value).isNull();
}

void Explainer::pair_forms() {
  for (std::size_t i = 0; i < form_before_.nodes.size(); ++i) {
    const auto& node = form_before_.nodes[i].dictionary;
    if (node.isIndirect()) nodes_before_.emplace(node.getObjGen(), i);
  }
  for (std::size_t i = 0; i < form_after_.nodes.size(); ++i) {
    const auto& node = form_after_.nodes[i].dictionary;
    if (!node.isIndirect()) continue;
    nodes_after_.emplace(node.getObjGen(), i);
    if (nodes_before_.count(node.getObjGen()) != 0) at_home_.insert(node.getObjGen());
  }
  std::map<std::string, const FormField*> old_fields;
  for (const auto& field : form_before_.fields) old_fields.emplace(field.name, &field);
  for (const auto& field : form_after_.fields) {
    if (field.type != "/Sig") continue;
    const auto old = old_fields.find(field.name);
    const bool signed_before = old != old_fields.end() && was_signed(*old->second);
    const bool now_signed = is_signed(field);
    if (signed_before || (!now_signed && old != old_fields.end())) continue;
    const bool stamp = now_signed && is_timestamp_value(field.value);
    new_signatures_[field.name] = stamp ? ChangeLevel::kLongTermData : ChangeLevel::kSignature;
    if (!now_signed || stamp) continue;
    if (const auto lock = read_field_lock(field.lock)) new_locks_.push_back(*lock);
    auto references = key_of(field.value, "/Reference");
    for (int i = 0; references.isArray() && i < std::min(references.getArrayNItems(), 100); ++i) {
      const auto reference = references.getArrayItem(i);
      if (name_of(key_of(reference, "/TransformMethod")) != "FieldMDP") continue;
      if (const auto lock = read_field_lock(key_of(reference, "/TransformParams"))) {
        new_locks_.push_back(*lock);
      }
    }
  }
}

bool Explainer::is_locked_by_new_signature(const std::string& name) const {
  return std::any_of(new_locks_.begin(), new_locks_.end(),
                     [&](const FieldLock& lock) { return names_field(lock, name); });
}

void Explainer::compare_form(Object before, Object after, const Place& place) {
  if (before.isIndirect() && after.isIndirect() && before.getObjGen() == after.getObjGen()) {
    at_home_.insert(after.getObjGen());
  }
  if (after.isIndirect()) reached_.insert(after.getObjGen());
  const auto form = below(place, "", Role::kForm);
  if (before.isNull() && after.isNull()) return;
  if ((!before.isNull() && !before.isDictionary()) || !after.isDictionary()) {
    return differ(form, before, after);
  }
  if (before.isNull()) before = Object::newDictionary();
  auto level = ChangeLevel::kNone;
  for (const auto& [name, brings] : new_signatures_) level = std::max(level, brings);
  for (const auto& key : keys_of_either(before, after)) {
    auto old = before.getKey(key), now = after.getKey(key);
    const auto here = below(form, key);
    if (key == "/Fields") {
      compare_kids(old, now, here);
    } else if (key == "/SigFlags") {
      // Bits may be set when the first signature comes (table 225); clearing one would invite
      // readers to rewrite the file.
      if (equal(old, now)) continue;
      const auto was = integer_or_zero(old), is = integer_or_zero(now);
      if (now.isInteger() && (is & was) == was && is <= 3 && level != ChangeLevel::kNone) {
        add(here, level, Code::kPdfChangeSignatureBookkeeping, after);
      } else {
        differ(here, old, now);
      }
    } else if (key == "/DR") {
      compare_resources_brought_along(old, now, here);
    } else if (key == "/DA" && old.isNull() && now.isString() && level != ChangeLevel::kNone) {
      add(here, level, Code::kPdfChangeSignatureBookkeeping, after);
    } else if (key == "/NeedAppearances") {
      if (equal(old, now)) continue;
      if (now.isNull() || (now.isBool() && !now.getBoolValue())) {
        add(here, level == ChangeLevel::kNone ? ChangeLevel::kFormFilling : level,
            Code::kPdfChangeSignatureBookkeeping, after);
      } else {
        add(here, ChangeLevel::kFormFilling, Code::kPdfChangeForm, after);
      }
    } else if (key == "/XFA") {
      if (!equal(old, now)) {
        add(here, ChangeLevel::kUnclassified, Code::kPdfChangeForm, now, true);
        new_subtrees_.push_back(now);
      } else {
        enqueue(old, now, here);
      }
    } else {
      enqueue(old, now, here);
    }
  }
  compare_nodes();
}

/// /Fields or /Kids: what was there stays, in its order; what is new is judged by itself.
void Explainer::compare_kids(const Object& before, const Object& after, const Place& place) {
  auto old = before, now = after;
  if (now.isIndirect()) reached_.insert(now.getObjGen());
  if (old.isNull() && now.isNull()) return;
  if ((!old.isNull() && !old.isArray()) || !now.isArray()) {
    add(place, ChangeLevel::kUnclassified, Code::kPdfChangeFieldDefinition, now, true);
    return;
  }
  std::vector<QPDFObjGen> kept;
  const auto old_count = old.isNull() ? 0 : old.getArrayNItems();
  for (int i = 0; i < old_count; ++i) {
    auto kid = old.getArrayItem(i);
    if (!kid.isIndirect()) {
      // A direct field has no identity but its place.
      const auto same = i < now.getArrayNItems() && equal(kid, now.getArrayItem(i));
      if (!same) differ(below(place, "", Role::kFieldDefinition), kid, now);
      continue;
    }
    kept.push_back(kid.getObjGen());
  }
  const std::set<QPDFObjGen> kept_ids(kept.begin(), kept.end());
  std::size_t next = 0;
  std::set<QPDFObjGen> met;
  for (int i = 0; i < now.getArrayNItems(); ++i) {
    auto kid = now.getArrayItem(i);
    if (kid.isIndirect()) {
      reached_.insert(kid.getObjGen());
      met.insert(kid.getObjGen());
      if (next < kept.size() && kept[next] == kid.getObjGen()) {
        ++next;
        continue;
      }
      if (kept_ids.count(kid.getObjGen()) != 0) continue;
    } else if (i < old_count) {
      continue;
    }
    const auto here = below(place, "[" + std::to_string(i) + "]");
    const auto node = nodes_after_.find(kid.getObjGen());
    if (kid.isIndirect() && node != nodes_after_.end()) {
      judge_new_node(form_after_.nodes[node->second], here);
    } else {
      add(here, ChangeLevel::kUnclassified, Code::kPdfChangeFieldAdded, kid);
    }
    new_subtrees_.push_back(kid);
  }
  for (const auto& id : kept) {
    if (met.count(id) != 0) continue;
    auto gone = below(place, "");
    const auto node = nodes_before_.find(id);
    bool had_signature = false;
    if (node != nodes_before_.end()) {
      const auto& old_node = form_before_.nodes[node->second];
      gone.field = old_node.name;
      had_signature =
          old_node.field == FormNode::kGroup || was_signed(form_before_.fields[old_node.field]);
    }
    add(gone, ChangeLevel::kContent,
        had_signature ? Code::kPdfChangeSignatureRemoved : Code::kPdfChangeFieldRemoved,
        before_.qpdf.getObject(id), true);
  }
}

/// /DR: a signature's appearance may bring a font along; what is there already must stay.
void Explainer::compare_resources_brought_along(Object before, Object after, const Place& place) {
  if (before.isNull()) before = Object::newDictionary();
  if (!before.isDictionary() || !after.isDictionary()) return differ(place, before, after);
  if (after.isIndirect()) reached_.insert(after.getObjGen());
  bool added = false;
  for (const auto& category : keys_of_either(before, after)) {
    auto old = before.getKey(category), now = after.getKey(category);
    const auto role = category == "/Font" ? Role::kFont : Role::kPageResources;
    const auto here = below(place, category, role);
    if (old.isDictionary() && now.isDictionary()) {
      for (const auto& name : keys_of_either(old, now)) {
        auto was = old.getKey(name), is = now.getKey(name);
        if (was.isNull() && !is.isNull()) {
          added = true;
          new_subtrees_.push_back(is);
        } else {
          enqueue(was, is, below(here, name, role));
        }
      }
      if (now.isIndirect()) reached_.insert(now.getObjGen());
    } else if (old.isNull() && !now.isNull()) {
      added = true;
      new_subtrees_.push_back(now);
    } else {
      enqueue(old, now, here);
    }
  }
  if (!added) return;
  auto level = ChangeLevel::kFormFilling;
  for (const auto& [name, brings] : new_signatures_) level = brings;
  add(place, level, Code::kPdfChangeSignatureBookkeeping, after);
}

void Explainer::compare_nodes() {
  for (const auto& node : form_after_.nodes) {
    if (!node.dictionary.isIndirect()) continue;
    const auto old = nodes_before_.find(node.dictionary.getObjGen());
    if (old == nodes_before_.end()) continue;
    compare_node(form_before_.nodes[old->second], node);
  }
}

void Explainer::compare_node(const FormNode& before, const FormNode& after) {
  auto old = before.dictionary, now = after.dictionary;
  reached_.insert(now.getObjGen());
  Place place = below({}, "/Root/AcroForm{" + after.name + "}", Role::kFieldDefinition);
  place.field = after.name;
  const auto* old_field =
      before.field == FormNode::kGroup ? nullptr : &form_before_.fields[before.field];
  const auto* new_field =
      after.field == FormNode::kGroup ? nullptr : &form_after_.fields[after.field];
  const bool signature = (old_field != nullptr && old_field->type == "/Sig") ||
                         (new_field != nullptr && new_field->type == "/Sig");
  const bool signed_before = old_field != nullptr && was_signed(*old_field);
  const bool newly_signed = signature && new_signatures_.count(after.name) != 0;
  const auto brings = newly_signed ? new_signatures_.at(after.name) : ChangeLevel::kSignature;
  if (before.name != after.name) {
    add(below(place, "/T"), ChangeLevel::kUnclassified, Code::kPdfChangeFieldDefinition, now, true);
  }
  for (const auto& key : keys_of_either(old, now)) {
    auto x = old.getKey(key), y = now.getKey(key);
    auto here = below(place, key);
    if (key == "/Kids") {
      compare_kids(x, y, here);
      continue;
    }
    if (equal(x, y)) {
      // Equal now, and what it refers to is met in its own role.
      here.role = key == "/V" && signature ? Role::kSignatureValue
                  : key == "/AP"
                      ? (signed_before ? Role::kSignedAppearance : Role::kFieldAppearance)
                      : Role::kFieldDefinition;
      enqueue(x, y, here);
      continue;
    }
    if (key == "/AP" || key == "/AS" || key == "/MK" || key == "/DA" || key == "/Q" ||
        key == "/F" || key == "/Rect") {
      redrawn_.insert(now.getObjGen());
    } else if (key == "/V" && new_field != nullptr) {
      for (const auto& widget : new_field->widgets) redrawn_.insert(widget.getObjGen());
    }
    if (key == "/V" && signature) {
      if (x.isNull()) {
        judge_new_value(y, here);
      } else if (y.isNull()) {
        add(here, ChangeLevel::kContent, Code::kPdfChangeSignatureRemoved, now, true);
      } else {
        here.role = Role::kSignatureValue;
        enqueue(x, y, here);
      }
    } else if (signature && signed_before) {
      if (key == "/AP" || key == "/Rect" || key == "/F" || key == "/MK" || key == "/AS") {
        here.role = Role::kSignedAppearance;
      }
      enqueue(x, y, here);
    } else if (signature && newly_signed) {
      const bool shown =
          key == "/AP" || key == "/MK" || key == "/DA" || key == "/Q" || key == "/AS";
      // What was not printed may be printed now that it is signed.
      const auto was = integer_or_zero(x), is = integer_or_zero(y);
      const bool hides =
          key == "/F" && (((was ^ is) & kDrawing & ~kPrint) != 0 || (was & kPrint & ~is) != 0);
      if (shown || (key == "/F" && !hides) || key == "/M" || key == "/NM" ||
          (key == "/Type" && name_of(y) == "Annot") || (key == "/StructParent" && x.isNull()) ||
          (key == "/Ff" && integer_or_zero(y) == (integer_or_zero(x) | kReadOnly))) {
        add(here, brings,
            shown ? Code::kPdfChangeSignatureAppearance : Code::kPdfChangeSignatureBookkeeping,
            now);
        new_subtrees_.push_back(y);
        if (key == "/AP") {
          for (const auto& part : {x, key_of(x, "/N")}) {
            if (part.isIndirect()) replaced_appearances_.emplace_back(part.getObjGen(), here);
          }
        }
      } else {
        enqueue(x, y, here);
      }
    } else if (key == "/Type" && x.isNull() && name_of(y) == "Annot") {
      continue;  // says what was known
    } else if (!signature && (key == "/V" || key == "/RV" || key == "/I" || key == "/TI")) {
      if (key == "/V") touched_[after.name].value = true;
      here.role = Role::kFieldValue;
      add(here, ChangeLevel::kFormFilling, Code::kPdfChangeFieldValue, now);
      // Rich text and chosen items say the same as the value, or something else than is shown.
      if ((key == "/RV" || key == "/I") && equal(old.getKey("/V"), now.getKey("/V"))) {
        add(here, ChangeLevel::kContent, Code::kPdfChangeFieldDisagrees, now, true,
            "without the value");
      }
      new_subtrees_.push_back(y);
    } else if (!signature && key == "/AS") {
      touched_[after.name].state = true;
      add(here, ChangeLevel::kFormFilling, Code::kPdfChangeFieldValue, now);
    } else if (!signature && key == "/AP") {
      touched_[after.name].appearance = true;
      add(here, ChangeLevel::kFormFilling, Code::kPdfChangeFieldAppearance, now);
      here.role = Role::kFieldAppearance;
      enqueue(x, y, here);
    } else if (!signature && new_field != nullptr &&  // a group hands it down to others
               (key == "/DA" || key == "/Q" || key == "/MK" || key == "/M" ||
                (key == "/F" && ((integer_or_zero(x) ^ integer_or_zero(y)) & kDrawing) == 0))) {
      if (key != "/M" && key != "/F") touched_[after.name].look = true;
      add(here, ChangeLevel::kFormFilling, Code::kPdfChangeFieldAppearance, now);
    } else if (!signature && key == "/Ff" &&
               integer_or_zero(y) == (integer_or_zero(x) | kReadOnly) &&
               is_locked_by_new_signature(after.name)) {
      add(here, ChangeLevel::kSignature, Code::kPdfChangeLockApplied, now);
    } else {
      if (key == "/AA" || key == "/A") here.role = Role::kAction;
      enqueue(x, y, here);
    }
  }
}

}  // namespace antin::pdf
