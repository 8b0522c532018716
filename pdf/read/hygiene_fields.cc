#include <algorithm>
#include <cctype>

#include "pdf/read/hygiene_parts.h"
#include "pdf/read/page_drawing.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

bool is_signature(const Object& annotation) {
  auto type = key_of(annotation, "/FT");
  if (type.isNull()) type = key_of(key_of(annotation, "/Parent"), "/FT");
  return name_of(type) == "Sig";
}

/// Those that cover by what they are for, or are drawn as a veil over text by every viewer.
bool covers_by_trade(const Object& annotation) {
  const auto subtype = name_of(key_of(annotation, "/Subtype"));
  for (const char* one : {"Link", "Popup", "Highlight", "Underline", "Squiggly", "StrikeOut",
                          "Text", "FileAttachment", "TrapNet", "PrinterMark"}) {
    if (subtype == one) return true;
  }
  return subtype == "Widget" && is_signature(annotation);
}

/// The strings that an appearance shows, one after the other, as octets of their fonts.
class ShownText final : public ContentReader {
 public:
  ShownText(const Object& fonts, HygieneBudget& budget) : fonts_(fonts), budget_(budget) {}
  void handleObject(Object object) override {
    if (object.isString()) pending_ += object.getStringValue();
    if (object.isArray()) {
      for (auto& item : object.getArrayAsVector()) {
        if (item.isString()) pending_ += item.getStringValue();
      }
    }
    if (object.isName()) name_ = object.getName();
    if (!object.isOperator()) return;
    const auto op = object.getOperatorValue();
    if (op == "Tj" || op == "TJ" || op == "'" || op == "\"") text_ += pending_;
    if (op == "Do") readable_ = false;
    // Codes of a composite font are glyphs, not letters.
    if (op == "Tf" && name_of(key_of(key_of(fonts_, name_.c_str()), "/Subtype")) == "Type0") {
      readable_ = false;
    }
    pending_.clear();
    if (!spend(budget_.operators, 1)) {
      readable_ = false;
      stop();
    }
  }
  const std::string& text() const { return text_; }
  bool readable() const { return readable_; }

 private:
  Object fonts_;
  HygieneBudget& budget_;
  std::string pending_, text_, name_;
  bool readable_ = true;
};

/// Letters and digits alone: lines are broken and spaces stretched as the field's width wants.
std::string essence(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) out += c;
  }
  return out;
}

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Text fields only: what a button or list shows is a state or a choice of its own. A field with
/// scripts shows its value in another form; a password shows stars.
bool is_comparable(const FormField& field) {
  constexpr std::int64_t kPassword = std::int64_t{1} << 13, kFile = std::int64_t{1} << 20,
                         kRich = std::int64_t{1} << 25;
  return field.type == "/Tx" && (field.flags & (kPassword | kFile | kRich)) == 0 &&
         Object{key_of(field.dictionary, "/AA")}.isNull();
}

bool disagrees(const FormField& field, const Object& widget, HygieneBudget& budget) {
  auto look = key_of(key_of(widget, "/AP"), "/N");
  if (!look.isStream() || !is_shown(widget)) return false;
  if (!Object{key_of(widget, "/AA")}.isNull()) return false;
  const auto octets = affordable_content(look, budget);
  if (!octets) return false;
  ShownText shown{key_of(key_of(look.getDict(), "/Resources"), "/Font"), budget};
  if (!parse_content(*octets, shown) || !shown.readable()) return false;
  const auto value = text_of(field.value);
  if (!is_ascii(value) || !is_ascii(shown.text())) return false;
  return essence(value) != essence(shown.text());
}

}  // namespace

void look_at_fields(Document::Inside& document, HygieneBudget& budget, HazardList& list) {
  Findings ignored;
  const auto form = read_form_fields(document.root(), document.options.limits, ignored);
  if (!form) return;
  for (const auto& field : form.value()) {
    if (!is_comparable(field)) continue;
    for (const auto& widget : field.widgets) {
      if (disagrees(field, widget, budget)) {
        list.add(Hazard::kFieldDisagrees, {.page = {}, .object = widget, .label = field.name});
      }
    }
  }
}

void look_at_overlays(Document::Inside& document, HygieneBudget& budget, HazardList& list) {
  const auto pages = document.pages();
  if (!pages) return;
  DrawingBudget drawing;
  drawing.operators = budget.operators;
  drawing.octets = budget.octets;
  std::size_t left = 5'000;  // annotations of the whole document
  for (std::size_t page = 0; page < pages.value()->size(); ++page) {
    auto annotations = key_of((*pages.value())[page].dictionary, "/Annots");
    std::vector<Object> over;
    constexpr int kMost = 2'000;
    for (int i = 0; annotations.isArray() && i < std::min(annotations.getArrayNItems(), kMost);
         ++i) {
      auto one = annotations.getArrayItem(i);
      const auto drawn = key_of(one, "/AP");
      if (one.isDictionary() && !Object{drawn}.isNull() && is_shown(one) && !covers_by_trade(one)) {
        over.push_back(one);
      }
    }
    if (over.empty()) continue;
    if (!spend(left, over.size()) || drawing.octets == 0 || drawing.cells == 0) {
      return list.add(Hazard::kNotLookedThrough,
                      {.page = page, .object = over.front(), .label = {}});
    }
    const auto below = PageDrawing::read(document, page, drawing);
    for (const auto& annotation : over) {
      const auto cover = read_cover(annotation, below.geometry(), document, drawing);
      if (below.effect_of({&cover}, nullptr, CoverKind::kFilledField, drawing) ==
          CoverEffect::kHides) {
        list.add(Hazard::kRemovableOverlay, {.page = page, .object = annotation, .label = {}});
      }
    }
  }
}

}  // namespace antin::pdf
