#include "verifier/certified_copy.h"

#include <algorithm>
#include <vector>

#include "verifier/report_message.h"

namespace antin::verifier {
namespace {

struct Signed {
  const CertificateSummary* by;
  SignerRole role;
};

// Document timestamps apart; a signature whose signer cannot be read refuses the document already.
std::vector<Signed> signed_by(const Report& report, const SignerRules& rules) {
  std::vector<Signed> all;
  for (const auto& signature : report.signatures) {
    if (signature.document_timestamp || !signature.signer) continue;
    all.push_back({&*signature.signer, role_of(*signature.signer, rules)});
  }
  return all;
}

void officer_missing(Report& report) {
  const auto form = report.attestation ? report.attestation->office_form : std::string{};
  if (form.empty())
    refuse(report, {Code::kCopyOfficerMissing, Severity::kError, {}, {}});
  else
    refuse(report, {Code::kCopySaoY, Severity::kError, {{"hinh_thuc", form}}, {}});
}

// The best that any officer and a later seal are to each other.
void judge_units(Report& report, const std::vector<Signed>& all, const SignerRules& rules) {
  auto best = SameUnit::kNo;
  const Signed* officer = nullptr;
  const Signed* seal = nullptr;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].role != SignerRole::kPerson) continue;
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      if (all[j].role != SignerRole::kAgency) continue;
      const auto found = same_unit(*all[i].by, *all[j].by, rules);
      if (found == SameUnit::kYes) return;
      if (seal != nullptr && (best == SameUnit::kUnknown || found == SameUnit::kNo)) continue;
      best = found;
      officer = &all[i];
      seal = &all[j];
    }
  }
  if (seal == nullptr) return;
  auto office = office_of(*officer->by, rules);
  if (office.empty()) office = officer->by->name;
  const Params params{{"don_vi", office}, {"co_quan", office_of(*seal->by, rules)}};
  if (best == SameUnit::kNo)
    refuse(report, {Code::kCopyUnitsDiffer, Severity::kError, params, {}});
  else
    leave_undecided(report, {Code::kCopyUnitsUnknown, Severity::kWarning, params, {}});
}

}  // namespace

void judge_certified_copy(Report& report, const SignerRules& rules) {
  if (rules.certified_copy == SignerRules::CertifiedCopy::kAny) return;
  const auto all = signed_by(report, rules);
  if (all.empty()) return;  // NO_SIGNATURE says enough
  const auto has = [&](SignerRole role) {
    return std::any_of(all.begin(), all.end(), [&](const Signed& one) { return one.role == role; });
  };
  if (!has(SignerRole::kPerson)) return officer_missing(report);
  if (!has(SignerRole::kAgency))
    return leave_undecided(report, {Code::kCopySealMissing, Severity::kWarning, {}, {}});
  if (all.front().role == SignerRole::kAgency)
    return refuse(report, {Code::kCopySignatureOrder, Severity::kError, {}, {}});
  judge_units(report, all, rules);
}

void tell_former_names(Report& report, const SignerRules& rules) {
  std::vector<std::string> told;
  for (const auto& signature : report.signatures) {
    if (signature.document_timestamp || !signature.signer) continue;
    const auto office = office_of(*signature.signer, rules);
    if (std::find(told.begin(), told.end(), office) != told.end()) continue;
    const auto units = rules.units.named(office);
    if (units.size() != 1 || UnitTable::former(*units.front(), office) == nullptr) continue;
    told.push_back(office);
    report.findings.push_back(
        {Code::kUnitRenamed, Severity::kInfo, {{"cu", office}, {"nay", units.front()->name}}, {}});
  }
}

}  // namespace antin::verifier
