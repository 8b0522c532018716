#include "service/cli_verify/evidence.h"

#include <algorithm>
#include <utility>

#include "service/cli/messages.h"
#include "service/cli_verify/commands.h"
#include "service/system/files.h"
#include "verifier/evidence.h"
#include "verifier/words.h"

namespace antin::service {
namespace {

// The signature over the manifest, as any detached CAdES signature.
Result<int> judge_manifest(const verifier::Evidence& evidence, const verifier::Input& input,
                           Findings& findings) {
  if (evidence.signature.empty()) return static_cast<int>(kExitUndecided);
  verifier::DetachedInput detached{.input = input, .signature = evidence.signature};
  detached.input.name = "META-INF/ASiCManifest001.xml";
  detached.input.document = SharedBytes{evidence.manifest};
  ANTIN_TRY(const auto report, verifier::verify_detached(detached));
  for (const auto& signature : report.signatures)
    findings.insert(findings.end(), signature.findings.begin(), signature.findings.end());
  if (report.verdict == verifier::Verdict::kInvalid)
    findings.push_back({Code::kEvidenceSignatureWrong, Severity::kError, {}, {}});
  return verifier::exit_code(report.verdict);
}

}  // namespace

Status write_evidence(const verifier::Report& report, const SharedBytes& document,
                      const std::string& policy_toml, const std::string& path, bool replace) {
  ANTIN_TRY(const auto container,
            verifier::export_evidence(
                {.report = report, .document = document, .policy_toml = policy_toml}));
  return write_file(path, {container}, replace ? IfExists::kReplace : IfExists::kRefuse);
}

Result<EvidenceVerdict> judge_evidence(const SharedBytes& container, verifier::Input input) {
  ANTIN_TRY(auto evidence, verifier::read_evidence(container));
  EvidenceVerdict verdict;
  verdict.findings = std::move(evidence.findings);
  const bool damaged =
      std::any_of(verdict.findings.begin(), verdict.findings.end(),
                  [](const Finding& one) { return one.severity == Severity::kError; });
  ANTIN_TRY(const auto manifest, judge_manifest(evidence, input, verdict.findings));
  input.document = evidence.document;
  ANTIN_TRY(verdict.report, verifier::verify(input));
  const std::string now{verifier::name(verdict.report.verdict)};
  if (now != evidence.recorded_verdict)
    verdict.findings.push_back({Code::kEvidenceVerdictDiffers,
                                Severity::kWarning,
                                {{"recorded", evidence.recorded_verdict}, {"now", now}},
                                {}});
  if (!damaged)
    verdict.findings.insert(
        verdict.findings.begin(),
        {Code::kEvidenceIntact, Severity::kInfo, {{"count", std::to_string(evidence.files)}}, {}});
  // Whose hands the container was in does not change what the document is; that it was tampered
  // with does.
  verdict.exit_code = verifier::exit_code(verdict.report.verdict);
  if (damaged || manifest == kExitInvalid) verdict.exit_code = kExitInvalid;
  return verdict;
}

}  // namespace antin::service
