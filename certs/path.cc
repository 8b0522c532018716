#include "certs/path.h"

#include <algorithm>

#include <openssl/x509v3.h>

#include "certs/path_judge.h"
#include "certs/statements.h"

namespace antin::certs {
namespace {

using State = PathResult::State;

// RFC 5280 knows only "valid" and "not valid"; people want to know the best that can be said. What
// is certain about the leaf goes before what is missing.
int rank(State state) {
  switch (state) {
    case State::kValid:
      return 0;
    case State::kRevoked:
      return 1;
    case State::kRevocationUnknown:
      return 2;
    case State::kCaRevoked:
      return 3;
    case State::kExpired:
    case State::kNotYetValid:
      return 4;
    case State::kInvalid:
      return 5;
    case State::kNoPath:
      break;
  }
  return 6;
}

void note(PathResult& result, Code code, Params params = {}, std::string detail = "") {
  result.findings.push_back({code, Severity::kError, std::move(params), std::move(detail)});
}

// A key for timestamps or OCSP alone signs no documents.
bool for_services_only(X509* x509) {
  const auto usage = X509_get_extended_key_usage(x509);  // UINT32_MAX: no restriction
  const ossl::ErrorMark probe;
  const ossl::ExtendedKeyUsagePtr all{static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(x509, NID_ext_key_usage, nullptr, nullptr))};
  if (!all || usage == UINT32_MAX) return false;
  for (int i = 0; i < sk_ASN1_OBJECT_num(all.get()); ++i) {
    const int nid = OBJ_obj2nid(sk_ASN1_OBJECT_value(all.get(), i));
    if (nid != NID_time_stamp && nid != NID_OCSP_sign) return false;
  }
  return true;
}

// For the report when no anchor is reached: how far signatures lead.
std::vector<Certificate> as_far_as_it_goes(const Certificate& leaf, const PathPool& pool,
                                           PathBudget& budget) {
  std::vector<Certificate> chain{leaf};
  for (bool more = true; more && chain.size() < kLongestPath;) {
    more = false;
    for (const auto& [issuer, anchor] : pool.entries()) {
      if (!names_issuer(chain.back(), issuer) ||
          std::find(chain.begin(), chain.end(), issuer) != chain.end() ||
          !PathBudget::spend(budget.signatures) || !chain.back().signature_verifies_with(issuer))
        continue;
      chain.push_back(issuer);
      more = true;
      break;
    }
  }
  return chain;
}

RevocationStatus unknown_status() {
  return {RevocationStatus::State::kUnknown, {}, "", "", {}, {}, ""};
}

}  // namespace

LeafUse use_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::kTimestamp:
      return LeafUse::kTimestamp;
    case Purpose::kOcsp:
      return LeafUse::kOcsp;
    case Purpose::kSign:
    case Purpose::kSeal:
      break;
  }
  return LeafUse::kSign;
}

bool usage_permits(const Certificate& leaf, LeafUse use) {
  switch (use) {
    case LeafUse::kSign:
      return leaf.may_sign() && !for_services_only(leaf.x509());
    case LeafUse::kTimestamp:
      return leaf.may_sign() && leaf.may_timestamp();
    case LeafUse::kOcsp: {
      const auto usage = X509_get_extended_key_usage(leaf.x509());
      return leaf.may_sign() && usage != UINT32_MAX && (usage & XKU_OCSP_SIGN) != 0;
    }
    case LeafUse::kCrlSign:
      break;
  }
  return (X509_get_key_usage(leaf.x509()) & KU_CRL_SIGN) != 0;
}

PathJudge::PathJudge(const PathInput& input) : input_(input), pool_(input) {
  for (std::size_t i = 0; i < input.crls.size(); ++i) crls_.push_back({input.crls[i], i});
  std::stable_sort(crls_.begin(), crls_.end(), [](const NumberedCrl& a, const NumberedCrl& b) {
    return a.crl.this_update() > b.crl.this_update();
  });
}

bool PathJudge::spend_signature() {
  if (PathBudget::spend(budget_.signatures)) return true;
  budget_.exhausted = true;
  return false;
}

RevocationStatus PathJudge::signer_status(const CandidatePath& path, UtcTime at) {
  // Responders that vouch for each other lead in circles; real ones need one step or two.
  constexpr std::size_t kDeepest = 4;
  const auto& signer = path.chain.front().sha256();
  if (in_progress_.size() >= kDeepest ||
      std::find(in_progress_.begin(), in_progress_.end(), signer) != in_progress_.end())
    return unknown_status();
  in_progress_.push_back(signer);
  Findings unheard;
  auto status = revocation_status(path, 0, at, *this, unheard);
  in_progress_.pop_back();
  return status;
}

// What an anchor may vouch for is the operator's decision; outside of it there is no anchor.
void PathJudge::judge_anchor(const CandidatePath& path, UtcTime at, PathResult& result) const {
  const auto& anchor = input_.trust->anchors[path.anchor];
  const auto who = [&] { return Params{{"ten", anchor.certificate.subject_common_name()}}; };
  if (anchor.purposes.count(input_.purpose) == 0) {
    note(result, Code::kCertAnchorPurpose, who());
    result.state = State::kNoPath;
  }
  if ((anchor.trusted_from && at < *anchor.trusted_from) ||
      (anchor.trusted_until && *anchor.trusted_until < at)) {
    note(result, Code::kCertAnchorPeriod, who());
    result.state = State::kNoPath;
  }
}

void PathJudge::judge_revocation(const CandidatePath& path, UtcTime at, PathResult& result) {
  using Status = RevocationStatus::State;
  bool ca_revoked = false;
  bool leaf_revoked = false;
  bool unknown = false;
  // From the anchor down: a list is only as good as the authority that signed it.
  for (std::size_t i = path.chain.size() - 1; i-- > 0;) {
    auto& status = result.revocation[i];
    status = revocation_status(path, i, at, *this, result.findings);
    if (status.state == Status::kUnknown) {
      unknown = true;
      result.findings.push_back({Code::kCertRevocationUnknown,
                                 Severity::kWarning,
                                 {{"ten", path.chain[i].issuer_common_name()}},
                                 path.chain[i].subject_common_name()});
    }
    if (status.state != Status::kRevoked) continue;
    const auto name = path.chain[i].subject_common_name();
    const Params when{{"ten", name}, {"thoi_diem", to_vietnam_text(*status.revoked_at)}};
    if (*status.revoked_at > at) {
      result.findings.push_back({Code::kCertRevokedLater, Severity::kInfo, when, status.reason});
    } else if (i == 0) {
      leaf_revoked = true;
      note(result, Code::kCertRevoked, when, status.reason);
    } else {
      ca_revoked = true;
      note(result, Code::kCertCaRevoked, when, status.reason);
    }
  }
  if (unknown && result.state == State::kValid) result.state = State::kRevocationUnknown;
  // A definite failure beats uncertainty; expiry alone is uncertainty (EN 319 102-1 §5.2.6.4).
  if (ca_revoked) result.state = State::kCaRevoked;
  if (leaf_revoked) result.state = State::kRevoked;
}

PathResult PathJudge::evaluate(const CandidatePath& path, LeafUse use, UtcTime at) {
  PathResult result{State::kValid, path.chain, {}, path.anchor, {}};
  result.revocation.assign(path.chain.size(), unknown_status());
  result.revocation.back().state = RevocationStatus::State::kNotNeeded;
  judge_anchor(path, at, result);
  if (result.state == State::kNoPath) return result;

  const auto& leaf = path.chain.front();
  if (const auto objection = rfc5280_objection(path, input_.policies, at)) {
    note(result, Code::kCertPathInvalid, {}, *objection);
    result.state = State::kInvalid;
  }
  if (!usage_permits(leaf, use)) {
    note(result, Code::kCertUsage);
    result.state = State::kInvalid;
  }
  if (result.state == State::kInvalid) return result;

  if (at < leaf.not_before()) {
    note(result, Code::kCertNotYetValid, {{"ngay", to_vietnam_day_text(leaf.not_before())}});
    result.state = State::kNotYetValid;
  } else if (leaf.not_after() < at) {
    note(result, Code::kCertExpired, {{"ngay", to_vietnam_day_text(leaf.not_after())}});
    result.state = State::kExpired;
  }
  for (std::size_t i = 1; i < path.chain.size(); ++i) {
    if (valid_at(path.chain[i], at)) continue;
    note(result, Code::kCertCaExpired, {{"ten", path.chain[i].subject_common_name()}});
    result.state = State::kInvalid;
  }
  if (input_.check_revocation) judge_revocation(path, at, result);
  return result;
}

PathResult PathJudge::best_path(const Certificate& leaf, LeafUse use, UtcTime at,
                                std::optional<std::size_t> only_anchor) {
  PathResult best{State::kNoPath, {}, {}, std::nullopt, {}};
  // Two ways round a cross-certification may both lead into the question that is being asked.
  if (std::find(in_progress_.begin(), in_progress_.end(), leaf.sha256()) != in_progress_.end())
    return best;
  in_progress_.push_back(leaf.sha256());
  each_candidate(leaf, [&](const CandidatePath& path) {
    if (only_anchor && path.anchor != *only_anchor) return Visit::kContinue;
    auto result = evaluate(path, use, at);
    if (best.chain.empty() || rank(result.state) < rank(best.state)) best = std::move(result);
    return best.state == State::kValid ? Visit::kStop : Visit::kContinue;
  });
  in_progress_.pop_back();
  return best;
}

PathResult build_path(const PathInput& input) {
  PathJudge judge{input};
  auto result = judge.best_path(input.leaf, use_of(input.purpose), input.at, std::nullopt);
  if (result.chain.empty()) {
    note(result, Code::kCertNoPath, {}, input.leaf.issuer_line());
    PathBudget more;
    result.chain = as_far_as_it_goes(input.leaf, judge.pool(), more);
    result.revocation.assign(result.chain.size(), unknown_status());
  }
  if (judge.budget().exhausted && result.state != State::kValid)
    note(result, Code::kCertPathBudget);
  return result;
}

}  // namespace antin::certs
