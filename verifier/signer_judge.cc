#include "verifier/signer_judge.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "certs/ossl/digest.h"
#include "verifier/algorithm_judge.h"
#include "verifier/verdict.h"

namespace antin::verifier {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;

constexpr std::size_t kMostTimestamps = 16;

void add(Findings& findings, Code code, Severity severity, Params params = {}) {
  findings.push_back({code, severity, std::move(params), {}});
}

// EN 319 102-1 §5.2.8 for the signature itself.
void judge_algorithms(const CheckedSignature& checked, UtcTime existed, const Input& input,
                      Findings& findings) {
  std::set<std::string> said;
  for (const auto digest : checked.digests) {
    const AlgorithmUse use{digest, *checked.signer, std::nullopt};
    const auto reliability = reliability_of(use, input.policy.algorithms);
    if (reliability.holds(input.at)) continue;
    auto text = algorithm_text(use);
    const bool told = std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.severity == Severity::kError && !finding.params.empty() &&
             finding.params.front() == std::pair<std::string, std::string>{"algorithm", text};
    });
    if (told || !said.insert(text).second) continue;
    if (reliability.holds(existed)) {
      add(findings, Code::kSigAlgorithmAged, Severity::kInfo, {{"algorithm", std::move(text)}});
    } else {
      findings.push_back(weakness(use, reliability));
    }
  }
}

// §5.3.4: a timestamp over the content from before signing proves that the signature is newer.
// Only then a revoked or expired certificate is a definite failure.
void judge_content_timestamps(const CheckedSignature& checked, const ChainAnswer& answer,
                              Judging& judging, SignatureReport& report) {
  const auto count = std::min(checked.content_timestamps.size(), kMostTimestamps);
  for (std::size_t i = 0; i < count; ++i) {
    auto judged = judge_token({.kind = "content",
                               .token = checked.content_timestamps[i],
                               .covered = checked.content,
                               .signature = checked.index},
                              checked.material, judging);
    if (!judged) continue;
    const auto at = judged->entry.gen_time;
    const bool trusted = judged->entry.trusted;
    report.timestamps.push_back(std::move(judged->entry));
    if (!trusted) continue;
    add(report.findings, Code::kSigContentTimestamp, Severity::kInfo,
        {{"thoi_diem", to_vietnam_text(at)}});
    const auto& leaf =
        answer.revocation.empty() ? std::nullopt : answer.revocation.front().revoked_at;
    if (answer.outcome == ChainOutcome::kRevoked && leaf && *leaf <= at)
      add(report.findings, Code::kSigRevokedWhenSigned, Severity::kError,
          {{"thoi_diem", to_vietnam_text(*leaf)}});
    if (checked.signer->not_after() < at)
      add(report.findings, Code::kSigExpiredWhenSigned, Severity::kError,
          {{"not_after", to_vietnam_text(checked.signer->not_after())}});
  }
}

}  // namespace

std::optional<UtcTime> judge_timestamps(const CheckedSignature& checked,
                                        std::optional<UtcTime> covered_since, Judging& judging,
                                        SignatureReport& report) {
  std::optional<UtcTime> earliest = covered_since;
  const auto count = std::min(checked.timestamps.size(), kMostTimestamps);
  if (count < checked.timestamps.size())
    add(report.findings, Code::kSigTimestampsTooMany, Severity::kWarning,
        {{"count", std::to_string(checked.timestamps.size())}, {"limit", std::to_string(count)}});
  for (std::size_t i = 0; i < count; ++i) {
    const auto& token = checked.timestamps[i];
    auto judged = judge_token({.kind = "signature",
                               .token = token,
                               .covered =
                                   [&](DigestAlgorithm algorithm) {
                                     return std::optional{ossl::digest(algorithm, {checked.value})};
                                   },
                               .signature = checked.index},
                              checked.material, judging);
    if (!judged) {
      add(report.findings, Code::kSigTimestampBroken, Severity::kWarning);
      continue;
    }
    const auto at = judged->entry.gen_time;
    if (judged->entry.trusted) {
      earliest = earliest ? std::min(*earliest, at) : at;
      const auto outer = judging.proofs.known(ossl::sha256(token));
      if (outer && at.since_epoch() > outer->since_epoch() + kTimestampTolerance)
        add(report.findings, Code::kSigTimestampOrder, Severity::kError,
            {{"thoi_diem", to_vietnam_text(at)}});
    } else {
      add(report.findings,
          judged->integrity == Integrity::kIntact ? Code::kSigTimestampUntrusted
                                                  : Code::kSigTimestampBroken,
          Severity::kWarning);
    }
    report.timestamps.push_back(std::move(judged->entry));
  }
  if (earliest) judging.proofs.add(ossl::sha256(checked.value), *earliest);
  return earliest;
}

void judge_trust(const CheckedSignature& checked, std::optional<UtcTime> proven, Judging& judging,
                 SignatureReport& report) {
  const auto& input = judging.input;
  const auto existed = std::min(proven.value_or(input.at), input.at);
  report.best_signature_time = existed;
  if (!checked.signer) return;
  const auto& signer = *checked.signer;
  const ChainQuestion question{.leaf = signer,
                               .role = Role::kSigner,
                               .material = checked.material,
                               .existed = existed,
                               .fresh_at = existed,
                               .leaf_named = checked.certificate_referenced && proven.has_value()};
  const auto answer = judging.chains.judge(question);
  report.signer = summary_of(signer);
  for (const auto& certificate : answer.chain) report.chain.push_back(summary_of(certificate));
  report.revocation = revocation_of(answer);
  auto& findings = report.findings;
  findings.insert(findings.end(), answer.findings.begin(), answer.findings.end());
  const bool said = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.code == Code::kCertUsage;
  });
  if (!signer.may_sign() && !said) add(findings, Code::kSigKeyUsage, Severity::kError);
  for (auto& finding : findings_of(answer, question, input.at))
    findings.push_back(std::move(finding));
  if (answer.outcome == ChainOutcome::kPassed) {
    if (answer.revoked_later)
      add(findings, Code::kSigRevokedAfterSigning, Severity::kInfo,
          {{"thoi_diem", to_vietnam_text(*answer.revoked_later)}});
    if (answer.control_time)
      add(findings, Code::kSigPastValidated, Severity::kInfo,
          {{"thoi_diem", to_vietnam_text(*answer.control_time)}});
  }
  judge_algorithms(checked, existed, input, findings);
  judge_content_timestamps(checked, answer, judging, report);
  judging.chains_of[checked.index].push_back(answer.chain);
  judging.objects.add(answer.used, answer.chain, checked.index);
}

void judge_claimed_time(const Input& input, SignatureReport& report) {
  auto& time = report.signing_time;
  if (!time.claimed) return;
  const auto ahead = time.claimed->since_epoch() - time.proven.value_or(input.at).since_epoch();
  // V-09: producers that write Viet Nam's clock time with a Z are seven hours ahead.
  if (ahead >= input.policy.quirk_from && ahead <= input.policy.quirk_until) {
    time.claimed = UtcTime{time.claimed->since_epoch() - 7h};
    add(report.findings, Code::kSigTimeZoneQuirk, Severity::kInfo);
  } else if (ahead > 5min) {
    add(report.findings, Code::kSigTimeInFuture, Severity::kWarning);
  }
}

void settle(SignatureReport& report) {
  report.sub_indication = deciding_sub_indication(report.findings);
  report.indication =
      report.sub_indication ? indication_of(*report.sub_indication) : Indication::kTotalPassed;
  if (report.indication == Indication::kTotalPassed && report.integrity != Integrity::kIntact) {
    // Every way to get here adds a finding; this is the net below.
    add(report.findings, Code::kSigStructure, Severity::kError);
    report.sub_indication = SubIndication::kFormatFailure;
    report.indication = Indication::kTotalFailed;
  }
}

}  // namespace antin::verifier
