#include "pdf/read/form.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_set>

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

/// What a field takes over from its ancestors (12.7.4.2).
struct Inherited {
  std::string name;
  std::string type;
  Object value = Object::newNull();
  std::int64_t flags = 0;
};

struct Node {
  Object object;
  Inherited from;
  std::size_t depth;
};

constexpr std::size_t kMaxFindings = 100;

class Walk {
 public:
  Walk(const ReadLimits& limits, Findings& findings) : limits_(limits), findings_(findings) {}

  Status run(const Object& fields) {
    push_kids(fields, {}, 0);
    while (!stack_.empty()) {
      auto node = std::move(stack_.back());
      stack_.pop_back();
      if (++visited_ > limits_.max_objects || node.depth > limits_.max_depth) {
        return make_error(Code::kResourceLimit, "the form's field tree is too large or too deep");
      }
      visit(std::move(node));
    }
    return Done{};
  }
  Form take() { return std::move(form_); }

 private:
  void damaged(const Object& where, const char* what) {
    if (findings_.size() >= kMaxFindings) return;
    findings_.push_back({Code::kPdfFieldDamaged,
                         Severity::kError,
                         {},
                         std::string{what} + ", object " + std::to_string(id_of(where).number)});
  }

  void push_kids(Object kids, const Inherited& from, std::size_t depth) {
    if (kids.isNull()) return;
    if (!kids.isArray()) return damaged(kids, "/Fields or /Kids is no array");
    for (int i = kids.getArrayNItems(); i-- > 0;) {
      stack_.push_back({kids.getArrayItem(i), from, depth + 1});
    }
  }

  void visit(Node node) {
    auto& field = node.object;
    if (!field.isDictionary()) return damaged(field, "a form field is no dictionary");
    if (field.isIndirect() && !seen_.insert(field.getObjGen()).second) {
      return damaged(field, "a form field is reached twice");
    }
    auto here = std::move(node.from);
    if (auto partial = key_of(field, "/T"); partial.isString()) {
      const auto name = text_of(partial);
      // 12.7.4.2: a partial name holds no period.
      if (name.find('.') != std::string::npos) damaged(field, "a field name holds a period");
      here.name = here.name.empty() ? name : here.name + "." + name;
    } else if (!partial.isNull()) {
      damaged(field, "a field name is no text");
    }
    if (auto type = key_of(field, "/FT"); type.isName()) here.type = type.getName();
    bool own_value = false;
    // Not resolved here: a signature's value is long, and whoever wants it reads it in its own way.
    if (auto value = key_of(field, "/V"); value.isIndirect() || !value.isNull()) {
      here.value = value;
      own_value = true;
    }
    if (auto flags = key_of(field, "/Ff"); flags.isInteger()) here.flags = flags.getIntValue();

    // A kid without a name of its own is a widget of this field (12.7.4.1).
    std::vector<Object> widgets;
    auto kids = key_of(field, "/Kids");
    bool terminal = true;
    if (kids.isArray()) {
      for (int i = 0; i < kids.getArrayNItems(); ++i) {
        auto kid = kids.getArrayItem(i);
        if (kid.isDictionary() && !kid.hasKey("/T")) {
          if (kid.isIndirect() && !seen_.insert(kid.getObjGen()).second) {
            damaged(kid, "a widget is reached twice");
          }
          if (kid.hasKey("/Kids")) damaged(kid, "a widget has kids");
          widgets.push_back(kid);
        } else {
          terminal = false;
        }
      }
    } else if (!kids.isNull()) {
      damaged(field, "/Kids is no array");
    }
    if (!terminal) {
      if (!widgets.empty()) damaged(field, "a field has both kids and widgets");
      form_.nodes.push_back({field, here.name, FormNode::kGroup});
      push_named_kids(kids, here, node.depth);
      return;
    }
    if (widgets.empty() &&
        (field.hasKey("/Rect") || name_of(key_of(field, "/Subtype")) == "Widget")) {
      widgets.push_back(field);
    }
    if (!names_.insert(here.name).second) damaged(field, "a field name is used twice");
    form_.nodes.push_back({field, here.name, form_.fields.size()});
    for (const auto& widget : widgets) {
      if (widgets.size() == 1 && widget.getObjGen() == field.getObjGen() && field.isIndirect())
        break;
      form_.nodes.push_back({widget, here.name, form_.fields.size()});
    }
    form_.fields.push_back({here.name, here.type, field, here.value, key_of(field, "/Lock"),
                            key_of(field, "/SV"),
                            !own_value && (here.value.isIndirect() || !here.value.isNull()),
                            here.flags, std::move(widgets)});
  }

  void push_named_kids(const Object& kids, const Inherited& from, std::size_t depth) {
    auto array = kids;
    for (int i = array.getArrayNItems(); i-- > 0;) {
      auto kid = array.getArrayItem(i);
      if (kid.isDictionary() && !kid.hasKey("/T")) continue;
      stack_.push_back({kid, from, depth + 1});
    }
  }

  const ReadLimits& limits_;
  Findings& findings_;
  std::vector<Node> stack_;
  std::set<QPDFObjGen> seen_;
  std::unordered_set<std::string> names_;
  Form form_;
  std::size_t visited_ = 0;
};

}  // namespace

Object key_of(const Object& dictionary, const char* key) {
  auto object = dictionary;
  if (object.isDictionary()) return object.getKey(key);
  if (object.isStream()) return object.getDict().getKey(key);
  return Object::newNull();
}

std::string text_of(const Object& object) {
  auto text = object;
  return text.isString() ? text.getUTF8Value() : std::string{};
}

std::string name_of(const Object& object) {
  auto name = object;
  return name.isName() ? name.getName().substr(1) : std::string{};
}

std::optional<Rect> read_rect(const Object& array) {
  auto rect = array;
  if (!rect.isArray() || rect.getArrayNItems() != 4) return std::nullopt;
  std::array<double, 4> side{};
  for (std::size_t i = 0; i < 4; ++i) {
    auto item = rect.getArrayItem(static_cast<int>(i));
    if (!item.isNumber()) return std::nullopt;
    side[i] = item.getNumericValue();
    if (!std::isfinite(side[i])) return std::nullopt;
  }
  return Rect{std::min(side[0], side[2]), std::min(side[1], side[3]), std::max(side[0], side[2]),
              std::max(side[1], side[3])};
}

std::optional<DocMdp> to_doc_mdp(const Object& number) {
  auto value = number;
  if (!value.isInteger()) return std::nullopt;
  const auto p = value.getIntValue();
  if (p < 1 || p > 3) return std::nullopt;
  return static_cast<DocMdp>(p);
}

std::optional<FieldLock> read_field_lock(const Object& dictionary) {
  if (!Object{dictionary}.isDictionary()) return std::nullopt;
  FieldLock lock{};
  const auto action = name_of(key_of(dictionary, "/Action"));
  if (action == "All") {
    lock.action = FieldLock::Action::kAll;
  } else if (action == "Include") {
    lock.action = FieldLock::Action::kInclude;
  } else if (action == "Exclude") {
    lock.action = FieldLock::Action::kExclude;
  } else {
    return std::nullopt;
  }
  if (auto fields = key_of(dictionary, "/Fields"); fields.isArray()) {
    for (int i = 0; i < fields.getArrayNItems(); ++i) {
      lock.fields.push_back(text_of(fields.getArrayItem(i)));
    }
  } else if (lock.action != FieldLock::Action::kAll) {
    return std::nullopt;
  }
  lock.permissions = to_doc_mdp(key_of(dictionary, "/P"));
  return lock;
}

Result<Form> read_form(const Object& root, const ReadLimits& limits, Findings& findings) {
  return guarded("reading form fields", [&]() -> Result<Form> {
    Walk walk{limits, findings};
    auto form = key_of(root, "/AcroForm");
    if (!form.isNull() && !form.isDictionary()) {
      findings.push_back({Code::kPdfFieldDamaged, Severity::kError, {}, "/AcroForm"});
    }
    ANTIN_CHECK(walk.run(key_of(form, "/Fields")));
    return walk.take();
  });
}

Result<std::vector<FormField>> read_form_fields(const Object& root, const ReadLimits& limits,
                                                Findings& findings) {
  ANTIN_TRY(auto form, read_form(root, limits, findings));
  return std::move(form.fields);
}

}  // namespace antin::pdf
