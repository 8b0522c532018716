#pragma once

#include <optional>

#include "pdf/write/incremental_writer.h"
#include "pdf/write/signing_plan.h"
#include "pdf/write/target_page.h"

namespace antin::pdf {

/// A new signature field, its widget merged into it (12.7.4.1).
struct NewField {
  std::string name;
  ObjectId value;
  Rect rect;
  std::optional<ObjectId> appearance;
};

/// The changes that a signature brings to catalogue, AcroForm, page and field: collected, then
/// written once, because one direct object may hold several of them.
class FormUpdate {
 public:
  FormUpdate(IncrementalWriter& writer, Document::Inside& inside);

  Status add(const NewField& field, const TargetPage& page);
  /// Sets /V of an existing field; `appearance` nullopt leaves it invisible.
  Status fill(const SignatureField& field, ObjectId value, std::optional<ObjectId> appearance);
  /// /Perms /DocMDP of the catalogue (12.8.6).
  Status certify(ObjectId value);
  /// With /NeedAppearances true viewers redraw every field and lose the stamp. Takes the key away
  /// when every other visible field has an appearance and nothing is signed yet; else warns.
  Status settle_need_appearances(bool first_signature, Findings& warnings);
  /// Writes AcroForm and catalogue if they changed.
  Status write();

 private:
  Status add_to_page(ObjectId field, const TargetPage& page);
  bool every_widget_has_appearance();

  IncrementalWriter& writer_;
  Document::Inside& inside_;
  QPDFObjectHandle root_, form_;
  ObjectId root_id_;
  ObjectId form_owner_;  ///< object that holds the AcroForm dictionary
  Overrides root_changes_, form_changes_;
  std::optional<ObjectId> fields_array_;  ///< indirect /Fields array already rewritten
};

/// "/Reference […]" for certification (DocMDP) and for the field's own /Lock (FieldMDP), or "".
Result<std::string> signature_references(IncrementalWriter& writer, Document::Inside& inside,
                                         ObjectId value, const SignatureUpdate& update,
                                         const SigningPlan& plan);

}  // namespace antin::pdf
