#include "verifier/overlaps.h"

#include <algorithm>
#include <map>

#include "verifier/verdict.h"

namespace antin::verifier {

void add_standing(const std::vector<SignatureReport>& reports, const SignatureReport& covered,
                  PermissionInput& input) {
  std::map<std::string, Indication> worst;
  for (const auto& report : reports) {
    if (report.document_timestamp) continue;
    auto standing = report.indication;
    const bool unknown = report.sub_indication == SubIndication::kNoCertificateChainFound &&
                         covered.indication == Indication::kTotalPassed;
    const bool refused = report.sub_indication && refuses(*report.sub_indication);
    if (unknown || refused || report.integrity != Integrity::kIntact) {
      standing = Indication::kTotalFailed;
    }
    const auto known = worst.try_emplace(report.field, standing).first;
    const bool passed = known->second == Indication::kTotalPassed;
    if (passed || standing == Indication::kTotalFailed) known->second = standing;
  }
  for (const auto& [field, standing] : worst) {
    if (standing == Indication::kTotalPassed) input.passed_fields.push_back(field);
    if (standing == Indication::kIndeterminate) input.undecided_fields.push_back(field);
  }
}

void report_overlaps(const PermissionInput& input, SignatureReport& report) {
  bool passed = false, undecided = false;
  for (const auto& item : report.changes_after.items) {
    if (!item.permitted || item.change.what != Code::kPdfChangeOverlaps) continue;
    const auto& open = input.undecided_fields;
    const bool is_open = std::find(open.begin(), open.end(), item.change.field) != open.end();
    (is_open ? undecided : passed) = true;
  }
  if (passed) report.findings.push_back({Code::kPdfChangeOverlaps, Severity::kInfo, {}, {}});
  if (undecided)
    report.findings.push_back({Code::kPdfOverlapUndecided, Severity::kWarning, {}, {}});
}

}  // namespace antin::verifier
