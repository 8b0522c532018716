#include "verifier/timestamp_judge.h"

#include <algorithm>
#include <utility>

#include "certs/ossl/digest.h"
#include "verifier/algorithm_judge.h"
#include "verifier/cms_reader.h"

namespace antin::verifier {
namespace {

using TokenIntegrity = certs::TimestampResult::Integrity;

void add_error(Findings& findings, Code code, Params params = {}) {
  findings.push_back({code, Severity::kError, std::move(params), {}});
}

bool has_error(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::kError; });
}

std::string state_name(certs::RevocationStatus::State state) {
  switch (state) {
    case certs::RevocationStatus::State::kGood:
      return "good";
    case certs::RevocationStatus::State::kRevoked:
      return "revoked";
    case certs::RevocationStatus::State::kNotNeeded:
      return "not_needed";
    case certs::RevocationStatus::State::kUnknown:
      break;
  }
  return "unknown";
}

// Who signed it, and is the signature right? Its chain is judged later and by other rules, so no
// evidence is given here.
certs::TimestampResult check_token(const certs::TimestampToken& token, ByteView covered_digest,
                                   const Material& material, const Input& input,
                                   const certs::Certificate& any) {
  static const certs::TrustStore kNone;
  certs::PathInput path{.leaf = any,
                        .candidates = material.certificates,
                        .trust = &kNone,
                        .crls = {},
                        .ocsp = {},
                        .purpose = certs::Purpose::kTimestamp,
                        .at = token.gen_time(),
                        .check_revocation = false};
  const auto append = [&](const auto& more) {
    path.candidates.insert(path.candidates.end(), more.begin(), more.end());
  };
  append(input.certificates);
  append(input.trust->intermediates);
  for (const auto& anchor : input.trust->anchors) path.candidates.push_back(anchor.certificate);
  return certs::judge_timestamp_of_digest(token, covered_digest, path);
}

// The imprint and the signature over it, with what was reliable when the token is proven to exist.
bool algorithms_hold(const certs::TimestampToken& token, const certs::Certificate& signer,
                     UtcTime existed, const Policy& policy, TimestampJudgement& judgement) {
  const auto cms = read_cms(token.bytes());
  if (!cms) return false;
  judgement.scheme = read_scheme(cms.value().digest_algorithm, cms.value().signature_algorithm);
  bool hold = true;
  std::optional<DigestAlgorithm> said;
  for (const auto digest : {token.imprint_algorithm(), judgement.scheme.digest}) {
    const AlgorithmUse use{digest, signer, std::nullopt};
    const auto reliability = reliability_of(use, policy.algorithms);
    if (reliability.holds(existed)) continue;
    hold = false;
    if (said == digest) continue;
    said = digest;
    judgement.entry.findings.push_back(weakness(use, reliability));
  }
  return hold;
}

void judge_signer(const certs::Certificate& signer, const Bytes& token_sha256,
                  const Material& material, Judging& judging, TimestampJudgement& judgement) {
  auto& findings = judgement.entry.findings;
  const auto& token = *judgement.token;
  const auto& policy = judging.input.policy.revocation;
  const auto existed = judging.proofs.known(token_sha256).value_or(judging.input.at);
  const auto fresh_at = policy.timestamps_fresh_at == RevocationPolicy::FreshAt::kPresent
                            ? existed
                            : token.gen_time();
  const ChainQuestion question{.leaf = signer,
                               .role = Role::kTimestampServer,
                               .material = material,
                               .existed = std::min(existed, judging.input.at),
                               .fresh_at = std::min(fresh_at, judging.input.at),
                               .leaf_named = true};
  judgement.chain = judging.chains.judge(question);
  findings.insert(findings.end(), judgement.chain.findings.begin(), judgement.chain.findings.end());
  for (auto& finding : findings_of(judgement.chain, question, judging.input.at))
    findings.push_back(std::move(finding));
  judgement.entry.tsa = signer.subject_common_name();
  // V-19: whatever was proven later, the server had no business before or after its certificate.
  if (token.gen_time() < signer.not_before() || token.gen_time() > signer.not_after())
    add_error(findings, Code::kCertExpired, {{"ngay", to_vietnam_day_text(signer.not_after())}});
}

}  // namespace

CertificateSummary summary_of(const certs::Certificate& certificate) {
  auto issuer = certificate.issuer_common_name();
  if (issuer.empty()) issuer = certificate.issuer_line();
  using Part = certs::Certificate::NamePart;
  auto places = certificate.subject_values(Part::kLocality);
  for (auto& province : certificate.subject_values(Part::kProvince))
    places.push_back(std::move(province));
  return {.name = certificate.display_name(),
          .organization = certificate.subject_organization(),
          .issuer = std::move(issuer),
          .serial = certificate.serial_hex(),
          .sha256 = to_hex(certificate.sha256()),
          .not_before = certificate.not_before(),
          .not_after = certificate.not_after(),
          .organizations = certificate.subject_values(Part::kOrganization),
          .units = certificate.subject_values(Part::kUnit),
          .places = std::move(places)};
}

std::vector<RevocationEntry> revocation_of(const ChainAnswer& answer) {
  std::vector<RevocationEntry> entries;
  const auto count = std::min(answer.chain.size(), answer.revocation.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto& status = answer.revocation[i];
    entries.push_back({.certificate_sha256 = to_hex(answer.chain[i].sha256()),
                       .state = state_name(status.state),
                       .source = status.source,
                       .evidence_sha256 = status.evidence_sha256,
                       .reason = status.reason,
                       .revoked_at = status.revoked_at,
                       .this_update = status.this_update,
                       .next_update = status.next_update});
  }
  return entries;
}

std::optional<TimestampJudgement> judge_token(const TimestampInput& input, const Material& material,
                                              Judging& judging) {
  auto parsed = certs::TimestampToken::from_bytes(input.token);
  if (!parsed) return std::nullopt;
  const auto& token = parsed.value();
  TimestampJudgement judgement{
      .entry = {.kind = input.kind, .gen_time = token.gen_time(), .tsa = {}, .findings = {}},
      .token = token,
      .signer = {},
      .chain = {},
      .scheme = {}};
  auto& findings = judgement.entry.findings;
  Material all = material;
  for (const auto& certificate : token.certificates()) all.add(certificate);
  if (auto cms = read_cms(token.bytes())) {
    for (const auto& crl : cms.value().crls) all.add(crl);
    for (const auto& answer : cms.value().ocsp) all.add(answer);
  }
  const auto& trust = *judging.input.trust;
  const auto* any = !all.certificates.empty()      ? &all.certificates.front()
                    : !trust.intermediates.empty() ? &trust.intermediates.front()
                    : !trust.anchors.empty()       ? &trust.anchors.front().certificate
                                                   : nullptr;
  if (any == nullptr) {
    add_error(findings, Code::kTimestampSignerMissing);
    return judgement;
  }
  const auto digest = input.covered(token.imprint_algorithm()).value_or(Bytes{});
  auto result = check_token(token, digest, all, judging.input, *any);
  for (auto& finding : result.findings) findings.push_back(std::move(finding));
  judgement.signer = result.signer;
  const bool intact = result.integrity == TokenIntegrity::kIntact && result.imprint_matches;
  const bool broken = result.integrity == TokenIntegrity::kBroken || !result.imprint_matches;
  judgement.integrity = intact   ? Integrity::kIntact
                        : broken ? Integrity::kBroken
                                 : Integrity::kNotCheckable;
  const auto sha256 = ossl::sha256(input.token);
  bool strong = false;
  if (result.signer) {
    judge_signer(*result.signer, sha256, all, judging, judgement);
    const auto existed = judging.proofs.known(sha256).value_or(judging.input.at);
    strong = algorithms_hold(token, *result.signer, existed, judging.input.policy, judgement);
  }
  // A token from after the judgement cannot have been known then.
  constexpr std::chrono::minutes kClockTolerance{5};
  const bool from_future =
      token.gen_time().since_epoch() > judging.input.at.since_epoch() + kClockTolerance;
  if (from_future) findings.push_back({Code::kSigTimeInFuture, Severity::kWarning, {}, {}});
  judgement.entry.trusted = intact && judgement.chain.outcome == ChainOutcome::kPassed && strong &&
                            !from_future && !has_error(findings);
  judging.chains_of[input.signature].push_back(judgement.chain.chain);
  judging.objects.add(judgement.chain.used, judgement.chain.chain, input.signature);
  judging.objects.add(ValidationObject::Kind::kTimestamp, sha256, SharedBytes{input.token},
                      input.signature);
  return judgement;
}

}  // namespace antin::verifier
