#include "verifier/report_message.h"

#include <algorithm>
#include <optional>

#include "certs/core/codes.h"

namespace antin::verifier {
namespace {

std::optional<Code> first_reason(const Findings& findings, std::optional<SubIndication> deciding) {
  for (const auto& finding : findings) {
    if (finding.severity == Severity::kError &&
        (!deciding || info(finding.code).sub_indication == deciding))
      return finding.code;
  }
  return std::nullopt;
}

// The one sentence: for a refusal the first reason that refuses, for uncertainty the first missing
// piece.
void choose_message(Report& report) {
  const auto take = [&](const Findings& findings, std::optional<SubIndication> deciding) {
    const auto code = first_reason(findings, deciding);
    if (!code) return false;
    const auto found = std::find_if(findings.begin(), findings.end(),
                                    [&](const Finding& one) { return one.code == *code; });
    report.message = *code;
    report.message_params = found->params;
    return true;
  };
  switch (report.verdict) {
    case Verdict::kValid:
      report.message = Code::kVerdictValid;
      return;
    case Verdict::kNoSignature:
      report.message =
          report.signatures.empty() ? Code::kVerdictNoSignature : Code::kVerdictOnlyTimestamp;
      return;
    case Verdict::kInvalid:
      report.message = Code::kVerdictInvalid;
      for (const auto& signature : report.signatures) {
        if (signature.sub_indication && refuses(*signature.sub_indication) &&
            take(signature.findings, signature.sub_indication))
          return;
      }
      for (const auto& signature : report.signatures) {
        if (!signature.changes_after.permitted) {
          report.message = Code::kSigChangedAfter;
          return;
        }
      }
      take(report.findings, std::nullopt);
      return;
    case Verdict::kInsufficient:
      report.message = Code::kVerdictInsufficient;
      for (const auto& signature : report.signatures) {
        if (signature.sub_indication && take(signature.findings, signature.sub_indication)) return;
      }
      take(report.findings, std::nullopt);
      return;
  }
}

}  // namespace

void conclude(Report& report, FileState file) {
  std::vector<SignatureFacts> facts;
  for (const auto& signature : report.signatures)
    facts.push_back({.document_timestamp = signature.document_timestamp,
                     .indication = signature.indication,
                     .sub_indication = signature.sub_indication,
                     .integrity = signature.integrity,
                     .coverage = signature.coverage,
                     .changes_permitted = signature.changes_after.permitted});
  report.verdict = verdict_of(facts, file);
  choose_message(report);
}

void refuse(Report& report, Finding reason, Overrides overrides) {
  if (report.verdict != Verdict::kInvalid || overrides == Overrides::kEverything) {
    report.verdict = Verdict::kInvalid;
    report.message = reason.code;
    report.message_params = reason.params;
  }
  report.findings.push_back(std::move(reason));
}

void leave_undecided(Report& report, Finding reason) {
  if (report.verdict == Verdict::kValid) {
    report.verdict = Verdict::kInsufficient;
    report.message = reason.code;
    report.message_params = reason.params;
  }
  report.findings.push_back(std::move(reason));
}

}  // namespace antin::verifier
