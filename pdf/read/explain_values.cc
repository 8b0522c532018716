#include <algorithm>
#include <cmath>
#include <map>

#include "pdf/read/content_stream.h"
#include "pdf/read/explain.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

constexpr std::size_t kMostOctets = std::size_t{256} * 1024U;  // of one field's appearance
constexpr std::int64_t kPassword = 1 << 13;                    // of /Ff, table 231

bool is_letter_or_digit(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// What can be compared whatever the font's encoding: letters and digits of ASCII.
std::string plain(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    if (is_letter_or_digit(static_cast<unsigned char>(c))) kept += c;
  }
  return kept;
}

/// The codes of ASCII letters and digits mean what they say: no program of its own, no encoding
/// that gives them other glyphs (9.6.5).
bool reads_as_ascii(const Object& font) {
  const auto kind = name_of(key_of(font, "/Subtype"));
  if (kind != "Type1" && kind != "TrueType") return false;
  const auto descriptor = key_of(font, "/FontDescriptor");
  for (const char* program : {"/FontFile", "/FontFile2", "/FontFile3"}) {
    if (!Object{key_of(descriptor, program)}.isNull()) return false;
  }
  const auto base = name_of(key_of(font, "/BaseFont"));
  if (base == "Symbol" || base == "ZapfDingbats") return false;
  auto differences = key_of(key_of(font, "/Encoding"), "/Differences");
  std::int64_t code = 0;
  for (int i = 0; differences.isArray() && i < differences.getArrayNItems(); ++i) {
    auto item = differences.getArrayItem(i);
    if (item.isInteger()) {
      code = item.getIntValue();
    } else if (code >= 0 && code < 128 && is_letter_or_digit(static_cast<unsigned char>(code++))) {
      return false;
    }
  }
  return true;
}

/// Reads the letters of an appearance; anything that could draw letters otherwise ends it.
class Letters : public ContentReader {
 public:
  Letters(const Object& fonts, const Rect& box) : fonts_(fonts), clip_(box) {}

  void handleObject(Object object) override {
    if (!object.isOperator()) {
      if (operands_.size() < 64) operands_.push_back(object);
      return;
    }
    run(object.getOperatorValue());
    operands_.clear();
  }

  bool readable() const noexcept { return readable_; }
  const std::string& text() const noexcept { return text_; }

 private:
  void run(const std::string& name) {
    static const std::set<std::string, std::less<>> harmless = {
        "BMC", "BDC", "EMC", "MP", "DP", "q",  "Q", "BT", "ET", "Td", "TD", "Tm", "T*",
        "TL",  "Tc",  "Tw",  "w",  "W",  "W*", "n", "G",  "RG", "K",  "f",  "F",  "f*",
        "S",   "s",   "B",   "b",  "d",  "J",  "j", "M",  "i",  "ri", "h"};
    if (name == "Tf") {
      const bool named = operands_.size() == 2 && operands_[0].isName();
      known_font_ =
          named && reads_as_ascii(fonts_.isDictionary() ? fonts_.getKey(operands_[0].getName())
                                                        : Object::newNull());
      readable_ = readable_ && named && number(1) >= 3;  // smaller is not read
    } else if (name == "BT") {
      at_ = {};
    } else if (name == "Td" || name == "TD") {
      at_ = {at_.x + number(0), at_.y + number(1)};
    } else if (name == "Tm") {
      at_ = {number(4), number(5)};
      readable_ = readable_ && number(0) >= 0.5 && number(3) >= 0.5;
    } else if (name == "W" || name == "W*") {
      clip_ = intersection(clip_, last_);
    } else if (name == "Tj" || name == "'" || name == "\"") {
      if (!operands_.empty()) show(operands_.back());
    } else if (name == "TJ") {
      auto parts = operands_.empty() ? Object::newNull() : operands_.back();
      for (int i = 0; parts.isArray() && i < parts.getArrayNItems(); ++i) {
        if (parts.getArrayItem(i).isString()) show(parts.getArrayItem(i));
      }
    } else if (name == "g" || name == "rg" || name == "k") {
      double sum = 0;
      for (auto& operand : operands_) sum += operand.isNumber() ? operand.getNumericValue() : 0;
      const auto count = static_cast<double>(std::max<std::size_t>(operands_.size(), 1));
      const double light = name == "k" ? 1 - sum : sum / count;
      dark_ = light <= 0.6;
      white_ = light >= 0.95;
    } else if (name == "Tr") {
      const auto mode = operands_.empty() ? Object::newNull() : operands_.back();
      unseen_ = Object{mode}.isInteger() && Object{mode}.getIntValue() == 3;
      readable_ =
          readable_ && (unseen_ || (Object{mode}.isInteger() && Object{mode}.getIntValue() == 0));
    } else if (name == "re") {
      readable_ = readable_ && ++boxes_ <= 4;  // clip, background, border
      const double x = number(0), y = number(1), w = number(2), h = number(3);
      last_ = {std::min(x, x + w), std::min(y, y + h), std::max(x, x + w), std::max(y, y + h)};
    } else if (name == "f" || name == "F" || name == "f*" || name == "B" || name == "b") {
      on_colour_ = on_colour_ || !white_;
      readable_ = readable_ && text_.empty();  // what comes after covers
    } else if (harmless.count(name) == 0) {
      readable_ = false;
    }
  }
  double number(std::size_t operand) {
    return operand < operands_.size() && operands_[operand].isNumber()
               ? operands_[operand].getNumericValue()
               : 0;
  }
  void show(Object string) {
    if (!string.isString()) return;
    if (unseen_ || (white_ && !on_colour_)) return;  // white on white says nothing
    const bool inside = at_.x > clip_.left - 1 && at_.x < clip_.right && at_.y > clip_.bottom - 3 &&
                        at_.y < clip_.top;
    readable_ = readable_ && known_font_ && dark_ && inside;
    text_ += string.getStringValue();
  }

  Object fonts_;
  std::vector<Object> operands_;
  std::string text_;
  Rect clip_, last_{};
  Point at_;
  bool readable_ = true, known_font_ = false, dark_ = true, white_ = false;
  bool on_colour_ = false;  ///< something was filled that is not white
  bool unseen_ = false;     ///< text rendering mode 3 (9.3.6)
  int boxes_ = 0;
};

Says appearance_says(const Object& widget, const std::string& value) {
  auto stream = key_of(key_of(widget, "/AP"), "/N");
  if (!stream.isStream()) return Says::kCannotTell;
  const auto octets = content_octets(stream, kMostOctets);
  if (!octets || !octets.value()) return Says::kCannotTell;
  // Drawn as large as it is (12.5.5), or nearly.
  const auto box = read_rect(key_of(stream, "/BBox")), rect = read_rect(key_of(widget, "/Rect"));
  const bool as_large = box && rect && Object{key_of(stream, "/Matrix")}.isNull() &&
                        std::abs(box->width() - rect->width()) <= 2 &&
                        std::abs(box->height() - rect->height()) <= 2;
  if (!as_large) return Says::kCannotTell;
  Letters letters{key_of(key_of(stream, "/Resources"), "/Font"), *box};
  if (!parse_content(*octets.value(), letters) || !letters.readable()) return Says::kCannotTell;
  if (plain(letters.text()) == plain(value)) return Says::kSame;
  // A letter with marks may be drawn as the letter without.
  const auto is_ascii = [](const std::string& text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 128; });
  };
  return is_ascii(value) && is_ascii(letters.text()) ? Says::kOther : Says::kCannotTell;
}

}  // namespace

Says field_says(const FormField& field, const Object& widget) {
  if (field.type != "/Tx" && field.type != "/Ch") return Says::kCannotTell;
  auto value = field.value;
  if (!value.isNull() && !value.isString()) return Says::kCannotTell;
  // A script writes the value in its own way, and a password is not written at all.
  if (!Object{key_of(key_of(field.dictionary, "/AA"), "/F")}.isNull() ||
      (field.flags & kPassword) != 0) {
    return Says::kCannotTell;
  }
  auto shown = text_of(value);
  auto options = key_of(field.dictionary, "/Opt");
  for (int i = 0; options.isArray() && i < std::min(options.getArrayNItems(), 1000); ++i) {
    // 12.7.5.4: the value that is stored, and the text that stands for it.
    auto pair = options.getArrayItem(i);
    if (pair.isArray() && pair.getArrayNItems() == 2 && text_of(pair.getArrayItem(0)) == shown) {
      shown = text_of(pair.getArrayItem(1));
      break;
    }
  }
  return appearance_says(widget, shown);
}

namespace {

bool needs_appearances(const Object& root) {
  auto flag = key_of(key_of(root, "/AcroForm"), "/NeedAppearances");
  return flag.isBool() && flag.getBoolValue();
}

/// Widgets that show an appearance of their own.
std::vector<Object> showing(const FormField& field) {
  std::vector<Object> found;
  for (const auto& widget : field.widgets) {
    const auto rect = read_rect(key_of(widget, "/Rect"));
    if (rect && rect->width() > 0 && rect->height() > 0 && is_shown(widget) &&
        !Object{key_of(widget, "/AP")}.isNull()) {
      found.push_back(widget);
    }
  }
  return found;
}

bool holds_something(Object value) {
  return !value.isNull() && !(value.isString() && value.getStringValue().empty());
}

std::map<std::string, const FormField*> by_name(const Form& form) {
  std::map<std::string, const FormField*> fields;
  for (const auto& field : form.fields) fields.emplace(field.name, &field);
  return fields;
}

}  // namespace

/// nullptr when what is stored and what is shown still go together.
const char* Explainer::disagreement(const FormField& before, const FormField& after) {
  const auto& state = touched_[after.name];
  const auto shows = showing(after);
  const bool showed = !showing(before).empty();
  const bool left_to_viewers = needs_appearances(after_.root());
  const bool value = !equal(before.value, after.value);
  if (state.look && !value) return "drawn otherwise without a new value";
  if (shows.empty()) {
    const bool lost = showed && holds_something(after.value) && !left_to_viewers;
    return lost ? "appearance taken away" : nullptr;
  }
  const bool drawn = state.appearance || state.state;
  const auto all_say = [&](Says wanted) {
    return std::all_of(shows.begin(), shows.end(),
                       [&](const Object& widget) { return field_says(after, widget) == wanted; });
  };
  const auto any_says = [&](Says wanted) {
    return std::any_of(shows.begin(), shows.end(),
                       [&](const Object& widget) { return field_says(after, widget) == wanted; });
  };
  if (value && !drawn) return left_to_viewers ? nullptr : "value without appearance";
  if (value && any_says(Says::kOther) && !left_to_viewers) return "appearance of another value";
  if (value || !drawn) return nullptr;
  // Where viewers drew the value themselves, one of them may keep its drawing (12.7.3).
  if (needs_appearances(before_.root()) && all_say(Says::kSame)) return nullptr;
  return "appearance without value";
}

/// What is stored and what is shown must go together.
void Explainer::judge_agreement() {
  const auto old_fields = by_name(form_before_);
  for (const auto& field : form_after_.fields) {
    const auto old = old_fields.find(field.name);
    if (field.type == "/Sig" || old == old_fields.end()) continue;  // a new one is judged as such
    // The value may stand in the group above.
    if (touched_.count(field.name) == 0 && equal(old->second->value, field.value)) continue;
    const auto* remark = disagreement(*old->second, field);
    if (remark == nullptr) continue;
    Place place = below({}, "/Root/AcroForm{" + field.name + "}", Role::kFieldValue);
    place.field = field.name;
    add(place, ChangeLevel::kContent, Code::kPdfChangeFieldDisagrees, field.dictionary, true,
        remark);
  }
  if (needs_appearances(after_.root()) && !needs_appearances(before_.root())) {
    judge_fields_drawn_anew();
  }
}

/// Viewers are told to draw every field by its value. That goes with filling one in; the others
/// must come out as they were.
void Explainer::judge_fields_drawn_anew() {
  const auto old_fields = by_name(form_before_);
  bool filled = false;
  for (const auto& field : form_after_.fields) {
    const auto old = old_fields.find(field.name);
    if (field.type == "/Sig" || field.type == "/Btn" || old == old_fields.end()) continue;
    if (!equal(old->second->value, field.value)) {
      filled = true;
      continue;
    }
    const auto shows = showing(*old->second);
    const bool same = std::all_of(shows.begin(), shows.end(), [&](const Object& widget) {
      return field_says(*old->second, widget) == Says::kSame;
    });
    if (same) continue;
    Place place = below({}, "/Root/AcroForm/NeedAppearances", Role::kForm);
    place.field = field.name;
    add(place, ChangeLevel::kContent, Code::kPdfChangeFieldDisagrees, field.dictionary, true,
        "would be drawn anew");
  }
  if (filled) return;
  const auto place = below({}, "/Root/AcroForm/NeedAppearances", Role::kForm);
  add(place, ChangeLevel::kContent, Code::kPdfChangeForm, after_.root(), true);
}

}  // namespace antin::pdf
