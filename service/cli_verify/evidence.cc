#include "service/cli_verify/evidence.h"

#include <algorithm>
#include <utility>

#include "verifier/words.h"

namespace antin::service {
namespace {

bool is_error(const Finding& finding) {
  return finding.severity == Severity::kError;
}

// The signature over the manifest, as any detached CAdES signature.
Result<Findings> judge_manifest(const verifier::Evidence& evidence, const verifier::Input& input) {
  Findings findings;
  if (evidence.signature.empty()) return findings;
  verifier::DetachedInput detached{.input = input, .signature = evidence.signature};
  detached.input.name = "META-INF/ASiCManifest001.xml";
  detached.input.document = SharedBytes{evidence.manifest};
  ANTIN_TRY(const auto report, verifier::verify_detached(detached));
  const bool wrong = report.verdict == verifier::Verdict::kInvalid ||
                     report.verdict == verifier::Verdict::kNoSignature;
  if (wrong) findings.push_back({Code::kEvidenceSignatureWrong, Severity::kError, {}, {}});
  for (const auto& signature : report.signatures) {
    for (auto finding : signature.findings) {
      if (!wrong && is_error(finding)) finding.severity = Severity::kWarning;
      if (finding.detail.empty()) finding.detail = "META-INF/signature001.p7s";
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

Result<verifier::Report> judge_document(const verifier::Evidence& evidence,
                                        const verifier::Input& input) {
  if (evidence.detached_signature.empty()) return verifier::verify(input);
  return verifier::verify_detached(
      {.input = input, .signature = to_bytes(evidence.detached_signature.view())});
}

void join(Findings& to, const Findings& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

Status write_evidence(const verifier::EvidenceInput& input, const std::string& path,
                      IfExists if_exists) {
  ANTIN_TRY(const auto container, verifier::export_evidence(input));
  return write_file(path, {container}, if_exists);
}

Result<verifier::Report> judge_evidence(verifier::Input input) {
  ANTIN_TRY(const auto evidence, verifier::read_evidence(input.document));
  Findings findings = evidence.findings;
  ANTIN_TRY(const auto manifest, judge_manifest(evidence, input));
  join(findings, manifest);
  input.document = evidence.document;
  ANTIN_TRY(auto report, judge_document(evidence, input));
  const std::string now{verifier::name(report.verdict)};
  if (now != evidence.recorded_verdict)
    findings.push_back({Code::kEvidenceVerdictDiffers,
                        Severity::kWarning,
                        {{"recorded", evidence.recorded_verdict}, {"now", now}},
                        {}});
  const auto reason = std::find_if(findings.begin(), findings.end(), is_error);
  if (reason == findings.end()) {
    findings.insert(
        findings.begin(),
        {Code::kEvidenceIntact, Severity::kInfo, {{"count", std::to_string(evidence.files)}}, {}});
  } else {
    report.verdict = verifier::Verdict::kInvalid;
    report.message = reason->code;
    report.message_params = reason->params;
  }
  report.findings.insert(report.findings.begin(), findings.begin(), findings.end());
  return report;
}

}  // namespace antin::service
