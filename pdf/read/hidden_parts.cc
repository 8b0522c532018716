#include "pdf/read/hidden_parts.h"

#include <algorithm>
#include <array>

#include "pdf/read/alike.h"
#include "pdf/read/form.h"
#include "pdf/read/inherited.h"

// After the header that says how libqpdf is to be used.
#include <qpdf/QPDFWriter.hh>

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

constexpr std::size_t kMaxWalked = 2'000'000;
constexpr std::size_t kMaxAttached = 1'000;
constexpr std::int64_t kHidden = 2, kPrint = 4, kNoView = 32;

// What a walk over everything that the catalogue reaches comes across.
struct Found {
  bool switching = false;  ///< membership that shows when a layer is off, alternate pictures
  std::vector<Object> attached;
  bool complete = true;
};

bool shows_when_off(const Object& dictionary) {
  if (name_of(key_of(dictionary, "/Type")) != "OCMD") return false;
  const auto policy = name_of(key_of(dictionary, "/P"));
  return policy == "AllOff" || policy == "AnyOff" || !key_of(dictionary, "/VE").isNull();
}

void look_at(const Object& dictionary, Found& found) {
  if (shows_when_off(dictionary) || key_of(dictionary, "/Alternates").isArray())
    found.switching = true;
  auto files = key_of(dictionary, "/EF");
  if (!files.isDictionary()) return;
  for (const auto* const key : {"/UF", "/F"}) {
    auto stream = key_of(files, key);
    if (!stream.isStream()) continue;
    found.attached.push_back(stream);
    return;
  }
}

Found walk(const Object& root) {
  Found found;
  std::set<QPDFObjGen> seen;
  std::vector<Object> work{root};
  std::size_t steps = 0;
  while (!work.empty()) {
    auto object = work.back();
    work.pop_back();
    if (object.isIndirect() && !seen.insert(object.getObjGen()).second) continue;
    if (++steps > kMaxWalked || found.attached.size() > kMaxAttached) {
      found.complete = false;
      break;
    }
    if (object.isArray()) {
      for (int i = 0; i < object.getArrayNItems(); ++i) work.push_back(object.getArrayItem(i));
      continue;
    }
    if (object.isStream()) object = object.getDict();
    if (!object.isDictionary()) continue;
    look_at(object, found);
    for (const auto& key : object.getKeys()) work.push_back(object.getKey(key));
  }
  return found;
}

bool has_entries(Object array) {
  return array.isArray() && array.getArrayNItems() > 0;
}

// /Usage with a state that is off somewhere: shown there, or printed, or exported otherwise.
bool is_used_unevenly(const Object& group) {
  const auto usage = key_of(group, "/Usage");
  for (const auto& [kind, state] :
       {std::pair{"/View", "/ViewState"}, {"/Print", "/PrintState"}, {"/Export", "/ExportState"}}) {
    if (name_of(key_of(key_of(usage, kind), state)) == "OFF") return true;
  }
  return false;
}

/// Layers that show something else when somebody or something switches them.
bool hides_in_layers(const Object& root) {
  const auto properties = key_of(root, "/OCProperties");
  auto groups = key_of(properties, "/OCGs");
  if (!has_entries(groups)) return false;
  const auto base = key_of(properties, "/D");
  const auto state = name_of(key_of(base, "/BaseState"));
  if (!state.empty() && state != "ON") return true;
  for (const auto* const key : {"/OFF", "/AS", "/RBGroups"}) {
    if (has_entries(key_of(base, key))) return true;
  }
  if (has_entries(key_of(properties, "/Configs"))) return true;
  for (int i = 0; i < groups.getArrayNItems(); ++i) {
    if (is_used_unevenly(groups.getArrayItem(i))) return true;
  }
  return false;
}

bool is_signature(const Object& annotation) {
  return name_of(inherited(annotation, "/FT")) == "Sig";
}

struct Flags {
  bool seen = true, printed = false;
};

// nullopt: nothing of its own is ever drawn (a link's border apart, which says nothing).
std::optional<Flags> flags_of(Object annotation) {
  if (!annotation.isDictionary()) return std::nullopt;
  const auto subtype = name_of(key_of(annotation, "/Subtype"));
  if (subtype == "Popup" || subtype == "Link") return std::nullopt;
  const auto rect = read_rect(key_of(annotation, "/Rect"));
  if (rect && (rect->width() == 0 || rect->height() == 0)) return std::nullopt;
  auto written = key_of(annotation, "/F");
  const auto flags = written.isInteger() ? written.getIntValue() : 0;
  return Flags{(flags & (kHidden | kNoView)) == 0, (flags & kHidden) == 0 && (flags & kPrint) != 0};
}

std::vector<Object> hidden_annotations(const PageLeaf& leaf) {
  std::vector<Object> hidden;
  auto all = key_of(leaf.dictionary, "/Annots");
  for (int i = 0; all.isArray() && i < all.getArrayNItems(); ++i) {
    auto annotation = all.getArrayItem(i);
    const auto flags = flags_of(annotation);
    if (flags && !flags->seen && !flags->printed && !is_signature(annotation))
      hidden.push_back(annotation);
  }
  return hidden;
}

class Comparer {
 public:
  Comparer(Document::Inside& copy, Document::Inside& original) : copy_(copy), original_(original) {}

  Result<HiddenDifferences> run() {
    ANTIN_TRY(pages_, copy_.pages());
    ANTIN_TRY(original_pages_, original_.pages());
    const auto found = walk(copy_.root());
    const auto before = walk(original_.root());
    out_.complete = found.complete && before.complete;
    compare_layers(found, before);
    compare_attachments(found.attached, before.attached);
    compare_annotations();
    ANTIN_CHECK(compare_values());
    out_.complete = out_.complete && alike_.complete();
    return std::move(out_);
  }

 private:
  void compare_layers(const Found& found, const Found& before) {
    const bool now = found.switching || hides_in_layers(copy_.root());
    const bool then = before.switching || hides_in_layers(original_.root());
    if (!now) {
      out_.layers_lost = then;
      return;
    }
    out_.layers =
        !then || pages_->size() != original_pages_->size() ||
        !alike_(key_of(copy_.root(), "/OCProperties"), key_of(original_.root(), "/OCProperties"));
    for (std::size_t i = 0; !out_.layers && i < pages_->size(); ++i) {
      const auto& a = (*pages_)[i].dictionary;
      const auto& b = (*original_pages_)[i].dictionary;
      for (const auto* const key : {"/Contents", "/Resources"})
        out_.layers = out_.layers || !alike_(inherited(a, key), inherited(b, key));
    }
  }

  void compare_attachments(const std::vector<Object>& copies, std::vector<Object> originals) {
    for (const auto& copy : copies) {
      const auto same = std::find_if(originals.begin(), originals.end(), [&](const auto& original) {
        return same_content(copy, original);
      });
      if (same == originals.end()) {
        out_.attachments = true;
        return;
      }
      originals.erase(same);
    }
    out_.attachments = !originals.empty();
  }

  // Dates and checksums beside an attachment are not the attachment.
  bool same_content(const Object& a, const Object& b) {
    try {
      const auto x = Object{a}.getStreamData(qpdf_dl_generalized);
      const auto y = Object{b}.getStreamData(qpdf_dl_generalized);
      return x->getSize() == y->getSize() &&
             std::equal(x->getBuffer(), x->getBuffer() + x->getSize(), y->getBuffer());
    } catch (const QPDFExc&) {
      return alike_(a, b);
    }
  }

  void compare_annotations() {
    for (std::size_t i = 0; i < pages_->size(); ++i) {
      auto before = i < original_pages_->size() ? hidden_annotations((*original_pages_)[i])
                                                : std::vector<Object>{};
      for (const auto& annotation : hidden_annotations((*pages_)[i])) {
        const auto same = std::find_if(before.begin(), before.end(), [&](const Object& other) {
          return alike_in(annotation, other,
                          {"/Subtype", "/Rect", "/Contents", "/AP", "/V", "/AS"});
        });
        if (same == before.end()) {
          out_.annotations.push_back(i);
          break;
        }
        before.erase(same);
      }
    }
  }

  bool alike_in(const Object& a, const Object& b, std::initializer_list<const char*> keys) {
    return std::all_of(keys.begin(), keys.end(),
                       [&](const char* key) { return alike_(key_of(a, key), key_of(b, key)); });
  }

  Status compare_values() {
    Findings ignored;
    ANTIN_TRY(const auto fields, read_form_fields(copy_.root(), copy_.options.limits, ignored));
    ANTIN_TRY(const auto before,
              read_form_fields(original_.root(), original_.options.limits, ignored));
    std::map<std::string, Object> values;
    for (const auto& field : before) values.emplace(field.name, field.value);
    for (auto field : fields) {
      if (field.type == "/Sig" || field.value.isNull()) continue;
      const auto original = values.find(field.name);
      if (original == values.end() || !alike_(field.value, original->second))
        out_.values.push_back(field.name);
    }
    auto xfa = key_of(key_of(copy_.root(), "/AcroForm"), "/XFA");
    if (!xfa.isNull() && !alike_(xfa, key_of(key_of(original_.root(), "/AcroForm"), "/XFA")))
      out_.values.emplace_back("XFA");
    return Done{};
  }

  Document::Inside& copy_;
  Document::Inside& original_;
  const std::vector<PageLeaf>* pages_ = nullptr;
  const std::vector<PageLeaf>* original_pages_ = nullptr;
  Alike alike_;
  HiddenDifferences out_;
};

}  // namespace

Result<HiddenDifferences> compare_hidden(const Document& copy, const Document& original) {
  return guarded("hidden parts", [&] { return Comparer{copy.inside(), original.inside()}.run(); });
}

Result<std::vector<bool>> pages_printing_otherwise(const Document& document) {
  return guarded("flags of annotations", [&]() -> Result<std::vector<bool>> {
    ANTIN_TRY(const auto* pages, document.inside().pages());
    std::vector<bool> otherwise;
    otherwise.reserve(pages->size());
    for (const auto& leaf : *pages) {
      auto all = key_of(leaf.dictionary, "/Annots");
      bool differs = false;
      for (int i = 0; all.isArray() && i < all.getArrayNItems() && !differs; ++i) {
        const auto flags = flags_of(all.getArrayItem(i));
        differs = flags && flags->seen != flags->printed;
      }
      otherwise.push_back(differs);
    }
    return otherwise;
  });
}

Result<Bytes> decrypted_copy(const Document& document, std::size_t most) {
  return guarded("decrypt", [&]() -> Result<Bytes> {
    // Read anew: the writer changes what it writes.
    ANTIN_TRY(const auto again, Document::open(document.octets(), document.inside().options));
    QPDFWriter writer(again.inside().qpdf);
    writer.setOutputMemory();
    writer.setPreserveEncryption(false);
    writer.setStreamDataMode(qpdf_s_preserve);
    writer.setObjectStreamMode(qpdf_o_preserve);
    writer.setStaticID(true);
    writer.write();
    const auto written = writer.getBufferSharedPointer();
    if (written->getSize() > most) return make_error(Code::kResourceLimit, "decrypted copy");
    return Bytes(written->getBuffer(), written->getBuffer() + written->getSize());
  });
}

}  // namespace antin::pdf
