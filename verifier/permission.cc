#include "verifier/permission.h"

#include <algorithm>

namespace antin::verifier {
namespace {

using pdf::ChangeLevel;
using pdf::DocMdp;

constexpr const char* kDocMdpClause = "ISO 32000-2 12.8.2.2";
constexpr const char* kFieldMdpClause = "ISO 32000-2 12.8.2.4";
constexpr const char* kDssClause = "ISO 32000-2 12.8.4.3";
constexpr const char* kTimestampClause = "ISO 32000-2 12.8.5";
constexpr const char* kSignatureClause = "ISO 32000-2 12.8.1";
constexpr const char* kMetadataClause = "ISO 32000-2 14.3.2";
// What the profile refuses on top (judging.md): the standard leaves it to whoever relies on it.
constexpr const char* kProfileClause = "ISO 32000-2 12.8.2.2.2 (antin profile)";
constexpr const char* kSealClause = "ISO 32000-2 12.8.1 (ND 30/2020/ND-CP, I.II.8)";

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool is_locked(const PermissionInput& input, const std::string& field) {
  return std::any_of(input.restrictions.locks.begin(), input.restrictions.locks.end(),
                     [&](const pdf::FieldLock& lock) { return locks_field(lock, field); });
}

struct Ruling {
  bool permitted;
  const char* rule;
};

// What belongs to a document timestamp and nothing else: permitted even at P=1 (table 257).
bool is_timestamp_change(const pdf::Change& change, const PermissionInput& input) {
  return change.what == Code::kPdfChangeTimestampAdded ||
         (!change.field.empty() && contains(input.timestamp_fields, change.field));
}

Ruling judge_signature(const pdf::Change& change, const PermissionInput& input) {
  if (is_timestamp_change(change, input)) return {true, kTimestampClause};
  const auto& mdp = input.restrictions.doc_mdp;
  if (mdp == DocMdp::kNoChanges) return {false, kDocMdpClause};
  // A field made ready for somebody else's signature is a new field, not a signature: 12.8.2.2
  // permits signing, not adding fields.
  if (change.what == Code::kPdfChangeSignatureField) {
    if (mdp) return {false, kDocMdpClause};
    if (input.profile != Profile::kDocument) return {false, kProfileClause};
  }
  if (change.what == Code::kPdfChangeSignatureAdded && is_locked(input, change.field))
    return {false, kFieldMdpClause};
  return {true, mdp ? kDocMdpClause : kSignatureClause};
}

Ruling judge_metadata(const PermissionInput& input) {
  if (input.restrictions.doc_mdp == DocMdp::kNoChanges) return {false, kDocMdpClause};
  if (input.profile == Profile::kCertifiedCopy && input.last_signature)
    return {false, kProfileClause};
  return {true, kMetadataClause};
}

Ruling judge_form_filling(const pdf::Change& change, const PermissionInput& input) {
  const auto& mdp = input.restrictions.doc_mdp;
  if (mdp == DocMdp::kNoChanges) return {false, kDocMdpClause};
  if (is_locked(input, change.field)) return {false, kFieldMdpClause};
  if (input.profile != Profile::kDocument) return {false, kProfileClause};
  return {true, mdp ? kDocMdpClause : kSignatureClause};
}

Ruling judge_annotation(const PermissionInput& input) {
  if (input.profile != Profile::kDocument) return {false, kProfileClause};
  return {input.restrictions.doc_mdp == DocMdp::kAnnotations, kDocMdpClause};
}

Ruling judge_by_level(const pdf::Change& change, const PermissionInput& input) {
  switch (change.level) {
    case ChangeLevel::kNone:
      return {true, kSignatureClause};
    case ChangeLevel::kLongTermData:
      return {true, kDssClause};
    case ChangeLevel::kSignature:
      return judge_signature(change, input);
    case ChangeLevel::kMetadata:
      return judge_metadata(input);
    case ChangeLevel::kFormFilling:
      return judge_form_filling(change, input);
    case ChangeLevel::kAnnotation:
      return judge_annotation(input);
    case ChangeLevel::kContent:
    case ChangeLevel::kUnclassified:
      break;
  }
  return {false, kDocMdpClause};
}

DocMdp stricter(std::optional<DocMdp> known, DocMdp other) {
  return known ? std::min(*known, other) : other;
}

}  // namespace

bool locks_field(const pdf::FieldLock& lock, const std::string& field) {
  const bool listed =
      std::any_of(lock.fields.begin(), lock.fields.end(), [&](const std::string& name) {
        return field == name ||
               (field.size() > name.size() && field.starts_with(name) && field[name.size()] == '.');
      });
  switch (lock.action) {
    case pdf::FieldLock::Action::kAll:
      return true;
    case pdf::FieldLock::Action::kInclude:
      return listed;
    case pdf::FieldLock::Action::kExclude:
      break;
  }
  return !listed;
}

Restrictions restrictions_after(const pdf::SignatureField& signature,
                                const std::vector<pdf::SignatureField>& fields) {
  Restrictions restrictions;
  for (const auto& field : fields) {
    if (!field.is_signed || field.revision > signature.revision) continue;
    if (field.doc_mdp) restrictions.doc_mdp = stricter(restrictions.doc_mdp, *field.doc_mdp);
    if (field.field_mdp) restrictions.locks.push_back(*field.field_mdp);
    if (!field.lock) continue;
    restrictions.locks.push_back(*field.lock);
    if (field.lock->permissions)
      restrictions.doc_mdp = stricter(restrictions.doc_mdp, *field.lock->permissions);
  }
  return restrictions;
}

namespace {

/// The seal over a third of the signature is wanted by law; so is its signature being good.
ChangeItem judge_overlap(pdf::Change change, const PermissionInput& input) {
  const bool stands =
      !is_timestamp_change(change, input) && (contains(input.passed_fields, change.field) ||
                                              contains(input.undecided_fields, change.field));
  if (stands) {
    const auto ruling = judge_signature(change, input);
    return {std::move(change), ruling.permitted ? kSealClause : ruling.rule, ruling.permitted};
  }
  change.what = Code::kPdfChangeOverlapRefused;
  change.level = pdf::ChangeLevel::kContent;
  return {std::move(change), kSealClause, false};
}

}  // namespace

ChangeItem judge_change(const pdf::Change& change, const PermissionInput& input) {
  if (change.what == Code::kPdfChangeOverlaps && !change.never_permitted) {
    return judge_overlap(change, input);
  }
  const auto ruling = judge_by_level(change, input);
  return {change, ruling.rule, ruling.permitted && !change.never_permitted};
}

ChangesAfter judge_changes(const std::vector<pdf::Change>& changes, const PermissionInput& input) {
  ChangesAfter after;
  for (const auto& change : changes) {
    after.items.push_back(judge_change(change, input));
    after.level = std::max(after.level, after.items.back().change.level);
    after.permitted = after.permitted && after.items.back().permitted;
  }
  return after;
}

}  // namespace antin::verifier
