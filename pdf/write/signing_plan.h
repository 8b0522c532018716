#pragma once

#include <optional>
#include <set>
#include <string>

#include "pdf/read/qpdf_inside.h"
#include "pdf/write/signature_update.h"

namespace antin::pdf {

/// What prepare_signature() is going to do, decided before anything is drawn or written.
struct SigningPlan {
  std::optional<SignatureField> existing;  ///< the field to fill; nullopt: a new one
  std::string name;                        ///< fully qualified
  bool visible = false;
  bool first = true;  ///< no field is signed yet
  Findings warnings;
};

/// Applies every rule that can refuse: findings, permissions, DocMDP, FieldMDP, locks, seed values,
/// names. `fields` are the document's signature fields.
Result<SigningPlan> plan_signature(const Document& document,
                                   const std::vector<SignatureField>& fields,
                                   const SignatureUpdate& update, RandomSource& random);

/// Fails with the code of the first error among the findings of the document and of its earlier
/// signatures: what would be judged INVALID afterwards gets no update.
Status refuse_unsound(const Document& document, const std::vector<SignatureField>& fields);

}  // namespace antin::pdf
