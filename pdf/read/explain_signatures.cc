#include "pdf/read/explain.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

/// What a new signature field or its widget may consist of (tables 166, 191, 226, 235).
bool is_known_signature_key(const std::string& key) {
  static const std::set<std::string, std::less<>> known = {
      "/Type", "/Subtype",      "/FT", "/T",      "/TU",   "/TM", "/V",      "/Ff",
      "/F",    "/Rect",         "/P",  "/AP",     "/AS",   "/MK", "/DA",     "/DR",
      "/Q",    "/Lock",         "/SV", "/Parent", "/Kids", "/BS", "/Border", "/M",
      "/NM",   "/StructParent", "/H",  "/C",      "/Lang", "/DV"};
  return known.count(key) != 0;
}

}  // namespace

bool is_timestamp_value(const Object& value) {
  return name_of(key_of(value, "/Type")) == "DocTimeStamp" ||
         name_of(key_of(value, "/SubFilter")) == "ETSI.RFC3161";
}

/// A field or widget that the earlier revision's form does not have.
void Explainer::judge_new_node(const FormNode& node, const Place& place) {
  if (!judged_nodes_.insert(node.dictionary.getObjGen()).second) return;
  auto here = place;
  here.field = node.name;
  if (existed(node.dictionary)) {
    // A prepared object that only now becomes a field: what it shows was signed as nothing.
    return add(here, ChangeLevel::kUnclassified, Code::kPdfChangeFieldAdded, node.dictionary, true,
               "object existed before");
  }
  if (node.field == FormNode::kGroup) {
    auto kids = key_of(node.dictionary, "/Kids");
    for (int i = 0; kids.isArray() && i < kids.getArrayNItems(); ++i) {
      const auto kid = nodes_after_.find(kids.getArrayItem(i).getObjGen());
      if (kid == nodes_after_.end()) {
        add(here, ChangeLevel::kUnclassified, Code::kPdfChangeFieldAdded, node.dictionary);
      } else {
        judge_new_node(form_after_.nodes[kid->second], below(here, "/Kids"));
      }
    }
    return;
  }
  const auto& field = form_after_.fields[node.field];
  const bool is_new = new_signatures_.count(field.name) != 0;
  if (field.type != "/Sig" || !is_new) {
    return add(here, ChangeLevel::kUnclassified, Code::kPdfChangeFieldAdded, node.dictionary);
  }
  judge_new_signature(field, here);
}

void Explainer::judge_new_signature(const FormField& field, const Place& place) {
  auto dictionary = field.dictionary;
  const auto level = new_signatures_.at(field.name);
  std::vector<Object> parts{dictionary};
  for (const auto& widget : field.widgets) parts.push_back(widget);
  bool visible = false;
  for (auto& part : parts) {
    if (key_of(part, "/A").isDictionary() || !key_of(part, "/AA").isNull()) {
      return add(place, ChangeLevel::kUnclassified, Code::kPdfChangeAction, part, true);
    }
    for (const auto& key : part.getKeys()) {
      if (!is_known_signature_key(key) && !part.getKey(key).isNull()) {
        return add(below(place, key), ChangeLevel::kUnclassified, Code::kPdfChangeFieldDefinition,
                   part);
      }
    }
    const auto rect = read_rect(key_of(part, "/Rect"));
    auto appearance = key_of(part, "/AP");
    const bool empty = !rect || rect->width() <= 0 || rect->height() <= 0;
    if (!empty && !appearance.isNull()) visible = true;
  }
  if (!Object{field.value}.isNull()) {
    judge_new_value(field.value, below(place, "/V"));
    if (visible) add(below(place, "/AP"), level, Code::kPdfChangeSignatureAppearance, dictionary);
    return;
  }
  // An empty field shows nothing of its own: an appearance there can only pretend.
  if (visible) {
    return add(below(place, "/AP"), ChangeLevel::kContent, Code::kPdfChangeCovers, dictionary,
               true);
  }
  add(place, ChangeLevel::kSignature, Code::kPdfChangeSignatureField, dictionary);
}

void Explainer::judge_new_value(const Object& value, const Place& place) {
  const bool stamp = is_timestamp_value(value);
  const auto level = stamp ? ChangeLevel::kLongTermData : ChangeLevel::kSignature;
  const auto code = stamp ? Code::kPdfChangeTimestampAdded : Code::kPdfChangeSignatureAdded;
  auto dictionary = value;
  new_subtrees_.push_back(value);
  if (!dictionary.isDictionary() || existed(value)) {
    return add(place, ChangeLevel::kUnclassified, Code::kPdfChangeSignatureModified, value, true,
               "value existed before");
  }
  // Its octets must reach further than the revision it is added to.
  auto range = key_of(value, "/ByteRange");
  bool later = false;
  if (range.isArray() && range.getArrayNItems() == 4) {
    auto offset = range.getArrayItem(2), length = range.getArrayItem(3);
    later = offset.isInteger() && length.isInteger() && offset.getIntValue() >= 0 &&
            length.getIntValue() >= 0 &&
            static_cast<std::uint64_t>(offset.getIntValue()) +
                    static_cast<std::uint64_t>(length.getIntValue()) >
                signed_end_;
  }
  if (!later) {
    return add(place, ChangeLevel::kUnclassified, Code::kPdfChangeSignatureModified, value, true,
               "does not cover what was added");
  }
  add(place, level, code, value);
}

/// An appearance that something else refers to as well (a private key of the catalogue, say) was
/// prepared for more than being shown.
void Explainer::judge_replaced_appearances() {
  for (const auto& [id, place] : replaced_appearances_) {
    for (auto role = Role::kTrailer; role <= Role::kUnclassified;
         role = static_cast<Role>(static_cast<int>(role) + 1)) {
      if (role == Role::kFieldAppearance || role == Role::kSignatureAppearance ||
          role == Role::kSignedAppearance) {
        continue;
      }
      if (seen_same_.count({id, role}) == 0) continue;
      add(place, ChangeLevel::kUnclassified, Code::kPdfChangeFieldDefinition,
          before_.qpdf.getObject(id), true, "appearance shared with another part");
      break;
    }
  }
}

}  // namespace antin::pdf
