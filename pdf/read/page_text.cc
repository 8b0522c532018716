#include "pdf/read/page_text.h"

#include <algorithm>
#include <map>

#include "pdf/read/content_operands.h"
#include "pdf/read/form.h"
#include "pdf/read/inherited.h"
#include "pdf/read/page_drawing.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

constexpr int kMaxDepth = 12;
constexpr std::size_t kMaxMap = std::size_t{4} << 20U;
constexpr std::size_t kMaxMapped = 70'000;
constexpr std::size_t kMaxRange = 0x10000;
constexpr std::string_view kUnknown = "\xEF\xBF\xBD";

struct Budget {
  std::size_t octets = std::size_t{16} << 20U;
  std::size_t operators = 500'000;
  std::size_t characters = 100'000;
};

// UTF-16BE as in ToUnicode (9.10.3) to UTF-8.
std::string utf8_of(const std::string& utf16) {
  if (utf16.empty() || utf16.size() % 2 != 0) return std::string{kUnknown};
  return Object::newString("\xFE\xFF" + utf16).getUTF8Value();
}

unsigned number_of(const std::string& octets) {
  unsigned number = 0;
  for (const char c : octets.substr(0, 4)) number = (number << 8U) | static_cast<unsigned char>(c);
  return number;
}

// The last code unit of a range's first text counts upwards (9.10.3).
std::string counted_up(std::string utf16, unsigned by) {
  if (utf16.size() < 2) return {};
  const auto unit = number_of(utf16.substr(utf16.size() - 2)) + by;
  utf16[utf16.size() - 2] = static_cast<char>(static_cast<unsigned char>((unit >> 8U) & 0xFFU));
  utf16[utf16.size() - 1] = static_cast<char>(static_cast<unsigned char>(unit & 0xFFU));
  return utf16;
}

/// Which code is which text.
struct TextMap {
  std::map<unsigned, std::string> texts;
  std::size_t code_octets = 1;
  bool ascii = true;  ///< codes without a text are themselves where they are ASCII
};

class ToUnicodeReader final : public ContentReader {
 public:
  explicit ToUnicodeReader(TextMap& map) : map_(map) {}

  void handleObject(Object object) override {
    if (!object.isOperator()) {
      operands_.add(object);
      return;
    }
    const auto op = object.getOperatorValue();
    const auto& given = operands_.all();
    if (op == "endcodespacerange") {
      if (auto last = operands_.last(); last.isString())
        map_.code_octets = std::clamp<std::size_t>(last.getStringValue().size(), 1, 4);
    } else if (op == "endbfchar") {
      for (std::size_t i = 0; i + 1 < given.size(); i += 2) one(given[i], given[i + 1]);
    } else if (op == "endbfrange") {
      for (std::size_t i = 0; i + 2 < given.size(); i += 3)
        range(given[i], given[i + 1], given[i + 2]);
    }
    operands_.clear();
  }

 private:
  void put(unsigned code, const std::string& utf16) {
    if (map_.texts.size() < kMaxMapped) map_.texts.emplace(code, utf8_of(utf16));
  }
  void one(Object code, Object text) {
    if (code.isString() && text.isString())
      put(number_of(code.getStringValue()), text.getStringValue());
  }
  void range(Object first, Object last, Object text) {
    if (!first.isString() || !last.isString()) return;
    const auto from = number_of(first.getStringValue()), to = number_of(last.getStringValue());
    if (to < from || to - from >= kMaxRange) return;
    if (text.isString()) {
      for (unsigned i = 0; i <= to - from; ++i) put(from + i, counted_up(text.getStringValue(), i));
    } else if (text.isArray()) {
      const auto items = text.getArrayAsVector();
      for (unsigned i = 0; i <= to - from && i < items.size(); ++i) {
        if (auto item = items[i]; item.isString()) put(from + i, item.getStringValue());
      }
    }
  }

  TextMap& map_;
  Operands operands_;
};

TextMap read_map(const Object& font) {
  TextMap map;
  if (name_of(key_of(font, "/Subtype")) == "Type0") {
    map.code_octets = 2;
    map.ascii = false;
  }
  auto stream = key_of(font, "/ToUnicode");
  if (!stream.isStream()) return map;
  const auto octets = decoded_stream(stream, kMaxMap);
  if (!octets || !octets.value()) return map;
  ToUnicodeReader reader{map};
  // A map that a strict parser stumbles over is used as far as it went.
  static_cast<void>(parse_content(*octets.value(), reader));
  return map;
}

/// What all content streams of one page share.
struct Shared {
  Budget budget;
  std::map<QPDFObjGen, TextMap> fonts;
  std::string text;
  int depth = 0;
};

class TextReader final : public ContentReader {
 public:
  TextReader(Shared& shared, const Object& resources) : shared_(shared), resources_(resources) {}

  void run(const Object& contents) {
    const auto octets = content_octets(contents, shared_.budget.octets);
    if (!octets || !octets.value()) return;
    shared_.budget.octets -= std::min(shared_.budget.octets, octets.value()->size());
    static_cast<void>(parse_content(*octets.value(), *this));
  }

  void handleObject(Object object) override {
    if (object.isInlineImage()) return;
    if (!object.isOperator()) {
      operands_.add(object);
      return;
    }
    if (shared_.budget.operators == 0) stop();
    --shared_.budget.operators;
    operate(object.getOperatorValue());
    operands_.clear();
  }

 private:
  void operate(const std::string& op) {
    if (op == "q") {
      saved_.save(font_);
    } else if (op == "Q") {
      saved_.restore(font_);
    } else if (op == "Tf") {
      font_ = operands_.resource(resources_, "/Font", 2);
    } else if (op == "ET") {
      shared_.text += '\n';
    } else if (op == "Do") {
      form(operands_.resource(resources_, "/XObject"));
    } else {
      for (const auto& item : shown_by(op, operands_)) show(item);
    }
  }

  void show(Object string) {
    if (!string.isString()) return;
    const auto& map = current_map();
    const auto shown = string.getStringValue();
    for (std::size_t at = 0; at + map.code_octets <= shown.size(); at += map.code_octets) {
      if (shared_.budget.characters == 0) return;
      --shared_.budget.characters;
      const auto code = number_of(shown.substr(at, map.code_octets));
      const auto found = map.texts.find(code);
      if (found != map.texts.end())
        shared_.text += found->second;
      else if (map.ascii && code >= 0x20 && code < 0x7F)
        shared_.text += static_cast<char>(code);
      else
        shared_.text += kUnknown;
    }
  }

  const TextMap& current_map() {
    const auto id = font_.isIndirect() ? font_.getObjGen() : QPDFObjGen{};
    if (!font_.isIndirect()) shared_.fonts.erase(id);  // direct ones have no name to keep them by
    const auto known = shared_.fonts.find(id);
    return known != shared_.fonts.end() ? known->second
                                        : shared_.fonts.emplace(id, read_map(font_)).first->second;
  }

  void form(Object object) {
    if (!object.isStream() || shared_.depth >= kMaxDepth ||
        name_of(key_of(object.getDict(), "/Subtype")) != "Form")
      return;
    const auto own = key_of(object.getDict(), "/Resources");
    ++shared_.depth;
    TextReader inner{shared_, Object{own}.isDictionary() ? own : resources_};
    inner.run(object);
    --shared_.depth;
  }

  Shared& shared_;
  Object resources_, font_ = Object::newNull();
  SavedStates<Object> saved_;
  Operands operands_;
};

// The appearance in the state it is in (12.5.5).
Object normal_appearance(const Object& annotation) {
  auto normal = key_of(key_of(annotation, "/AP"), "/N");
  if (normal.isDictionary()) {
    auto state = key_of(annotation, "/AS");
    return state.isName() ? key_of(normal, state.getName().c_str()) : Object::newNull();
  }
  return normal;
}

}  // namespace

Result<std::string> page_text(const Document& document, std::size_t page) {
  auto& inside = document.inside();
  ANTIN_TRY(const auto* pages, inside.pages());
  if (page >= pages->size())
    return make_error(Code::kPdfNoSuchPage, "page", {{"page", std::to_string(page + 1)}});
  return guarded("reading a page's text", [&]() -> Result<std::string> {
    constexpr int kMostAnnotations = 1'000;
    const auto& dictionary = (*pages)[page].dictionary;
    Shared shared;
    TextReader{shared, inherited(dictionary, "/Resources")}.run(key_of(dictionary, "/Contents"));
    auto annotations = key_of(dictionary, "/Annots");
    const int count =
        annotations.isArray() ? std::min(annotations.getArrayNItems(), kMostAnnotations) : 0;
    for (int i = 0; i < count; ++i) {
      const auto annotation = annotations.getArrayItem(i);
      auto appearance = normal_appearance(annotation);
      if (!appearance.isStream() || !is_shown(annotation)) continue;
      TextReader{shared, key_of(appearance.getDict(), "/Resources")}.run(appearance);
      shared.text += '\n';
    }
    return std::move(shared.text);
  });
}

}  // namespace antin::pdf
