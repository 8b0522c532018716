#include "pdf/write/signing_plan.h"

#include <algorithm>

namespace antin::pdf {
namespace {

// Rejects what verification would call INVALID whatever is signed on top.
Status refuse_unsound(const Findings& findings, const char* where) {
  for (const auto& finding : findings) {
    if (finding.severity == Severity::kError) {
      return make_error(finding.code, std::string{where} + ": " + finding.detail, finding.params);
    }
  }
  return Done{};
}

// ISO 32000-2 tables 236 and 256: does this lock cover the field?
bool covers(const FieldLock& lock, std::string_view field) {
  if (lock.action == FieldLock::Action::kAll) return true;
  const bool listed =
      std::any_of(lock.fields.begin(), lock.fields.end(), [&](const std::string& name) {
        // A name stands for its whole subtree.
        return field == name ||
               (field.size() > name.size() && field.starts_with(name) && field[name.size()] == '.');
      });
  return listed == (lock.action == FieldLock::Action::kInclude);
}

Error locked(std::string reason) {
  return make_error(Code::kSigningForbidden, reason, {{"reason", reason}});
}

// Everything earlier signatures say about later ones.
struct EarlierRules {
  std::optional<DocMdp> strictest;
  std::string strictest_by;
  std::vector<std::pair<const FieldLock*, std::string>> locks;
};

EarlierRules earlier_rules(const std::vector<SignatureField>& fields) {
  EarlierRules rules;
  const auto restrict_to = [&](std::optional<DocMdp> level, const std::string& by) {
    if (level && (!rules.strictest || *level < *rules.strictest)) {
      rules.strictest = level;
      rules.strictest_by = by;
    }
  };
  for (const auto& field : fields) {
    if (!field.is_signed) continue;
    restrict_to(field.doc_mdp, "DocMDP (" + field.name + ")");
    for (const auto* lock : {&field.lock, &field.field_mdp}) {
      if (!*lock) continue;
      restrict_to((*lock)->permissions, "Lock (" + field.name + ")");
      rules.locks.emplace_back(&**lock, field.name);
    }
  }
  return rules;
}

Status refuse_locked(const EarlierRules& rules, std::string_view field) {
  if (rules.strictest == DocMdp::kNoChanges) return locked(rules.strictest_by + " P=1");
  for (const auto& [lock, by] : rules.locks) {
    if (covers(*lock, field)) return locked("FieldMDP/Lock (" + by + ")");
  }
  return Done{};
}

// Table 237: /Ff bits of the constraints.
constexpr std::uint32_t kFilterRequired = 1U << 0U;
constexpr std::uint32_t kSubFilterRequired = 1U << 1U;
constexpr std::uint32_t kReasonsRequired = 1U << 3U;
constexpr std::uint32_t kDigestRequired = 1U << 6U;

bool contains(const std::vector<std::string>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

Status refuse_by_seed(const SignatureField& field, const SignatureUpdate& update, bool first) {
  if (!field.seed) return Done{};
  const auto& seed = *field.seed;
  const auto refused = [&](std::string reason) {
    return make_error(Code::kSeedValueForbids, reason, {{"field", field.name}, {"reason", reason}});
  };
  if (!seed.unsupported.empty()) return refused(seed.unsupported.front());
  const auto wants = [&](std::uint32_t flag) { return (seed.flags & flag) != 0; };
  if (wants(kFilterRequired) && seed.filter && *seed.filter != "Adobe.PPKLite") {
    return refused("Filter " + *seed.filter);
  }
  if (wants(kSubFilterRequired) && !seed.sub_filters.empty() &&
      !contains(seed.sub_filters, update.sub_filter)) {
    return refused("SubFilter " + seed.sub_filters.front());
  }
  if (wants(kDigestRequired) && !seed.digest_methods.empty() &&
      !contains(seed.digest_methods, update.digest_method)) {
    return refused("DigestMethod " + seed.digest_methods.front());
  }
  if (wants(kReasonsRequired)) {
    // One "." or none at all: a reason shall not be given.
    const bool no_reason =
        seed.reasons.empty() || (seed.reasons.size() == 1 && seed.reasons.front() == ".");
    if (no_reason ? !update.reason.empty() : !contains(seed.reasons, update.reason)) {
      return refused("Reasons");
    }
  }
  if (seed.mdp_approval_only && update.certify) return refused("MDP P=0");
  if (seed.mdp && (!first || update.certify != seed.mdp)) {
    return refused("MDP P=" + std::to_string(static_cast<int>(*seed.mdp)));
  }
  if (seed.timestamp_required && !update.timestamp_planned) return refused("TimeStamp");
  return Done{};
}

// Names of the top-level fields; a new field must not repeat one (12.7.4.2).
std::set<std::string> top_level_names(Document::Inside& inside) {
  std::set<std::string> names;
  auto form = inside.root().getKey("/AcroForm");
  if (!form.isDictionary()) return names;
  auto fields = form.getKey("/Fields");
  if (!fields.isArray()) return names;
  for (auto& field : fields.getArrayAsVector()) {
    if (!field.isDictionary()) continue;
    auto name = field.getKey("/T");
    if (name.isString()) names.insert(name.getUTF8Value());
  }
  return names;
}

Result<std::string> new_name(Document::Inside& inside, const SignatureUpdate& update,
                             RandomSource& random) {
  ANTIN_TRY(const auto taken, guarded("field names", [&] { return top_level_names(inside); }));
  if (!update.field.empty()) {
    if (update.field.find('.') != std::string::npos || taken.contains(update.field)) {
      return make_error(Code::kFieldExists, "field name taken or not allowed",
                        {{"field", update.field}});
    }
    return update.field;
  }
  std::string role;
  for (const char c : update.role) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain && role.size() < 32) role += c;
  }
  for (int attempt = 0; attempt < 16; ++attempt) {
    std::string name = "Sig_" + role + "_" + to_hex(random.bytes(4));
    if (!taken.contains(name)) return name;
  }
  return make_error(Code::kInternal, "no free field name");
}

const SignatureField* named(const std::vector<SignatureField>& fields, std::string_view name) {
  const auto hit = std::find_if(fields.begin(), fields.end(),
                                [&](const SignatureField& field) { return field.name == name; });
  return hit == fields.end() ? nullptr : &*hit;
}

bool has_area(const SignatureField& field) {
  return field.rect && field.rect->width() > 0 && field.rect->height() > 0;
}

}  // namespace

Status refuse_unsound(const Document& document, const std::vector<SignatureField>& fields) {
  ANTIN_CHECK(refuse_unsound(document.findings(), "document"));
  for (const auto& field : fields) {
    if (field.is_signed) ANTIN_CHECK(refuse_unsound(field.findings, field.name.c_str()));
  }
  return Done{};
}

Result<SigningPlan> plan_signature(const Document& document,
                                   const std::vector<SignatureField>& fields,
                                   const SignatureUpdate& update, RandomSource& random) {
  ANTIN_CHECK(refuse_unsound(document, fields));
  if (!document.may_modify_annotations()) {
    return make_error(Code::kPermissionDenied, "/P forbids annotations and form fields");
  }

  SigningPlan plan;
  const bool timestamp = update.type == SignatureUpdate::Type::kDocumentTimestamp;
  plan.first = std::none_of(fields.begin(), fields.end(),
                            [](const SignatureField& field) { return field.is_signed; });
  plan.visible = update.appearance.has_value();
  if (update.certify && (!plan.first || timestamp)) {
    return locked("DocMDP: only the first signature certifies (12.8.2.2)");
  }
  const EarlierRules rules = timestamp ? EarlierRules{} : earlier_rules(fields);
  const bool certified = rules.strictest.has_value();
  if (rules.strictest == DocMdp::kNoChanges) return locked(rules.strictest_by + " P=1");

  // Which field: the one asked for, the one the stamp is anchored to, or under DocMDP any free one.
  std::string wanted = update.field;
  if (update.appearance && update.appearance->anchor.kind == Anchor::Kind::kField) {
    const auto& anchor = update.appearance->anchor.field;
    if (named(fields, anchor) == nullptr || (!wanted.empty() && wanted != anchor)) {
      return make_error(Code::kFieldNotFound, "anchor field", {{"field", anchor}});
    }
    wanted = anchor;
  }
  const SignatureField* chosen = wanted.empty() ? nullptr : named(fields, wanted);
  if (chosen == nullptr && wanted.empty() && certified) {
    for (const auto& field : fields) {
      if (!field.is_signed && field.field.number != 0 && refuse_locked(rules, field.name) &&
          refuse_by_seed(field, update, plan.first)) {
        chosen = &field;
        break;
      }
    }
  }

  if (chosen != nullptr) {
    if (chosen->is_signed) {
      return make_error(Code::kFieldNotEmpty, "field signed", {{"field", chosen->name}});
    }
    if (chosen->field.number == 0) {
      return make_error(Code::kPdfMalformed, "signature field is a direct object");
    }
    ANTIN_CHECK(refuse_locked(rules, chosen->name));
    ANTIN_CHECK(refuse_by_seed(*chosen, update, plan.first));
    if (plan.visible && !(has_area(*chosen) && chosen->page)) {
      plan.visible = false;
      plan.warnings.push_back(
          {Code::kFieldInvisible, Severity::kWarning, {{"field", chosen->name}}, chosen->name});
    }
    plan.existing = *chosen;
    plan.name = chosen->name;
    return plan;
  }

  ANTIN_TRY(plan.name, new_name(document.inside(), update, random));
  ANTIN_CHECK(refuse_locked(rules, plan.name));
  if (certified && plan.visible) {
    plan.visible = update.allow_new_visible_field_when_certified;
    const auto level = "P=" + std::to_string(static_cast<int>(*rules.strictest));
    plan.warnings.push_back(
        {plan.visible ? Code::kVisibleFieldCertified : Code::kStampOmittedCertified,
         Severity::kWarning,
         {{"level", level}},
         rules.strictest_by});
  }
  return plan;
}

}  // namespace antin::pdf
