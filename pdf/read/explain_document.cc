#include <algorithm>
#include <map>

#include "pdf/read/explain.h"
#include "pdf/read/stream_limits.h"
#include "pdf/read/xmp.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

/// The octets of every stream below a DSS or VRI dictionary; each object is looked at once.
void collect_streams(const Object& store, std::set<std::string>& into) {
  std::set<QPDFObjGen> seen;
  std::vector<Object> stack{store};
  while (!stack.empty()) {
    auto object = stack.back();
    stack.pop_back();
    if (object.isIndirect() && !seen.insert(object.getObjGen()).second) continue;
    if (object.isStream()) {
      const auto data = object.getRawStreamData();
      into.emplace(reinterpret_cast<const char*>(data->getBuffer()), data->getSize());
    } else if (object.isArray()) {
      for (int i = 0; i < object.getArrayNItems(); ++i) stack.push_back(object.getArrayItem(i));
    } else if (object.isDictionary()) {
      for (const auto& key : object.getKeys()) stack.push_back(object.getKey(key));
    }
  }
}

/// Remembers indirect arrays: a hostile store may name one large array ten thousand times.
class ArraysOfStreams {
 public:
  bool holds(Object object) {
    if (object.isNull()) return true;
    if (!object.isArray()) return false;
    if (object.isIndirect() && !good_.insert(object.getObjGen()).second) return true;
    for (int i = 0; i < object.getArrayNItems(); ++i) {
      if (!object.getArrayItem(i).isStream()) return false;
    }
    return true;
  }

 private:
  std::set<QPDFObjGen> good_;  // a bad one ends the examination
};

/// ISO 32000-2 12.8.4.3, tables 261 and 262, with the keys of ETSI TS 102 778-4.
bool is_security_store(Object dss) {
  ArraysOfStreams arrays;
  if (!dss.isDictionary()) return false;
  for (const auto& key : dss.getKeys()) {
    auto value = dss.getKey(key);
    if (key == "/Type") {
      if (name_of(value) != "DSS") return false;
    } else if (key == "/Certs" || key == "/CRLs" || key == "/OCSPs") {
      if (!arrays.holds(value)) return false;
    } else if (key == "/VRI") {
      if (value.isNull()) continue;
      if (!value.isDictionary()) return false;
      for (const auto& name : value.getKeys()) {
        auto entry = value.getKey(name);
        if (name == "/Type") {
          if (name_of(entry) != "VRI") return false;
          continue;
        }
        if (entry.isNull()) continue;
        if (!entry.isDictionary()) return false;
        for (const auto& inner : entry.getKeys()) {
          auto item = entry.getKey(inner);
          const bool good = inner == "/Type" ? name_of(item) == "VRI"
                            : inner == "/Cert" || inner == "/CRL" || inner == "/OCSP"
                                ? arrays.holds(item)
                            : inner == "/TU" ? item.isString()
                            : inner == "/TS" ? item.isStream()
                                             : false;
          if (!good) return false;
        }
      }
    } else {
      return false;
    }
  }
  return true;
}

Role role_of_catalogue_key(const std::string& key) {
  static const std::map<std::string, Role, std::less<>> roles = {
      {"/OCProperties", Role::kOptionalContent},
      {"/AF", Role::kAttachment},
      {"/Collection", Role::kAttachment},
      {"/OpenAction", Role::kAction},
      {"/AA", Role::kAction},
      {"/URI", Role::kAction},
      {"/Names", Role::kNavigation},
      {"/Dests", Role::kNavigation},
      {"/Outlines", Role::kNavigation},
      {"/PageLabels", Role::kNavigation},
      {"/PageMode", Role::kNavigation},
      {"/PageLayout", Role::kNavigation},
      {"/ViewerPreferences", Role::kNavigation},
      {"/Threads", Role::kNavigation},
      {"/StructTreeRoot", Role::kStructure},
      {"/MarkInfo", Role::kStructure},
      {"/Perms", Role::kDocMdp},
  };
  const auto found = roles.find(key);
  return found == roles.end() ? Role::kCatalogue : found->second;
}

/// One place of a list before and after: the same object, the same number or name, or both a
/// container that is compared by itself.
bool stand_alike(Object before, Object after) {
  if (before.isIndirect() || after.isIndirect()) {
    return before.isIndirect() && after.isIndirect() && before.getObjGen() == after.getObjGen();
  }
  if (before.getTypeCode() != after.getTypeCode()) return false;
  return before.isArray() || before.isDictionary() || before.unparse() == after.unparse();
}

/// "1.7", "2.0": the catalogue's /Version (7.7.2).
bool is_version(const std::string& name) {
  return name.size() == 3 && (name[0] == '1' || name[0] == '2') && name[1] == '.' &&
         name[2] >= '0' && name[2] <= '9';
}

}  // namespace

void Explainer::compare_trailers() {
  auto before = before_.trailer(), after = after_.trailer();
  // What belongs to the cross-reference section or its stream, not to the document; /ID changes
  // with every update (ISO 32000-2 14.4).
  static const std::set<std::string, std::less<>> own_keys = {
      "/Size", "/Prev", "/XRefStm", "/ID",     "/W",          "/Index",
      "/Type", "/Root", "/Length",  "/Filter", "/DecodeParms"};
  for (const auto& key : keys_of_either(before, after)) {
    if (own_keys.count(key) != 0) continue;
    const auto role = key == "/Info"      ? Role::kInfo
                      : key == "/Encrypt" ? Role::kEncryption
                                          : Role::kTrailer;
    enqueue(before.getKey(key), after.getKey(key), below({}, key, role));
  }
  compare_catalogues();
}

void Explainer::compare_catalogues() {
  auto before = before_.root(), after = after_.root();
  const auto root = below({}, "/Root", Role::kCatalogue);
  if (after.isIndirect()) reached_.insert(after.getObjGen());
  if (before.isIndirect() && after.isIndirect() && before.getObjGen() == after.getObjGen()) {
    at_home_.insert(after.getObjGen());
  }
  for (const auto& key : keys_of_either(before, after)) {
    auto old = before.getKey(key), now = after.getKey(key);
    const auto place = below(root, key, role_of_catalogue_key(key));
    if (key == "/Pages") {
      compare_pages(place);
    } else if (key == "/AcroForm") {
      compare_form(old, now, place);
    } else if (key == "/DSS") {
      compare_store(old, now, place);
    } else if (key == "/Extensions") {
      compare_extensions(old, now, place);
    } else if (key == "/Metadata") {
      compare_metadata(old, now, place);
    } else if (key == "/StructTreeRoot") {
      compare_structure(old, now, place);
    } else if (key == "/Version" && is_version(name_of(now)) &&
               (old.isNull() || name_of(now) >= name_of(old))) {
      if (name_of(now) != name_of(old)) {
        add(place, ChangeLevel::kLongTermData, Code::kPdfChangeExtensions, after);
      }
    } else if (key == "/Type" && old.isNull() && name_of(now) == "Catalog") {
      continue;
    } else {
      enqueue(old, now, place);
    }
  }
}

/// Declaring that the file uses an extension of ISO 32000 changes nothing in it (7.12).
void Explainer::compare_extensions(const Object& before, const Object& after, const Place& place) {
  if (equal(before, after)) return enqueue(before, after, place);
  auto now = after;
  const auto is_declaration = [](Object entry) {
    if (!entry.isDictionary()) return false;
    const auto keys = entry.getKeys();
    return std::all_of(keys.begin(), keys.end(), [&](const std::string& key) {
      auto value = entry.getKey(key);
      if (key == "/Type") return name_of(value) == "DeveloperExtensions";
      return (key == "/BaseVersion" && value.isName()) ||
             (key == "/ExtensionLevel" && value.isInteger()) ||
             (key == "/URL" && value.isString()) ||
             (key == "/ExtensionRevision" && value.isString());
    });
  };
  bool good = now.isDictionary();
  if (good) {
    for (const auto& key : now.getKeys()) {
      auto entry = now.getKey(key);
      if (key == "/Type") {
        good = good && name_of(entry) == "Extensions";
      } else if (entry.isArray()) {
        for (int i = 0; i < entry.getArrayNItems(); ++i) {
          good = good && is_declaration(entry.getArrayItem(i));
        }
      } else {
        good = good && is_declaration(entry);
      }
    }
  }
  if (!good) return differ(place, before, after);
  add(place, ChangeLevel::kLongTermData, Code::kPdfChangeExtensions, after);
  new_subtrees_.push_back(after);
}

void Explainer::compare_store(const Object& before, const Object& after, const Place& place) {
  if (equal(before, after)) return enqueue(before, after, place);
  if (Object{after}.isNull()) {
    return add(place, ChangeLevel::kLongTermData, Code::kPdfChangeEvidenceRemoved, before);
  }
  if (!is_security_store(after)) {
    return add(place, ChangeLevel::kUnclassified, Code::kPdfChangeUnclassified, after);
  }
  std::set<std::string> old_streams, new_streams;
  collect_streams(before, old_streams);
  collect_streams(after, new_streams);
  const bool kept =
      std::includes(new_streams.begin(), new_streams.end(), old_streams.begin(), old_streams.end());
  if (!kept) add(place, ChangeLevel::kLongTermData, Code::kPdfChangeEvidenceRemoved, after);
  add(place, ChangeLevel::kLongTermData, Code::kPdfChangeLongTermData, after);
  new_subtrees_.push_back(after);
}

void Explainer::compare_metadata(const Object& before, Object after, const Place& place) {
  if (equal(before, after)) return enqueue(before, after, place);
  if (after.isStream()) {
    const auto data = decoded_stream(after, std::size_t{16} << 20U);
    auto dictionary = after.getDict();
    const auto keys = dictionary.getKeys();
    static const std::set<std::string, std::less<>> known = {"/Type",   "/Subtype",     "/Length",
                                                             "/Filter", "/DecodeParms", "/DL"};
    const bool plain = std::all_of(keys.begin(), keys.end(),
                                   [](const std::string& key) { return known.count(key) != 0; });
    if (plain && data && data.value() && is_well_formed_xmp(*data.value())) {
      new_subtrees_.push_back(after);
      return add(place, ChangeLevel::kMetadata, Code::kPdfChangeMetadata, after);
    }
  }
  add(place, ChangeLevel::kUnclassified, Code::kPdfChangeUnclassified, after, false,
      "metadata that is not XMP");
  new_subtrees_.push_back(after);
}

/// Tagged PDF: a signature field brings a structure element along (ISO 32000-2 14.7.5.3). Only
/// what is added for a new signature's widget is explained, nothing else.
void Explainer::compare_structure(Object before, Object after, const Place& place) {
  if (!before.isDictionary() || !after.isDictionary() || new_signatures_.empty()) {
    return enqueue(before, after, place);
  }
  ChangeLevel level = ChangeLevel::kNone;
  for (const auto& [name, brings] : new_signatures_) level = std::max(level, brings);
  const auto is_for_new_signature = [&](Object element) {
    // A /Form element whose only kid is an object reference to a new signature's widget.
    if (!element.isDictionary()) return false;
    auto kid = key_of(element, "/K");
    if (kid.isArray() && kid.getArrayNItems() == 1) kid = kid.getArrayItem(0);
    const auto widget = key_of(kid, "/Obj");
    const auto node = nodes_after_.find(widget.getObjGen());
    return widget.isIndirect() && node != nodes_after_.end() &&
           new_signatures_.count(form_after_.nodes[node->second].name) != 0;
  };
  struct Item {
    Object before, after;
    Place place;
  };
  std::vector<Item> stack{{before, after, place}};
  std::set<std::pair<QPDFObjGen, QPDFObjGen>> seen;
  bool added = false;
  while (!stack.empty()) {
    auto [old, now, here] = std::move(stack.back());
    stack.pop_back();
    if (now.isIndirect()) reached_.insert(now.getObjGen());
    if (old.isIndirect() && now.isIndirect()) {
      if (old.getObjGen() == now.getObjGen() && at_home_.count(now.getObjGen()) != 0) continue;
      if (!seen.emplace(old.getObjGen(), now.getObjGen()).second) continue;
    }
    if (old.isDictionary() && now.isDictionary()) {
      for (const auto& key : keys_of_either(old, now)) {
        auto x = old.getKey(key), y = now.getKey(key);
        if (key == "/ParentTreeNextKey" && y.isInteger()) continue;
        if (key == "/K" && !x.isArray() && y.isArray() && !x.isNull()) {
          // One kid became a list of kids.
          auto list = Object::newArray();
          list.appendItem(x);
          x = list;
        }
        stack.push_back({x, y, below(here, key)});
      }
      continue;
    }
    if (old.isArray() && now.isArray() && now.getArrayNItems() == old.getArrayNItems()) {
      for (int k = 0; k < now.getArrayNItems(); ++k) {
        stack.push_back(
            {old.getArrayItem(k), now.getArrayItem(k), below(here, "[" + std::to_string(k) + "]")});
      }
      continue;
    }
    if (old.isArray() && now.isArray() && now.getArrayNItems() > old.getArrayNItems()) {
      // Old items stay in their order; what is put between them belongs to a new signature.
      int i = 0;
      bool good = true;
      for (int k = 0; k < now.getArrayNItems() && good; ++k) {
        auto item = now.getArrayItem(k);
        const bool matches = i < old.getArrayNItems() && stand_alike(old.getArrayItem(i), item);
        if (matches) {
          stack.push_back(
              {old.getArrayItem(i++), item, below(here, "[" + std::to_string(k) + "]")});
        } else if (is_for_new_signature(item) || item.isInteger() || item.isNull() ||
                   (item.isArray() && item.getArrayNItems() == 0)) {
          added = true;
          new_subtrees_.push_back(item);
        } else {
          good = false;
        }
      }
      if (!good || i != old.getArrayNItems()) differ(here, old, now);
      continue;
    }
    enqueue(old, now, here);
  }
  if (added) add(place, level, Code::kPdfChangeSignatureBookkeeping, after);
}

}  // namespace antin::pdf
