#include <algorithm>
#include <array>
#include <cctype>
#include <deque>

#include "pdf/read/hygiene_parts.h"
#include "pdf/read/page_drawing.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Programs and scripts by the end of their name, office files with macros among them.
constexpr std::array<std::string_view, 52> kExecutableEndings = {
    "exe",  "com",  "scr",  "pif",  "bat",  "cmd",  "ps1",    "psm1",        "vb",   "vbs",  "vbe",
    "js",   "jse",  "ws",   "wsf",  "wsh",  "hta",  "msi",    "msp",         "mst",  "jar",  "cpl",
    "dll",  "sys",  "ocx",  "lnk",  "reg",  "inf",  "scf",    "msc",         "chm",  "apk",  "app",
    "deb",  "rpm",  "sh",   "run",  "elf",  "iso",  "img",    "vhd",         "vhdx", "docm", "dotm",
    "xlsm", "xltm", "xlam", "pptm", "potm", "ppsm", "gadget", "appinstaller"};

/// What a loader looks at. OLE storage (msi, old office files) is no program by itself.
bool has_executable_magic(std::string_view start) {
  using namespace std::literals;
  for (const auto magic : {"MZ"sv,
                           "\x7F"
                           "ELF"sv,
                           "#!"sv, "\xCA\xFE\xBA\xBE"sv, "\xCF\xFA\xED\xFE"sv, "\xCE\xFA\xED\xFE"sv,
                           "\xFE\xED\xFA\xCE"sv, "\xFE\xED\xFA\xCF"sv, "L\0\0\0\x01\x14\x02\0"sv,
                           "dex\n"sv, "\0asm"sv}) {
    if (start.substr(0, magic.size()) == magic) return true;
  }
  return false;
}

bool has_executable_ending(std::string name) {
  // Windows drops dots and spaces at the end before it looks.
  while (!name.empty() && (name.back() == '.' || name.back() == ' ')) name.pop_back();
  const auto dot = name.rfind('.');
  if (dot == std::string::npos) return false;
  auto ending = name.substr(dot + 1);
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kExecutableEndings.begin(), kExecutableEndings.end(), ending) !=
         kExecutableEndings.end();
}

/// Parts that cannot hold an action: a verifier saves the time.
bool is_passive(const std::string& key) {
  return is_one_of(key, {"/StructTreeRoot", "/Metadata", "/Font", "/ColorSpace", "/Pattern",
                         "/Shading", "/ExtGState", "/Properties", "/DSS", "/PieceInfo", "/Thumb",
                         "/StructParents", "/Encrypt", "/ParentTree", "/OCProperties", "/Dests"});
}

class ObjectWalk {
 public:
  ObjectWalk(Document::Inside& document, HygieneDepth depth, HygieneBudget& budget,
             HazardList& list)
      : document_(document),
        everything_(depth == HygieneDepth::kEverything),
        budget_(budget),
        list_(list) {}

  UsedObjects run() {
    number_pages();
    catalogue();
    add({.object = everything_ ? document_.trailer() : document_.root(), .page = {}});
    while (!todo_.empty()) {
      if (budget_.objects == 0) {
        list_.add(Hazard::kNotLookedThrough, {});
        used_.complete = false;
        break;
      }
      --budget_.objects;
      const auto item = todo_.front();
      todo_.pop_front();
      visit(item);
    }
    return std::move(used_);
  }

 private:
  using Page = std::optional<std::size_t>;
  struct Item {
    Object object;
    Page page;
    bool appearance = false;  ///< met below /AP: belongs to an annotation
  };

  void found(Hazard hazard, const Object& object, const Page& page, std::string label = {}) {
    list_.add(hazard, {.page = page, .object = object, .label = std::move(label)});
  }

  void number_pages() {
    const auto pages = document_.pages();
    if (!pages) return;
    std::size_t number = 0;
    for (const auto& leaf : *pages.value()) {
      pages_.emplace(leaf.dictionary.getObjGen(), number);
      // A field is met in the form before it is met on its page.
      auto annotations = key_of(leaf.dictionary, "/Annots");
      for (int i = 0; annotations.isArray() && i < annotations.getArrayNItems(); ++i) {
        const auto one = annotations.getArrayItem(i);
        if (!spend(places_, 1)) break;
        if (one.isIndirect()) pages_.emplace(one.getObjGen(), number);
      }
      if (everything_) note_drawn(leaf.dictionary);
      ++number;
    }
  }

  void note_drawn(const Object& page) {
    const auto note = [&](const Object& one) {
      if (one.isIndirect()) used_.drawn.insert(one.getObjGen());
    };
    auto contents = key_of(page, "/Contents");
    note(contents);
    if (contents.isIndirect() && !noted_.insert(contents.getObjGen()).second) return;
    for (int i = 0; contents.isArray() && i < contents.getArrayNItems(); ++i) {
      note(contents.getArrayItem(i));
    }
    const auto resources = key_of(page, "/Resources");
    for (const char* category : {"/XObject", "/Font"}) {
      auto entries = key_of(resources, category);
      if (!entries.isDictionary()) continue;
      // Shared by many pages: once is enough.
      if (entries.isIndirect() && !noted_.insert(entries.getObjGen()).second) continue;
      for (const auto& [name, one] : entries.getDictAsMap()) note(one);
    }
  }

  void add(Item item) {
    auto& one = item.object;
    if (!one.isDictionary() && !one.isArray() && !one.isStream()) {
      if (one.isIndirect()) used_.reached.insert(one.getObjGen());
      return;
    }
    if (one.isIndirect() && !used_.reached.insert(one.getObjGen()).second) return;
    if (const auto leaf = pages_.find(one.getObjGen()); one.isIndirect() && leaf != pages_.end()) {
      item.page = leaf->second;
    }
    todo_.push_back(std::move(item));
  }

  void catalogue() {
    const auto root = document_.root();
    auto scripts = key_of(key_of(root, "/Names"), "/JavaScript");
    if (scripts.isDictionary() && (scripts.hasKey("/Names") || scripts.hasKey("/Kids"))) {
      found(Hazard::kJavascript, scripts, std::nullopt);
    }
    const auto form = key_of(root, "/AcroForm");
    if (auto xfa = key_of(form, "/XFA");
        xfa.isStream() || (xfa.isArray() && xfa.getArrayNItems() > 0)) {
      found(Hazard::kXfa, form, std::nullopt);
    }
    automatic(key_of(root, "/OpenAction"), std::nullopt);
  }

  void visit(const Item& item) {
    auto object = item.object;
    const auto& page = item.page;
    if (object.isArray()) {
      for (int i = 0; i < object.getArrayNItems(); ++i) {
        add({object.getArrayItem(i), page, item.appearance});
      }
      return;
    }
    if (object.isStream()) stream(item);
    auto dictionary = object.isStream() ? object.getDict() : object;
    judge(dictionary, object, page);
    for (const auto& [key, value] : dictionary.getDictAsMap()) {
      if (!everything_ && is_passive(key)) continue;
      add({value, page, item.appearance || key == "/AP"});
    }
  }

  void judge(const Object& dictionary, const Object& object, const Page& page) {
    action(dictionary, object, page);
    if (auto additional = key_of(dictionary, "/AA"); additional.isDictionary()) {
      // Tables 197 to 200: of annotations, pages, fields and the document.
      for (const char* event : {"/E", "/X", "/D", "/U", "/Fo", "/Bl", "/PO", "/PC", "/PV", "/PI",
                                "/O", "/C", "/K", "/F", "/V",  "/WC", "/WS", "/DS", "/WP", "/DP"}) {
        automatic(key_of(additional, event), page);
      }
    }
    if (Object{key_of(dictionary, "/EF")}.isDictionary()) embedded(dictionary, object, page);
    if (Object{key_of(dictionary, "/Rect")}.isArray()) annotation(dictionary, object, page);
    if (name_of(key_of(dictionary, "/Type")) == "Font") {
      if (auto name = base_font(dictionary); !name.empty()) used_.fonts.insert(std::move(name));
    }
  }

  // ISO 32000-2 12.6.4. /S has other meanings elsewhere; what an action needs tells them apart.
  void action(const Object& dictionary, const Object& object, const Page& page) {
    auto script = key_of(dictionary, "/JS");
    if (script.isString() || script.isStream()) found(Hazard::kJavascript, object, page);
    const auto kind = name_of(key_of(dictionary, "/S"));
    if (kind.empty()) return;
    const auto has = [&](const char* key) { return !Object{key_of(dictionary, key)}.isNull(); };
    if (kind == "Launch" && (has("/F") || has("/Win") || has("/Mac") || has("/Unix"))) {
      found(Hazard::kLaunch, object, page);
    } else if ((kind == "GoToR" || kind == "GoToE" || kind == "SubmitForm" ||
                kind == "ImportData" || kind == "Thread") &&
               (has("/F") || has("/T"))) {
      if (kind != "Thread" || has("/F")) found(Hazard::kExternalAction, object, page, kind);
    } else if (is_one_of(kind, {"Rendition", "Movie", "Sound", "GoTo3DView", "RichMediaExecute"}) &&
               (has("/R") || has("/AN") || has("/Sound") || has("/TA") || has("/T") ||
                has("/Annotation"))) {
      found(Hazard::kMultimedia, object, page, kind);
    } else if (kind == "SetOCGState" && has("/State")) {
      found(Hazard::kLayerSwitch, object, page, kind);
    }
  }

  /// What runs without a click: opening, closing, pointing (12.6.3).
  void automatic(const Object& action, const Page& page) {
    constexpr int kMostChained = 100;
    std::vector<Object> todo{action};
    for (int i = 0; i < kMostChained && !todo.empty(); ++i) {
      auto one = todo.back();
      todo.pop_back();
      if (one.isArray() && i > 0) {
        for (int k = 0; k < std::min(one.getArrayNItems(), kMostChained); ++k) {
          todo.push_back(one.getArrayItem(k));
        }
        continue;
      }
      if (!one.isDictionary()) continue;
      if (name_of(key_of(one, "/S")) == "URI") found(Hazard::kAutomaticUri, one, page);
      todo.push_back(key_of(one, "/Next"));
    }
  }

  void embedded(const Object& file, const Object& object, const Page& page) {
    std::vector<std::string> names;
    for (const char* key : {"/UF", "/F", "/Unix", "/DOS", "/Mac"}) {
      if (auto name = text_of(key_of(file, key)); !name.empty()) names.push_back(std::move(name));
    }
    bool executable = std::any_of(names.begin(), names.end(), has_executable_ending);
    const auto streams = key_of(file, "/EF");
    for (const char* key : {"/F", "/UF", "/DOS", "/Mac", "/Unix"}) {
      executable = executable || starts_like_a_program(key_of(streams, key));
    }
    found(executable ? Hazard::kEmbeddedExecutable : Hazard::kEmbeddedFile, object, page,
          names.empty() ? std::string{} : names.front());
  }

  /// By its first octets, as long as all files together stay affordable.
  bool starts_like_a_program(Object file) {
    if (!file.isStream()) return false;
    if (!looked_into_.insert(file.getObjGen()).second && file.isIndirect()) return false;
    const auto limit = std::min(std::size_t{16} << 20U, files_);
    const auto octets = decoded_stream(file, limit);
    const bool known = octets && octets.value();
    files_ -= known ? std::min(files_, octets.value()->size()) : limit;
    if (!known) {
      list_.add(Hazard::kNotLookedThrough, {.page = {}, .object = file, .label = {}});
      return false;
    }
    return has_executable_magic(as_text(*octets.value()).substr(0, 16));
  }

  void annotation(const Object& dictionary, const Object& object, const Page& page) {
    const auto subtype = name_of(key_of(dictionary, "/Subtype"));
    if (is_one_of(subtype, {"Movie", "Sound", "Screen", "RichMedia", "3D"})) {
      found(Hazard::kMultimedia, object, page, subtype);
    }
    appearances(dictionary, object, subtype, page);
  }

  /// 12.5.5: /R and /D are shown when pointed at or pressed; a dictionary under /N is for what has
  /// states. Buttons have both by trade, two states at most.
  void appearances(const Object& annotation, const Object& object, const std::string& subtype,
                   const Page& page) {
    const auto looks = key_of(annotation, "/AP");
    auto normal = key_of(looks, "/N");
    auto type = key_of(annotation, "/FT");
    for (auto parent = key_of(annotation, "/Parent");
         subtype == "Widget" && type.isNull() && parent.isDictionary();
         parent = Object::newNull()) {
      type = key_of(parent, "/FT");
    }
    const bool button = subtype == "Widget" && name_of(type) == "Btn";
    const bool states = normal.isDictionary();
    bool odd = states && (button ? has_spare_state(normal) : subtype == "Widget");
    for (const char* other : {"/R", "/D"}) {
      const auto one = key_of(looks, other);
      const bool differs = !Object{one}.isNull() && !same_stream(normal, one);
      odd = odd || (!button && differs && is_shown(annotation));
    }
    if (odd) found(Hazard::kAppearanceStates, object, page);
  }

  bool has_spare_state(Object states) {
    if (!states.isIndirect()) return states.getKeys().size() > 2;
    const auto known = spare_states_.find(states.getObjGen());
    if (known != spare_states_.end()) return known->second;
    return spare_states_[states.getObjGen()] = states.getKeys().size() > 2;
  }

  /// What would cost too much to compare counts as different.
  bool same_stream(Object one, Object other) {
    if (one.isIndirect() && one.getObjGen() == other.getObjGen()) return true;
    if (!one.isStream() || !other.isStream()) return false;
    const auto length = [](Object stream) {
      auto value = key_of(stream.getDict(), "/Length");
      return value.isInteger() ? value.getIntValue() : -1;
    };
    if (length(one) < 0 || length(one) != length(other) ||
        !spend(compared_, static_cast<std::size_t>(length(one)))) {
      return false;
    }
    return same_octets(one, other);
  }

  void stream(const Item& item) {
    auto object = item.object;
    const auto& page = item.page;
    const auto dictionary = object.getDict();
    const auto has = [&](const char* key) { return !Object{key_of(dictionary, key)}.isNull(); };
    if (has("/F")) found(Hazard::kExternalContent, object, page, "/F");
    const auto subtype = name_of(key_of(dictionary, "/Subtype"));
    if (subtype == "Form" && has("/Ref")) found(Hazard::kExternalContent, object, page, "/Ref");
    if (subtype == "Image" && has("/Alternates")) found(Hazard::kAlternateImage, object, page);
    if (everything_ && !item.appearance) used_.looks.insert(look_of(object));
  }

  Document::Inside& document_;
  bool everything_;
  HygieneBudget& budget_;
  HazardList& list_;
  UsedObjects used_;
  std::map<QPDFObjGen, std::size_t> pages_;
  std::set<QPDFObjGen> noted_, looked_into_;
  std::map<QPDFObjGen, bool> spare_states_;
  std::size_t places_ = 200'000;
  std::size_t files_ = std::size_t{64} << 20U;     ///< of embedded files, decoded
  std::size_t compared_ = std::size_t{16} << 20U;  ///< of appearances
  std::deque<Item> todo_;
};

}  // namespace

std::string base_font(const Object& font) {
  auto name = name_of(key_of(font, "/BaseFont"));
  constexpr std::size_t kTag = 7;
  if (name.size() > kTag && name[kTag - 1] == '+' &&
      std::all_of(name.begin(), name.begin() + kTag - 1,
                  [](unsigned char c) { return std::isupper(c) != 0; })) {
    name.erase(0, kTag);
  }
  return name;
}

bool same_octets(Object one, Object other) {
  const auto a = one.getRawStreamData(), b = other.getRawStreamData();
  return a->getSize() == b->getSize() &&
         std::equal(a->getBuffer(), a->getBuffer() + a->getSize(), b->getBuffer());
}

std::string look_of(const Object& stream) {
  auto object = stream;
  if (!object.isStream()) return {};
  const auto dictionary = object.getDict();
  const auto subtype = name_of(key_of(dictionary, "/Subtype"));
  const auto number = [](Object value) {
    return value.isNumber() ? std::to_string(value.getNumericValue()) : std::string{"?"};
  };
  if (subtype == "Image") {
    return "Image " + number(key_of(dictionary, "/Width")) + " " +
           number(key_of(dictionary, "/Height"));
  }
  if (subtype != "Form") return {};
  const auto box = read_rect(key_of(dictionary, "/BBox"));
  if (!box) return {};
  return "Form " + std::to_string(box->width()) + " " + std::to_string(box->height());
}

UsedObjects look_at_objects(Document::Inside& document, HygieneDepth depth, HygieneBudget& budget,
                            HazardList& list) {
  return ObjectWalk{document, depth, budget, list}.run();
}

}  // namespace antin::pdf
