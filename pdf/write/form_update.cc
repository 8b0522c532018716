#include "pdf/write/form_update.h"

#include "pdf/read/form.h"
#include "pdf/write/numbers.h"

namespace antin::pdf {
namespace {

// 12.5.3: Print and Locked; Invisible, Hidden and NoView would hide the stamp.
constexpr unsigned kPrintAndLocked = 4U + 128U;
constexpr unsigned kHiding = 1U + 2U + 32U;
// 12.7.3: SignaturesExist, AppendOnly.
constexpr long long kSigFlags = 3;
// Fields looked at before /NeedAppearances is left alone.
constexpr int kMaxFieldsLookedAt = 5'000;

}  // namespace

FormUpdate::FormUpdate(IncrementalWriter& writer, Document::Inside& inside)
    : writer_(writer),
      inside_(inside),
      root_(inside.root()),
      form_(root_.getKey("/AcroForm")),
      root_id_(id_of(root_)) {
  form_owner_ = form_.isIndirect() ? id_of(form_) : root_id_;
}

Status FormUpdate::add(const NewField& field, const TargetPage& page) {
  const ObjectId id = writer_.allocate();
  ANTIN_TRY(const std::string name, writer_.text_string(id, field.name));
  std::string body = "<</Type /Annot /Subtype /Widget /FT /Sig /T " + name + " /F " +
                     std::to_string(kPrintAndLocked) + " /Rect " + rect_text(field.rect) + " /V " +
                     reference(field.value) + " /P " + reference(page.id);
  if (field.appearance) body += " /AP <</N " + reference(*field.appearance) + ">>";
  ANTIN_CHECK(writer_.put(id, body + ">>"));

  if (!form_.isDictionary()) {
    form_changes_["/Fields"] = "[" + reference(id) + "]";
  } else {
    auto fields = form_.getKey("/Fields");
    if (fields.isArray() && fields.isIndirect()) {
      fields_array_ = id_of(fields);
      ANTIN_TRY(const std::string text, writer_.appended(*fields_array_, fields, reference(id)));
      ANTIN_CHECK(writer_.put(*fields_array_, text));
    } else {
      ANTIN_TRY(form_changes_["/Fields"], writer_.appended(form_owner_, fields, reference(id)));
    }
  }
  return add_to_page(id, page);
}

Status FormUpdate::add_to_page(ObjectId field, const TargetPage& page) {
  auto annots = QPDFObjectHandle{page.dictionary}.getKey("/Annots");
  if (annots.isIndirect() && annots.isArray()) {
    const ObjectId array = id_of(annots);
    // One array as /Annots and as /Fields: it has the new field already.
    if (fields_array_ == array) return Done{};
    ANTIN_TRY(const bool shared, annots_shared(inside_, array, page.id));
    if (!shared) {
      ANTIN_TRY(const std::string text, writer_.appended(array, annots, reference(field)));
      ANTIN_CHECK(writer_.put(array, text));
      return Done{};
    }
    // Several pages show this array: only the target page gets one of its own.
  }
  ANTIN_TRY(const std::string array, writer_.appended(page.id, annots, reference(field)));
  ANTIN_TRY(const std::string text, writer_.edited(page.id, page.dictionary, {{"/Annots", array}}));
  ANTIN_CHECK(writer_.put(page.id, text));
  return Done{};
}

Status FormUpdate::fill(const SignatureField& field, ObjectId value,
                        std::optional<ObjectId> appearance) {
  auto object = inside_.qpdf.getObject(field.field.number, field.field.generation);
  if (!object.isDictionary()) return make_error(Code::kPdfMalformed, "field is not a dictionary");
  auto widget = object;
  if (!object.getKey("/Subtype").isNameAndEquals("/Widget")) {
    auto kids = object.getKey("/Kids");
    widget = kids.isArray() && kids.getArrayNItems() > 0 ? kids.getArrayItem(0)
                                                         : QPDFObjectHandle::newNull();
  }

  Overrides widget_changes;
  const bool has_area = field.rect && field.rect->width() > 0 && field.rect->height() > 0;
  if (!appearance && has_area) {
    // 12.5.5: a widget with an area needs an appearance; an empty one shows nothing.
    appearance = writer_.allocate();
    ANTIN_CHECK(writer_.put_stream(
        *appearance, "/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources <<>> ", {}));
  }
  if (appearance) {
    widget_changes["/AP"] = "<</N " + reference(*appearance) + ">>";
    auto flags = widget.isDictionary() ? widget.getKey("/F") : widget;
    const auto old = flags.isInteger() ? static_cast<unsigned>(flags.getIntValueAsInt()) : 0U;
    widget_changes["/F"] = std::to_string((old & ~kHiding) | kPrintAndLocked);
  }
  const bool merged = id_of(widget) == field.field && widget.isIndirect();
  if (!widget_changes.empty() && !merged) {
    if (!widget.isDictionary() || !widget.isIndirect()) {
      return make_error(Code::kPdfMalformed, "widget of the field is a direct object");
    }
    const ObjectId id = id_of(widget);
    ANTIN_TRY(const std::string text, writer_.edited(id, widget, widget_changes));
    ANTIN_CHECK(writer_.put(id, text));
    widget_changes.clear();
  }
  widget_changes["/V"] = reference(value);
  ANTIN_TRY(const std::string text, writer_.edited(field.field, object, widget_changes));
  ANTIN_CHECK(writer_.put(field.field, text));
  return Done{};
}

Status FormUpdate::certify(ObjectId value) {
  auto perms = root_.getKey("/Perms");
  const Overrides change{{"/DocMDP", reference(value)}};
  if (perms.isDictionary() && perms.isIndirect()) {
    const ObjectId id = id_of(perms);
    ANTIN_TRY(const std::string text, writer_.edited(id, perms, change));
    ANTIN_CHECK(writer_.put(id, text));
  } else if (perms.isDictionary()) {
    ANTIN_TRY(root_changes_["/Perms"], writer_.edited(root_id_, perms, change));
  } else {
    root_changes_["/Perms"] = "<</DocMDP " + reference(value) + ">>";
  }
  return Done{};
}

bool FormUpdate::every_widget_has_appearance() {
  std::vector<QPDFObjectHandle> open;
  const auto push_all = [&](QPDFObjectHandle array) {
    if (array.isArray()) {
      for (const auto& item : array.getArrayAsVector()) open.push_back(item);
    }
  };
  push_all(form_.getKey("/Fields"));
  for (int seen = 0; !open.empty(); ++seen) {
    if (seen == kMaxFieldsLookedAt) return false;
    auto field = open.back();
    open.pop_back();
    if (!field.isDictionary()) continue;
    push_all(field.getKey("/Kids"));
    const auto rect = read_rect(field.getKey("/Rect"));
    if (!rect || rect->width() <= 0 || rect->height() <= 0) continue;
    auto appearance = field.getKey("/AP");
    if (!appearance.isDictionary() || appearance.getKey("/N").isNull()) return false;
  }
  return true;
}

Status FormUpdate::settle_need_appearances(bool first_signature, Findings& warnings) {
  if (!form_.isDictionary()) return Done{};
  auto flag = form_.getKey("/NeedAppearances");
  if (!flag.isBool() || !flag.getBoolValue()) return Done{};
  // After a signature the key is part of what was signed.
  const bool remove = first_signature && every_widget_has_appearance();
  if (remove) form_changes_["/NeedAppearances"] = "";
  warnings.push_back({remove ? Code::kNeedAppearancesRemoved : Code::kNeedAppearancesKept,
                      remove ? Severity::kInfo : Severity::kWarning,
                      {},
                      "AcroForm"});
  return Done{};
}

Status FormUpdate::write() {
  if (!root_.isIndirect()) return make_error(Code::kPdfMalformed, "catalogue is a direct object");
  if (!form_.isDictionary()) {
    const ObjectId id = writer_.allocate();
    ANTIN_CHECK(writer_.put(id, "<</Fields " + form_changes_["/Fields"] + " /SigFlags " +
                                    std::to_string(kSigFlags) + ">>"));
    root_changes_["/AcroForm"] = reference(id);
  } else {
    auto flags = form_.getKey("/SigFlags");
    const long long old = flags.isInteger() ? flags.getIntValue() : 0;
    if ((old & kSigFlags) != kSigFlags) {
      form_changes_["/SigFlags"] = std::to_string(old | kSigFlags);
    }
    if (!form_changes_.empty()) {
      ANTIN_TRY(std::string text, writer_.edited(form_owner_, form_, form_changes_));
      if (form_.isIndirect()) {
        ANTIN_CHECK(writer_.put(form_owner_, text));
      } else {
        root_changes_["/AcroForm"] = std::move(text);
      }
    }
  }
  if (root_changes_.empty()) return Done{};
  ANTIN_TRY(const std::string text, writer_.edited(root_id_, root_, root_changes_));
  ANTIN_CHECK(writer_.put(root_id_, text));
  return Done{};
}

Result<std::string> signature_references(IncrementalWriter& writer, Document::Inside& inside,
                                         ObjectId value, const SignatureUpdate& update,
                                         const SigningPlan& plan) {
  std::string items;
  if (update.certify) {
    items +=
        "<</Type /SigRef /TransformMethod /DocMDP /TransformParams <</Type /TransformParams"
        " /V /1.2 /P " +
        std::to_string(static_cast<int>(*update.certify)) + ">>>>";
  }
  if (plan.existing && plan.existing->lock) {
    // 12.7.5.5: signing a field with a /Lock puts the lock into force as FieldMDP.
    const auto& lock = *plan.existing->lock;
    items += "<</Type /SigRef /TransformMethod /FieldMDP /Data " + reference(id_of(inside.root())) +
             " /TransformParams <</Type /TransformParams /V /1.2 /Action ";
    using Action = FieldLock::Action;
    items += lock.action == Action::kAll       ? "/All"
             : lock.action == Action::kInclude ? "/Include"
                                               : "/Exclude";
    if (lock.action != Action::kAll) {
      items += " /Fields [";
      for (const auto& name : lock.fields) {
        ANTIN_TRY(const std::string text, writer.text_string(value, name));
        items += text + " ";
      }
      items += "]";
    }
    items += ">>>>";
  }
  return items.empty() ? items : "\n/Reference [" + items + "]";
}

}  // namespace antin::pdf
