#include "verifier/chain_slide.h"

#include <algorithm>
#include <utility>

#include "verifier/algorithm_judge.h"

namespace antin::verifier {
namespace {

using Status = certs::RevocationStatus::State;
using Source = certs::RevocationStatement::Source;

bool suspends(const certs::RevocationStatement& statement) {
  return statement.status.state == Status::kRevoked && statement.status.reason == "certificateHold";
}

// The statement that decides that the certificate is revoked; null when none does. A suspension
// ends with a newer statement that knows nothing of it (they come newest first).
const certs::RevocationStatement* revoking(
    const std::vector<certs::RevocationStatement>& statements) {
  const certs::RevocationStatement* hold = nullptr;
  const certs::RevocationStatement* revoked = nullptr;
  bool good_is_newer = false;
  for (const auto& statement : statements) {
    if (statement.status.state == Status::kGood) good_is_newer = true;
    if (statement.status.state != Status::kRevoked || !statement.status.revoked_at) continue;
    if (suspends(statement)) {
      if (!good_is_newer && hold == nullptr) hold = &statement;
    } else if (revoked == nullptr || *statement.status.revoked_at < *revoked->status.revoked_at) {
      revoked = &statement;
    }
  }
  return revoked != nullptr ? revoked : hold;
}

}  // namespace

Slide::Slide(const certs::PathInput& input, const certs::ProspectiveChain& chain,
             const ChainQuestion& question, const Policy& policy, Proofs& proofs)
    : input_(input), chain_(chain), question_(question), policy_(policy), proofs_(proofs) {
  answer_.outcome = ChainOutcome::kPassed;
  answer_.chain = chain.chain;
  answer_.revocation.assign(chain.chain.size(), {Status::kUnknown, {}, "", "", {}, {}, ""});
  answer_.revocation.back().state = Status::kNotNeeded;
}

ChainAnswer Slide::run() {
  judge_anchor();
  for (std::size_t i = chain_.chain.size() - 1; i-- > 0;) judge_certificate(i);
  judge_signature();
  return std::move(answer_);
}

// Of several reasons the most definite is told.
void Slide::fail(ChainOutcome why, Params params) {
  if (answer_.outcome != ChainOutcome::kPassed && answer_.outcome <= why) return;
  answer_.outcome = why;
  answer_.params = std::move(params);
}

void Slide::limit(UtcTime until, bool inclusive, ChainOutcome why, Params params) {
  // What lies at or after the judgement narrows nothing: everything at hand is older.
  if (until > proofs_.judged_at() || (inclusive && until == proofs_.judged_at())) return;
  limits_.push_back({until, inclusive, why, std::move(params)});
}

const Slide::Limit* Slide::broken_by(UtcTime existed) const {
  const Limit* worst = nullptr;
  for (const auto& one : limits_) {
    if (one.refuses(existed) && (worst == nullptr || one.why < worst->why)) worst = &one;
  }
  return worst;
}

UtcTime Slide::existed(std::size_t index) {
  const auto& certificate = chain_.chain[index];
  if (index == 0 && question_.leaf_named) return question_.existed;
  return proofs_.of(certificate.sha256());
}

UtcTime Slide::existed(const certs::RevocationStatement& statement) {
  return proofs_.of(statement.source == Source::kCrl ? input_.crls[statement.evidence].sha256()
                                                     : input_.ocsp[statement.evidence].sha256());
}

// The anchor is trusted for being configured; its own end and that of the trust in it (the
// standard's sunset date) still bound what it vouches for.
void Slide::judge_anchor() {
  const auto& anchor = input_.trust->anchors[chain_.anchor];
  const auto name = anchor.certificate.display_name();
  if (anchor.trusted_until)
    limit(*anchor.trusted_until, true, ChainOutcome::kAnchorEnded,
          {{"ten", name}, {"thoi_diem", to_vietnam_text(*anchor.trusted_until)}});
  const auto from = anchor.trusted_from.value_or(anchor.certificate.not_before());
  if (question_.existed < from || question_.existed > anchor.certificate.not_after())
    fail(ChainOutcome::kCaExpired, {{"ten", name}});
}

void Slide::judge_certificate(std::size_t index) {
  const auto& certificate = chain_.chain[index];
  judge_existence(index);
  judge_strength(index);
  judge_revocation(index);
  if (index != 0)
    limit(certificate.not_after(), true, ChainOutcome::kCaExpired,
          {{"ten", certificate.display_name()}});
}

// Certificates that the operator gave are known to him, whenever they were made.
void Slide::judge_existence(std::size_t index) {
  const auto& certificate = chain_.chain[index];
  const auto& known = input_.trust->intermediates;
  if (limits_.empty() || std::find(known.begin(), known.end(), certificate) != known.end()) return;
  if (const auto* broken = broken_by(existed(index))) fail(broken->why, broken->params);
}

void Slide::judge_strength(std::size_t index) {
  const auto& certificate = chain_.chain[index];
  const auto reliability =
      reliability_of(use_of(certificate, chain_.chain[index + 1]), policy_.algorithms);
  if (reliability.holds(proofs_.judged_at())) return;
  const auto& known = input_.trust->intermediates;
  const bool given = std::find(known.begin(), known.end(), certificate) != known.end();
  if (reliability.kind == Reliability::Kind::kUntil && given) return;
  if (!reliability.holds(existed(index))) fail(ChainOutcome::kWeak, {});
}

void Slide::judge_revocation(std::size_t index) {
  if (certs::never_revoked(chain_.chain[index])) {
    answer_.revocation[index].state = Status::kNotNeeded;
    if (index == 0) leaf_known_good_ = true;
    return;
  }
  const auto statements = certs::revocation_statements(input_, chain_, index);
  const auto* revoked = revoking(statements);
  if (revoked == nullptr) return judge_statements(index, statements);
  const auto& certificate = chain_.chain[index];
  const auto since = *revoked->status.revoked_at;
  answer_.revocation[index] = revoked->status;
  use(*revoked);
  limit(since, false,
        suspends(*revoked) ? ChainOutcome::kHold
        : index == 0       ? ChainOutcome::kRevoked
                           : ChainOutcome::kCaRevoked,
        {{"ten", certificate.display_name()}, {"thoi_diem", to_vietnam_text(since)}});
}

// EN 319 102-1 §5.2.5: a statement counts for as long as the policy or its maker says.
UtcTime Slide::counts_until(const certs::RevocationStatement& statement) const {
  using std::chrono_literals::operator""min;
  const auto known = statement.status.this_update.value_or(statement.issued);
  // A responder's answer "as of now" has travelled; a list without an end has none of this leeway.
  const auto leeway = statement.source == Source::kOcsp ? 5min : 0min;
  auto until = statement.status.next_update.value_or(UtcTime{known.since_epoch() + leeway});
  if (policy_.revocation.max_age)
    until = std::min(until, UtcTime{known.since_epoch() + *policy_.revocation.max_age});
  return std::max(until, known);
}

// Why a statement that calls the certificate good proves nothing.
std::optional<Slide::Limit> Slide::objection_to(const certs::RevocationStatement& statement,
                                                std::size_t index) {
  const auto age = existed(statement);
  const auto& signers = statement.signer_chain;
  const bool crl = statement.source == Source::kCrl;
  const auto digest = crl ? input_.crls[statement.evidence].signature_digest()
                          : input_.ocsp[statement.evidence].signature_digest();
  const auto& maker = signers.empty() ? chain_.chain[index + 1] : signers.front();
  if (!reliability_of({digest, maker, std::nullopt}, policy_.algorithms).holds(age)) {
    answer_.findings.push_back({Code::kSigEvidenceWeak,
                                Severity::kWarning,
                                {{"source", crl ? "CRL" : "OCSP"}},
                                chain_.chain[index].display_name()});
    return Limit{age, true, ChainOutcome::kUnknown, {}};
  }
  for (const auto& signer : signers) {
    const bool authority =
        std::find(chain_.chain.begin(), chain_.chain.end(), signer) != chain_.chain.end();
    if (!authority && age > signer.not_after())
      return Limit{signer.not_after(),
                   true,
                   ChainOutcome::kEvidenceNoPoe,
                   {{"ten", chain_.chain[index].display_name()},
                    {"thoi_diem", to_vietnam_text(signer.not_after())}}};
  }
  if (const auto* broken = broken_by(age)) return *broken;
  return std::nullopt;
}

void Slide::judge_statements(std::size_t index,
                             const std::vector<certs::RevocationStatement>& statements) {
  const auto name = chain_.chain[index].display_name();
  const certs::RevocationStatement* best = nullptr;
  std::optional<Limit> objection;
  for (const auto& statement : statements) {
    if (statement.status.state != Status::kGood) continue;
    if (best != nullptr && counts_until(statement) <= counts_until(*best)) continue;
    if (auto refused = objection_to(statement, index)) {
      if (!objection || refused->why < objection->why) objection = std::move(refused);
      continue;
    }
    best = &statement;
  }
  if (best != nullptr) {
    // Known to the end of its validity, from somebody who is known to be good himself.
    if (index == 0)
      leaf_known_good_ = answer_.outcome == ChainOutcome::kPassed &&
                         counts_until(*best) >= chain_.chain.front().not_after();
    answer_.revocation[index] = best->status;
    use(*best);
    const auto until = counts_until(*best);
    if (until < question_.fresh_at)
      fail(ChainOutcome::kEvidenceStale, {{"ten", name}, {"thoi_diem", to_vietnam_text(until)}});
    return;
  }
  const auto need = question_.role == Role::kTimestampServer ? policy_.revocation.timestamps
                    : index == 0                             ? policy_.revocation.signer
                                                             : policy_.revocation.authorities;
  if (need == RevocationPolicy::Need::kIfAvailable && !objection) return;
  if (objection) return fail(objection->why, objection->params);
  fail(ChainOutcome::kUnknown, {{"ten", chain_.chain[index].issuer_common_name()}});
}

// §5.5.4 step 5 and §5.6.2.4: the signature itself against the control-time and its certificate.
void Slide::judge_signature() {
  const auto& leaf = chain_.chain.front();
  if (question_.existed < leaf.not_before()) fail(ChainOutcome::kNotYetValid, {});
  if (question_.existed > leaf.not_after())
    fail(leaf_known_good_ ? ChainOutcome::kExpiredNotRevoked : ChainOutcome::kExpired, {});
  const Limit* earliest = nullptr;
  for (const auto& one : limits_) {
    if (one.refuses(question_.existed)) fail(one.why, one.params);
    if (earliest == nullptr || one.until < earliest->until) earliest = &one;
  }
  if (answer_.outcome != ChainOutcome::kPassed) return;
  if (earliest != nullptr) {
    answer_.control_time = earliest->until;
  } else if (leaf.not_after() < proofs_.judged_at()) {
    answer_.control_time = leaf.not_after();
  }
  for (const auto& status : answer_.revocation) {
    if (status.state == Status::kRevoked && !answer_.revoked_later)
      answer_.revoked_later = status.revoked_at;
  }
}

void Slide::use(const certs::RevocationStatement& statement) {
  auto& used = answer_.used;
  if (statement.source == Source::kCrl) {
    used.crls.push_back(input_.crls[statement.evidence]);
  } else {
    used.ocsp.push_back(input_.ocsp[statement.evidence]);
  }
  used.certificates.insert(used.certificates.end(), statement.signer_chain.begin(),
                           statement.signer_chain.end());
}

}  // namespace antin::verifier
