#include "verifier/chain_judge.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "certs/revocation.h"
#include "verifier/algorithm_judge.h"
#include "verifier/chain_slide.h"

namespace antin::verifier {
namespace {

using State = certs::PathResult::State;
using certs::Purpose;

// More chains than these per certificate are only found in attacks.
constexpr std::size_t kMostChains = 4;

ChainOutcome outcome_of(State state) {
  switch (state) {
    case State::kValid:
      return ChainOutcome::kPassed;
    case State::kInvalid:
      return ChainOutcome::kRules;
    case State::kExpired:
      return ChainOutcome::kExpired;
    case State::kNotYetValid:
      return ChainOutcome::kNotYetValid;
    case State::kRevoked:
      return ChainOutcome::kRevoked;
    case State::kCaRevoked:
      return ChainOutcome::kCaRevoked;
    case State::kRevocationUnknown:
      return ChainOutcome::kUnknown;
    case State::kNoPath:
      break;
  }
  return ChainOutcome::kNoChain;
}

// The path's own findings explain; the one that decides is added by whoever knows what time was
// proven. So they never count as errors, unless the path was forbidden outright.
Findings explaining(const certs::PathResult& path) {
  Findings kept;
  for (auto finding : path.findings) {
    switch (finding.code) {
      case Code::kCertNoPath:
      case Code::kCertExpired:
      case Code::kCertNotYetValid:
      case Code::kCertRevoked:
      case Code::kCertRevokedLater:
      case Code::kCertCaRevoked:
      case Code::kCertCaExpired:
      case Code::kCertRevocationUnknown:
        continue;  // said by the deciding finding
      default:
        break;
    }
    if (path.state != State::kInvalid && finding.severity == Severity::kError)
      finding.severity = Severity::kWarning;
    kept.push_back(std::move(finding));
  }
  return kept;
}

// Among chains: what is certain about the leaf first, then the one that lacks least.
int rank(ChainOutcome outcome) {
  if (outcome <= ChainOutcome::kNotYetValid) return static_cast<int>(outcome);
  return static_cast<int>(ChainOutcome::kWorkLimit) + 10 - static_cast<int>(outcome);
}

bool digest_holds(std::optional<DigestAlgorithm> digest, const Policy& policy, UtcTime at) {
  const auto& rules = policy.algorithms.digests;
  return digest && std::any_of(rules.begin(), rules.end(), [&](const auto& rule) {
           return rule.digest == *digest && (!rule.until || at < *rule.until);
         });
}

bool all_strong(const std::vector<certs::Certificate>& chain, const Policy& policy, UtcTime at) {
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    if (!reliability_of(use_of(chain[i], chain[i + 1]), policy.algorithms).holds(at)) return false;
  }
  return true;
}

template <class T>
void keep_named(const std::vector<T>& all, const std::vector<certs::RevocationStatus>& revocation,
                std::vector<T>& into) {
  for (const auto& status : revocation) {
    if (status.evidence_sha256.empty()) continue;
    const auto found = std::find_if(all.begin(), all.end(), [&](const T& one) {
      return to_hex(one.sha256()) == status.evidence_sha256;
    });
    if (found != all.end()) into.push_back(*found);
  }
}

ChainAnswer answer_of(const certs::PathInput& input, certs::PathResult path) {
  ChainAnswer answer;
  answer.outcome = outcome_of(path.state);
  answer.findings = explaining(path);
  keep_named(input.crls, path.revocation, answer.used.crls);
  keep_named(input.ocsp, path.revocation, answer.used.ocsp);
  answer.chain = std::move(path.chain);
  answer.revocation = std::move(path.revocation);
  return answer;
}

bool seal_alone(const certs::TrustStore& trust) {
  return std::any_of(trust.anchors.begin(), trust.anchors.end(), [](const auto& anchor) {
    return anchor.purposes.contains(Purpose::kSeal) && !anchor.purposes.contains(Purpose::kSign);
  });
}

}  // namespace

certs::PathInput ChainJudge::path_input(const ChainQuestion& question, Purpose purpose) const {
  certs::PathInput path{.leaf = question.leaf,
                        .candidates = question.material.certificates,
                        .trust = input_.trust,
                        .crls = input_.crls,
                        .ocsp = input_.ocsp,
                        .purpose = purpose,
                        .at = input_.at,
                        .check_revocation = true};
  const auto append = [](auto& into, const auto& more) {
    into.insert(into.end(), more.begin(), more.end());
  };
  append(path.crls, question.material.crls);
  append(path.ocsp, question.material.ocsp);
  return path;
}

// For the judgement at the present time, without evidence that is signed too weakly today.
certs::PathInput ChainJudge::reliable_path_input(const ChainQuestion& question,
                                                 Purpose purpose) const {
  auto path = path_input(question, purpose);
  const auto weak = [&](const auto& evidence) {
    return !digest_holds(evidence.signature_digest(), input_.policy, input_.at);
  };
  std::erase_if(path.crls, weak);
  std::erase_if(path.ocsp, weak);
  return path;
}

ChainAnswer ChainJudge::judge(const ChainQuestion& question) {
  const auto key =
      std::tuple{question.leaf.sha256(), question.existed, question.fresh_at, question.leaf_named};
  const bool signer = question.role == Role::kSigner;
  auto& passed = signer ? passed_signers_ : passed_timestamps_;
  if (const auto known = passed.find(key); known != passed.end()) return known->second;
  auto answer = judge_anew(question);
  judge_strength(question, answer);
  if (answer.outcome == ChainOutcome::kPassed) passed.emplace(key, answer);
  return answer;
}

ChainAnswer ChainJudge::judge_anew(const ChainQuestion& question) {
  auto purpose = question.role == Role::kSigner ? Purpose::kSign : Purpose::kTimestamp;
  auto input = reliable_path_input(question, purpose);
  auto present = certs::build_path(input);
  // A person's signature and an agency's seal look alike in CMS: an anchor for either will do.
  if (present.state == State::kNoPath && purpose == Purpose::kSign && seal_alone(*input_.trust)) {
    input.purpose = Purpose::kSeal;
    auto seal = certs::build_path(input);
    if (seal.state != State::kNoPath || certs::prospective_chains(input).size() > 0) {
      present = std::move(seal);
      purpose = Purpose::kSeal;
    }
  }
  if (passes_at_present(question, input, present)) {
    auto answer = answer_of(input, std::move(present));
    for (const auto& status : answer.revocation) {
      if (status.state == certs::RevocationStatus::State::kRevoked)
        answer.revoked_later = status.revoked_at;
    }
    return answer;
  }
  return judge_past(question, purpose, std::move(present));
}

// EN 319 102-1 §5.2.6 with every algorithm reliable and every statement fresh today.
bool ChainJudge::passes_at_present(const ChainQuestion& question, const certs::PathInput& input,
                                   const certs::PathResult& present) const {
  if (present.state != State::kValid || question.existed < question.leaf.not_before() ||
      !all_strong(present.chain, input_.policy, input_.at))
    return false;
  for (const auto& status : present.revocation) {
    const auto& most = input_.policy.revocation.max_age;
    if (most && status.this_update &&
        status.this_update->since_epoch() + *most < input_.at.since_epoch())
      return false;
  }
  std::vector<certs::OcspResponse> answers;
  keep_named(input.ocsp, present.revocation, answers);
  return std::all_of(answers.begin(), answers.end(), [&](const certs::OcspResponse& one) {
    auto signers = one.certificates();
    signers.insert(signers.end(), present.chain.begin(), present.chain.end());
    const auto signer = std::find_if(signers.begin(), signers.end(), [&](const auto& candidate) {
      return one.signature_verifies_with(candidate);
    });
    return signer != signers.end() &&
           reliability_of({one.signature_digest(), *signer, std::nullopt}, input_.policy.algorithms)
               .holds(input_.at);
  });
}

ChainAnswer ChainJudge::judge_past(const ChainQuestion& question, Purpose purpose,
                                   certs::PathResult present) {
  // The past is judged from everything: what was signed well enough then counts for then.
  const auto input = path_input(question, purpose);
  const auto chains = certs::prospective_chains(input);
  if (chains.empty()) return answer_of(reliable_path_input(question, purpose), std::move(present));
  std::optional<ChainAnswer> best;
  const auto count = std::min(chains.size(), kMostChains);
  for (std::size_t i = 0; i < count; ++i) {
    if (past_left_ == 0) {
      if (!best) best.emplace().outcome = ChainOutcome::kWorkLimit;
      break;
    }
    --past_left_;
    auto answer = Slide{input, chains[i], question, input_.policy, proofs_}.run();
    if (!best || rank(answer.outcome) < rank(best->outcome)) best = std::move(answer);
    if (best->outcome == ChainOutcome::kPassed) break;
  }
  for (auto& finding : explaining(present)) {
    if (finding.severity == Severity::kError) finding.severity = Severity::kWarning;
    best->findings.push_back(std::move(finding));
  }
  return std::move(*best);
}

// EN 319 102-1 §5.2.8 for the certificates, also where no anchor is reached.
void ChainJudge::judge_strength(const ChainQuestion& question, ChainAnswer& answer) {
  std::set<std::string> said;
  const auto& given = input_.trust->intermediates;
  for (std::size_t i = 0; i + 1 < answer.chain.size(); ++i) {
    const auto& certificate = answer.chain[i];
    const auto use = use_of(certificate, answer.chain[i + 1]);
    const auto reliability = reliability_of(use, input_.policy.algorithms);
    if (reliability.holds(input_.at)) continue;
    const bool known = std::find(given.begin(), given.end(), certificate) != given.end();
    if (known && reliability.kind == Reliability::Kind::kUntil) continue;
    const auto existed =
        i == 0 && question.leaf_named ? question.existed : proofs_.of(certificate.sha256());
    if (reliability.holds(existed) || !said.insert(algorithm_text(use)).second) continue;
    answer.findings.push_back(weakness(use, reliability));
    if (answer.outcome == ChainOutcome::kPassed) answer.outcome = ChainOutcome::kWeak;
  }
}

namespace {

Params dates_of(const certs::Certificate& leaf) {
  return {{"not_before", to_vietnam_text(leaf.not_before())},
          {"not_after", to_vietnam_text(leaf.not_after())}};
}

bool has_deciding_error(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity == Severity::kError && info(finding.code).sub_indication;
  });
}

Finding error(Code code, Params params) {
  return {code, Severity::kError, std::move(params), {}};
}

std::optional<Finding> finding_of(const ChainAnswer& answer, const ChainQuestion& question,
                                  UtcTime judged_at) {
  const bool signer = question.role == Role::kSigner;
  const auto& leaf = question.leaf;
  switch (answer.outcome) {
    case ChainOutcome::kPassed:
      return std::nullopt;
    case ChainOutcome::kRevoked:
      return error(signer ? Code::kSigRevoked : Code::kCertRevoked, answer.params);
    case ChainOutcome::kNotYetValid:
      return error(
          question.existed < judged_at ? Code::kSigNotYetValid : Code::kSigNotYetValidNoPoe,
          dates_of(leaf));
    case ChainOutcome::kNoChain:
      return error(signer ? Code::kSigNoTrustedChain : Code::kCertNoPath, answer.params);
    case ChainOutcome::kWeak:
    case ChainOutcome::kRules:
      if (has_deciding_error(answer.findings)) return std::nullopt;
      return error(Code::kSigChainInvalid, {});
    case ChainOutcome::kAnchorEnded:
      return error(Code::kSigAnchorEndedNoPoe, answer.params);
    case ChainOutcome::kCaRevoked:
      return error(signer ? Code::kSigCaRevoked : Code::kCertCaRevoked, answer.params);
    case ChainOutcome::kHold:
      return error(Code::kSigCertificateHold, answer.params);
    case ChainOutcome::kExpired:
    case ChainOutcome::kExpiredNotRevoked:
      if (!signer)
        return error(Code::kCertExpired, {{"ngay", to_vietnam_day_text(leaf.not_after())}});
      return error(answer.outcome == ChainOutcome::kExpired ? Code::kSigExpiredNoPoe
                                                            : Code::kSigExpiredNotRevoked,
                   dates_of(leaf));
    case ChainOutcome::kCaExpired:
      return error(Code::kCertCaExpired, answer.params);
    case ChainOutcome::kEvidenceNoPoe:
      return error(Code::kSigEvidenceNoPoe, answer.params);
    case ChainOutcome::kEvidenceStale:
      return error(Code::kSigEvidenceStale, answer.params);
    case ChainOutcome::kWorkLimit:
      return error(Code::kSigWorkLimit, {});
    case ChainOutcome::kUnknown:
      break;
  }
  return error(signer ? Code::kSigRevocationUnknown : Code::kCertRevocationUnknown, answer.params);
}

}  // namespace

Findings findings_of(const ChainAnswer& answer, const ChainQuestion& question, UtcTime judged_at) {
  Findings findings;
  auto deciding = finding_of(answer, question, judged_at);
  if (!deciding) return findings;
  const bool evidence_missing =
      answer.outcome == ChainOutcome::kUnknown || answer.outcome == ChainOutcome::kEvidenceStale;
  const auto expiry = question.leaf.not_after();
  if (evidence_missing && expiry < judged_at) {
    // §5.2.6.4: an expired certificate of which nobody knows whether it was revoked. Trying later
    // need not help: new statements do not have to speak of expired certificates.
    findings.push_back(error(Code::kCertExpired, {{"ngay", to_vietnam_day_text(expiry)}}));
    deciding->severity = Severity::kWarning;
  }
  findings.push_back(std::move(*deciding));
  return findings;
}

}  // namespace antin::verifier
