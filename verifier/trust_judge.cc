#include "verifier/trust_judge.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <openssl/x509.h>

#include "certs/ossl/digest.h"
#include "verifier/cms_reader.h"

namespace antin::verifier {
namespace {

using State = certs::PathResult::State;
using certs::Purpose;

void add_error(Findings& findings, Code code, Params params = {}, std::string detail = {}) {
  findings.push_back({code, Severity::kError, std::move(params), std::move(detail)});
}

certs::PathResult path_at(const certs::Certificate& signer, const Material& material,
                          const Input& input, Purpose purpose, UtcTime at) {
  std::vector<certs::Crl> crls = input.crls;
  crls.insert(crls.end(), material.crls.begin(), material.crls.end());
  return certs::build_path({.leaf = signer,
                            .candidates = material.certificates,
                            .trust = input.trust,
                            .crls = std::move(crls),
                            .purpose = purpose,
                            .at = at,
                            .check_revocation = true});
}

// A person's signature and an agency's seal look alike in CMS: an anchor for either will do.
certs::PathResult signature_path(const certs::Certificate& signer, const Material& material,
                                 const Input& input, UtcTime at) {
  auto path = path_at(signer, material, input, Purpose::kSign, at);
  const auto& anchors = input.trust->anchors;
  const bool seal_only = std::any_of(anchors.begin(), anchors.end(), [](const auto& anchor) {
    return anchor.purposes.contains(Purpose::kSeal) && !anchor.purposes.contains(Purpose::kSign);
  });
  if (path.state != State::kNoPath || !seal_only) return path;
  auto seal = path_at(signer, material, input, Purpose::kSeal, at);
  return seal.state == State::kNoPath ? path : seal;
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

std::vector<RevocationEntry> revocation_of(const certs::PathResult& path) {
  std::vector<RevocationEntry> entries;
  const auto count = std::min(path.chain.size(), path.revocation.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto& status = path.revocation[i];
    entries.push_back({.certificate_sha256 = to_hex(path.chain[i].sha256()),
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

std::vector<CertificateSummary> summaries(const std::vector<certs::Certificate>& chain) {
  std::vector<CertificateSummary> all;
  for (const auto& certificate : chain) all.push_back(summary_of(certificate));
  return all;
}

// First revocation date in the chain that satisfies `wanted`, for the sentence.
Params revocation_params(const certs::PathResult& path) {
  for (const auto& status : path.revocation) {
    if (status.state == certs::RevocationStatus::State::kRevoked && status.revoked_at)
      return {{"thoi_diem", to_vietnam_text(*status.revoked_at)}};
  }
  return {};
}

// The path's own findings explain; the one that decides is added by whoever knows what time was
// proven. So they never count as errors, unless the path was forbidden outright.
void add_path_findings(const certs::PathResult& path, Findings& findings) {
  for (auto finding : path.findings) {
    switch (finding.code) {
      case Code::kCertNoPath:
      case Code::kCertExpired:
      case Code::kCertNotYetValid:
      case Code::kCertRevoked:
      case Code::kCertRevokedLater:
      case Code::kCertCaRevoked:
      case Code::kCertRevocationUnknown:
        continue;  // said by the deciding finding
      default:
        break;
    }
    if (path.state != State::kInvalid && finding.severity == Severity::kError)
      finding.severity = Severity::kWarning;
    findings.push_back(std::move(finding));
  }
}

enum class Proof { kProven, kNone };

void add_deciding_finding(const certs::PathResult& path, const certs::Certificate& signer,
                          Proof proof, Findings& findings) {
  const Params dates = {{"not_before", to_vietnam_text(signer.not_before())},
                        {"not_after", to_vietnam_text(signer.not_after())}};
  switch (path.state) {
    case State::kValid:
      if (const auto revoked = revocation_params(path); !revoked.empty())
        findings.push_back({Code::kSigRevokedAfterSigning, Severity::kInfo, revoked, {}});
      return;
    case State::kNoPath:
      add_error(findings, Code::kSigNoTrustedChain);
      return;
    case State::kExpired:
      add_error(findings, Code::kSigExpiredNoPoe, dates);
      return;
    case State::kNotYetValid:
      add_error(findings,
                proof == Proof::kProven ? Code::kSigNotYetValid : Code::kSigNotYetValidNoPoe,
                dates);
      return;
    case State::kRevoked:
      add_error(findings, Code::kSigRevoked, revocation_params(path));
      return;
    case State::kCaRevoked:
      add_error(findings, Code::kSigCaRevoked, revocation_params(path));
      return;
    case State::kRevocationUnknown:
      add_error(findings, Code::kSigRevocationUnknown);
      return;
    case State::kInvalid:
      break;
  }
  const bool explained = std::any_of(findings.begin(), findings.end(), [](const auto& finding) {
    return finding.severity == Severity::kError && info(finding.code).sub_indication;
  });
  if (!explained) add_error(findings, Code::kSigChainInvalid);
}

std::string algorithm_text(DigestAlgorithm digest, const certs::Certificate& signer) {
  const auto key = signer.public_key();
  std::string text{name(digest)};
  if (key.kind == certs::PublicKeyInfo::Kind::kRsa)
    return text + ", RSA " + std::to_string(key.bits);
  if (key.kind == certs::PublicKeyInfo::Kind::kEc) return text + ", EC " + std::to_string(key.bits);
  const auto* other = X509_get0_pubkey(signer.x509());
  const auto* kind = other == nullptr ? nullptr : EVP_PKEY_get0_type_name(other);
  return text + ", " + (kind == nullptr ? "?" : kind);
}

struct Use {
  std::optional<DigestAlgorithm> digest;  ///< nothing: one that antin does not know
  certs::Certificate signer;
  std::optional<certs::Certificate> certificate;  ///< signed this way; nothing: the document
};

// RSASSA-PSS and friends have digests in their parameters: OpenSSL knows where.
std::string certificate_algorithm(const std::optional<certs::Certificate>& certificate) {
  const auto* name =
      certificate ? OBJ_nid2ln(X509_get_signature_nid(certificate->x509())) : nullptr;
  return name == nullptr ? "?" : name;
}

// Every digest and key that the chain rests on, the anchor's own signature apart: it is trusted for
// being configured (RFC 5280 §6.1).
std::vector<Use> uses_of(const std::vector<DigestAlgorithm>& digests,
                         const certs::Certificate& signer,
                         const std::vector<certs::Certificate>& chain) {
  std::vector<Use> uses;
  for (const auto digest : digests) uses.push_back({digest, signer, std::nullopt});
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    int digest_nid = NID_undef;
    X509_get_signature_info(chain[i].x509(), &digest_nid, nullptr, nullptr, nullptr);
    uses.push_back({ossl::digest_of_nid(digest_nid), chain[i + 1], chain[i]});
  }
  return uses;
}

bool all_accepted(const std::vector<Use>& uses, const Input& input, UtcTime at) {
  return std::all_of(uses.begin(), uses.end(), [&](const Use& use) {
    return use.digest && input.policy.algorithms.accepts(*use.digest, use.signer.public_key(), at);
  });
}

void report_weak(const std::vector<Use>& uses, const Input& input, std::optional<UtcTime> proven,
                 Findings& findings) {
  std::set<std::string> said;
  for (const auto& use : uses) {
    const auto& policy = input.policy.algorithms;
    const auto key = use.signer.public_key();
    if (use.digest && policy.accepts(*use.digest, key, proven.value_or(input.at))) continue;
    // Was it ever good enough? Then only a proof of existence is missing.
    const bool once =
        use.digest && policy.accepts(*use.digest, key, UtcTime{std::chrono::sys_seconds{}});
    const auto text = use.digest ? algorithm_text(*use.digest, use.signer)
                                 : certificate_algorithm(use.certificate);
    if (!said.insert(text).second) continue;
    if (!use.digest || key.kind == certs::PublicKeyInfo::Kind::kOther) {
      add_error(findings, Code::kSigAlgorithmUnsupported, {{"algorithm", text}});
      continue;
    }
    add_error(findings, once && !proven ? Code::kSigAlgorithmWeakNoPoe : Code::kSigAlgorithmWeak,
              {{"algorithm", text}});
  }
}

bool has_error(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::kError; });
}

}  // namespace

CertificateSummary summary_of(const certs::Certificate& certificate) {
  auto issuer = certificate.issuer_common_name();
  if (issuer.empty()) issuer = certificate.issuer_line();
  auto name = certificate.subject_common_name();
  if (name.empty()) name = certificate.subject_line();
  return {.name = std::move(name),
          .organization = certificate.subject_organization(),
          .issuer = std::move(issuer),
          .serial = certificate.serial_hex(),
          .sha256 = to_hex(certificate.sha256()),
          .not_before = certificate.not_before(),
          .not_after = certificate.not_after()};
}

void judge_chain(const certs::Certificate& signer, const Material& material, const Input& input,
                 std::optional<UtcTime> proven, SignatureReport& report,
                 std::vector<certs::Certificate>& chain) {
  auto path = signature_path(signer, material, input, proven.value_or(input.at));
  if (!proven && path.state == State::kExpired) {
    // Expired and unproven is uncertain; but a path that was never good, or revoked, is worse
    // (V-06). At the end of its validity the certificate's last status is still on record.
    auto at_expiry = signature_path(signer, material, input, signer.not_after());
    if (at_expiry.state != State::kValid && at_expiry.state != State::kRevocationUnknown)
      path = std::move(at_expiry);
  }
  report.signer = summary_of(signer);
  report.chain = summaries(path.chain);
  report.revocation = revocation_of(path);
  add_path_findings(path, report.findings);
  const bool said =
      std::any_of(path.findings.begin(), path.findings.end(),
                  [](const auto& finding) { return finding.code == Code::kCertUsage; });
  if (!signer.may_sign() && !said) add_error(report.findings, Code::kSigKeyUsage);
  add_deciding_finding(path, signer, proven ? Proof::kProven : Proof::kNone, report.findings);
  chain = std::move(path.chain);
}

void judge_algorithms(const std::vector<DigestAlgorithm>& digests, const certs::Certificate& signer,
                      const std::vector<certs::Certificate>& chain, const Input& input,
                      std::optional<UtcTime> proven, Findings& findings) {
  report_weak(uses_of(digests, signer, chain), input, proven, findings);
}

std::optional<TimestampJudgement> judge_token(const TimestampInput& input_token,
                                              const Material& material, const Input& input) {
  auto parsed = certs::TimestampToken::from_bytes(input_token.token);
  if (!parsed) return std::nullopt;
  const auto& token = parsed.value();
  Material all = material;
  for (auto& certificate : token.certificates()) all.certificates.push_back(certificate);
  std::vector<certs::Crl> crls = input.crls;
  crls.insert(crls.end(), all.crls.begin(), all.crls.end());
  auto embedded = token.certificates();
  if (embedded.empty()) embedded = all.certificates;
  TimestampJudgement judgement{
      .entry = {.kind = input_token.kind, .gen_time = token.gen_time(), .tsa = {}, .findings = {}},
      .signer = {},
      .chain = {},
      .revocation = {},
      .scheme = {}};
  if (embedded.empty()) {
    add_error(judgement.entry.findings, Code::kTimestampSignerMissing);
    return judgement;
  }
  auto result = certs::judge_timestamp(token, {input_token.covered},
                                       {.leaf = embedded.front(),
                                        .candidates = all.certificates,
                                        .trust = input.trust,
                                        .crls = std::move(crls),
                                        .purpose = Purpose::kTimestamp,
                                        .at = token.gen_time(),
                                        .check_revocation = true});
  bool imprint_matches = result.imprint_matches;
  auto& findings = judgement.entry.findings;
  for (auto& finding : result.findings) {
    if (finding.code != Code::kTimestampImprint) findings.push_back(std::move(finding));
  }
  if (input_token.kind == "document")
    imprint_matches = input_token.covered_digest && *input_token.covered_digest == token.imprint();
  if (!imprint_matches) add_error(findings, Code::kTimestampImprint);
  judgement.signer = result.signer;
  judgement.chain = result.path.chain;
  judgement.revocation = revocation_of(result.path);
  using TokenIntegrity = certs::TimestampResult::Integrity;
  const bool intact = result.integrity == TokenIntegrity::kIntact && imprint_matches;
  const bool broken = result.integrity == TokenIntegrity::kBroken || !imprint_matches;
  judgement.integrity = intact   ? Integrity::kIntact
                        : broken ? Integrity::kBroken
                                 : Integrity::kNotCheckable;
  if (result.integrity == TokenIntegrity::kBroken && !has_error(findings))
    add_error(findings, Code::kTimestampBroken);

  bool algorithms_hold = false;
  if (auto cms = read_cms(token.bytes()); cms && result.signer) {
    judgement.scheme = read_scheme(cms.value().digest_algorithm, cms.value().signature_algorithm);
    const auto uses = uses_of({token.imprint_algorithm(), judgement.scheme.digest}, *result.signer,
                              result.path.chain);
    algorithms_hold = all_accepted(uses, input, input_token.known_since);
    if (!algorithms_hold) report_weak(uses, input, input_token.known_since, findings);
  }
  if (result.path.state != State::kValid) {
    for (auto finding : result.path.findings) findings.push_back(std::move(finding));
    if (!has_error(findings)) add_error(findings, Code::kSigNoTrustedChain);
  }
  if (result.signer) judgement.entry.tsa = result.signer->subject_common_name();
  // A token from after the judgement cannot have been known then.
  constexpr std::chrono::minutes kClockTolerance{5};
  const bool from_future =
      token.gen_time().since_epoch() > input.at.since_epoch() + kClockTolerance;
  if (from_future) findings.push_back({Code::kSigTimeInFuture, Severity::kWarning, {}, {}});
  judgement.entry.trusted = intact && result.path.state == State::kValid && algorithms_hold &&
                            !from_future && !has_error(findings);
  return judgement;
}

}  // namespace antin::verifier
