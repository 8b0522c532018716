#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pdf/read/changes.h"
#include "pdf/read/document.h"
#include "verifier/report.h"
#include "verifier/verify.h"

namespace antin::verifier {

/// What may still happen to a document after one of its signatures.
struct Restrictions {
  std::optional<pdf::DocMdp> doc_mdp;  ///< strictest of certification (12.8.2.2) and /Lock /P
  std::vector<pdf::FieldLock> locks;   ///< FieldMDP (12.8.2.4) and /Lock (12.7.5.5)
};
/// Of `signature` and every signature that was there before it.
Restrictions restrictions_after(const pdf::SignatureField& signature,
                                const std::vector<pdf::SignatureField>& fields);

/// Does the lock hold for this field (fully qualified name)? A locked parent locks its kids.
bool locks_field(const pdf::FieldLock& lock, const std::string& field);

struct PermissionInput {
  Restrictions restrictions;
  Profile profile;
  bool last_signature;  ///< no further signature (document timestamps apart) came after
  std::vector<std::string> timestamp_fields;  ///< fields whose value is a document timestamp
  /// Fields whose signature is TOTAL-PASSED: their appearance may lie over signed content that
  /// stays readable (vietnam.md R-09, judging.md).
  std::vector<std::string> passed_fields = {};
  /// Fields whose signature may yet turn out to be that: neither failed nor refused, evidence is
  /// missing. Permitted for the time being; the document is not VALID as long as they are.
  std::vector<std::string> undecided_fields = {};
};

/// judging.md, one change at a time: is it permitted, and by which clause is that decided?
ChangeItem judge_change(const pdf::Change& change, const PermissionInput& input);
ChangesAfter judge_changes(const std::vector<pdf::Change>& changes, const PermissionInput& input);

}  // namespace antin::verifier
