#include "signer/proof.h"

#include <algorithm>
#include <map>
#include <utility>

#include <openssl/x509v3.h>

#include "signer/carried.h"
#include "signer/stamping.h"

namespace antin::signer {
namespace {

using State = certs::PathResult::State;

const certs::TrustStore& nobody() {
  static const certs::TrustStore empty;
  return empty;
}

// A delta, or one of several lists for different reasons: it says something only with its siblings.
bool needs_siblings(const certs::Crl& crl) {
  if (X509_CRL_get_ext_by_NID(crl.x509_crl(), NID_delta_crl, -1) >= 0) return true;
  const certs::Crl& list = crl;
  int critical = 0;
  const ossl::DistributionPointPtr point{static_cast<ISSUING_DIST_POINT*>(
      X509_CRL_get_ext_d2i(list.x509_crl(), NID_issuing_distribution_point, &critical, nullptr))};
  return point && point->onlysomereasons != nullptr;
}

Code reason_of(State state) {
  switch (state) {
    case State::kExpired:
    case State::kRevoked:
    case State::kCaRevoked:
      return Code::kExtendTooLate;
    case State::kRevocationUnknown:
      return Code::kEvidenceMissing;
    default:
      return Code::kExtendNoPath;
  }
}

// Whose revocation is not known; the leaf when the path does not say.
const certs::Certificate& unknown_in(const certs::PathResult& path,
                                     const certs::Certificate& leaf) {
  for (std::size_t i = 0; i < std::min(path.chain.size(), path.revocation.size()); ++i) {
    if (path.revocation[i].state == certs::RevocationStatus::State::kUnknown) return path.chain[i];
  }
  return leaf;
}

}  // namespace

Subject signer_subject(const certs::Certificate& signer, UtcTime proven,
                       ProofMaterial::Freshness freshness) {
  return {.leaf = signer,
          .purposes = {certs::Purpose::kSign, certs::Purpose::kSeal},
          .at = proven,
          .after = proven,
          .freshness = freshness};
}

Subject timestamp_subject(const certs::TimestampToken& token, const certs::Certificate& server) {
  return {.leaf = server,
          .purposes = {certs::Purpose::kTimestamp},
          .at = token.gen_time(),
          .after = token.gen_time()};
}

Subject renewed_subject(const certs::TimestampToken& token, const certs::Certificate& server,
                        UtcTime now) {
  auto subject = timestamp_subject(token, server);
  constexpr std::chrono::hours kRecent{24};
  const UtcTime recent{now.since_epoch() - kRecent};
  if (recent > token.gen_time() && now <= server.not_after())
    subject.at = subject.after.emplace(recent);
  return subject;
}

void Prover::add(const certs::Evidence& evidence) {
  merge(pool_, evidence);
  // Where several statements would do the newest should.
  std::stable_sort(pool_.crls.begin(), pool_.crls.end(),
                   [](const auto& a, const auto& b) { return a.this_update() > b.this_update(); });
  std::stable_sort(pool_.ocsp.begin(), pool_.ocsp.end(),
                   [](const auto& a, const auto& b) { return a.produced_at() > b.produced_at(); });
}

void Prover::add_material() {
  add({.certificates = material_.certificates, .crls = material_.crls, .ocsp = material_.ocsp});
}

certs::PathInput Prover::path_input(const Subject& subject, certs::Purpose purpose) const {
  return {.leaf = subject.leaf,
          .candidates = pool_.certificates,
          .trust = material_.trust != nullptr ? material_.trust : &nobody(),
          .crls = pool_.crls,
          .ocsp = pool_.ocsp,
          .purpose = purpose,
          .at = subject.at};
}

std::optional<certs::Certificate> Prover::server_of(const certs::TimestampToken& token,
                                                    std::initializer_list<ByteView> covered) const {
  const auto embedded = token.certificates();
  if (embedded.empty()) return std::nullopt;
  const auto judged = certs::judge_timestamp(
      token, covered,
      path_input(timestamp_subject(token, embedded.front()), certs::Purpose::kTimestamp));
  const bool sound = judged.integrity == certs::TimestampResult::Integrity::kIntact &&
                     judged.imprint_matches && judged.signer;
  const bool allowed = !has_trust() || judged.path.state == State::kValid ||
                       judged.path.state == State::kRevocationUnknown;
  return sound && allowed ? judged.signer : std::nullopt;
}

Proof Prover::prove(const Subject& subject) const {
  std::optional<certs::PathResult> path;
  for (const auto purpose : subject.purposes) {
    auto tried = certs::build_path(path_input(subject, purpose));
    const bool reached = tried.state != State::kNoPath && tried.state != State::kInvalid;
    if (!path || reached) path = std::move(tried);
    if (reached) break;
  }
  Proof proof;
  if (!path) return proof;
  for (const auto& certificate : path->chain) merge(proof.used, {{certificate}, {}, {}});
  for (std::size_t i = 0; i + 1 < path->chain.size() && i < path->revocation.size(); ++i)
    add_statement(path->revocation[i].evidence_sha256, path->chain[i + 1], proof.used);
  const auto responses = proof.used.ocsp;
  for (const auto& response : responses) add_responders(response, proof.used, nullptr);

  proof.complete = path->state == State::kValid;
  if (!proof.complete) {
    const auto code = reason_of(path->state);
    const auto& whose =
        code == Code::kEvidenceMissing ? unknown_in(*path, subject.leaf) : subject.leaf;
    proof.reasons.push_back(warning(code, {{"ten", short_name(whose)}}));
    return proof;
  }
  const auto issued = path->revocation.empty() ? std::nullopt : path->revocation[0].this_update;
  if (subject.after && issued && *issued < *subject.after) {
    proof.fresh = false;
    proof.reasons.push_back(warning(
        Code::kEvidenceNotFresh,
        {{"ten", short_name(subject.leaf)}, {"thoi_diem", to_vietnam_text(*subject.after)}}));
    if (subject.freshness == ProofMaterial::Freshness::kRequire) proof.complete = false;
  }
  return proof;
}

void Prover::add_statement(const std::string& sha256, const certs::Certificate& issuer,
                           certs::Evidence& used) const {
  if (sha256.empty()) return;
  for (const auto& response : pool_.ocsp) {
    if (to_hex(response.sha256()) == sha256) merge(used, {{}, {}, {response}});
  }
  for (const auto& crl : pool_.crls) {
    if (to_hex(crl.sha256()) != sha256) continue;
    merge(used, {{}, {crl}, {}});
    // Who signed it: the issuer, or for an indirect list somebody whose own chain is wanted too.
    std::optional<certs::Certificate> signer;
    if (crl.signature_verifies_with(issuer)) signer = issuer;
    for (const auto& candidate : pool_.certificates) {
      if (!signer && crl.signature_verifies_with(candidate)) signer = candidate;
    }
    if (!signer) continue;
    constexpr int kLongestChain = 10;
    auto link = *signer;
    for (int i = 0; i < kLongestChain; ++i) {
      merge(used, {{link}, {}, {}});
      if (link.self_issued()) break;
      const auto above = std::find_if(
          pool_.certificates.begin(), pool_.certificates.end(),
          [&](const auto& one) { return one.is_ca() && link.signature_verifies_with(one); });
      if (above == pool_.certificates.end()) break;
      link = *above;
    }
    if (!needs_siblings(crl)) continue;
    for (const auto& other : pool_.crls) {
      if (other.signature_verifies_with(*signer)) merge(used, {{}, {other}, {}});
    }
  }
}

// Responders that are not the authority itself: their chain, and what is known of its revocation.
// With `open` only those who lack something are listed there.
void Prover::add_responders(const certs::OcspResponse& response, certs::Evidence& used,
                            std::vector<Subject>* open) const {
  for (const auto& certificate : response.certificates()) {
    if (certificate.is_ca()) continue;
    const Subject subject{.leaf = certificate,
                          .purposes = {certs::Purpose::kOcsp},
                          .at = response.produced_at(),
                          .after = std::nullopt};
    const auto path = certs::build_path(path_input(subject, certs::Purpose::kOcsp));
    if (path.state == State::kNoPath || path.state == State::kInvalid) continue;
    if (open != nullptr) {
      if (path.state == State::kRevocationUnknown) open->push_back(subject);
      continue;
    }
    for (const auto& link : path.chain) merge(used, {{link}, {}, {}});
    for (std::size_t i = 0; i + 1 < path.chain.size() && i < path.revocation.size(); ++i)
      add_statement(path.revocation[i].evidence_sha256, path.chain[i + 1], used);
  }
}

void Prover::collect(certs::EvidenceSource& source, const std::vector<Subject>& subjects,
                     UtcTime now, Findings& findings) {
  std::map<std::optional<UtcTime>, std::vector<certs::EvidenceWanted::Leaf>> by_freshness;
  for (const auto& subject : subjects)
    by_freshness[subject.after].push_back(
        {.certificate = subject.leaf,
         .purpose = subject.purposes.empty() ? certs::Purpose::kSign : subject.purposes.front()});
  for (const auto& [after, leaves] : by_freshness) {
    auto found = source.collect({.leaves = leaves,
                                 .at_hand = pool_,
                                 .trust = material_.trust,
                                 .at = now,
                                 .issued_after = after});
    add(found.evidence);
    for (const auto& finding : found.findings) {
      const bool known = std::any_of(findings.begin(), findings.end(), [&](const auto& one) {
        return one.code == finding.code && one.params == finding.params;
      });
      if (!known) findings.push_back(finding);
    }
  }
}

Findings Prover::fetch(certs::EvidenceSource& source, const std::vector<Subject>& subjects,
                       UtcTime now) {
  Findings findings;
  std::vector<Subject> wanted;
  for (const auto& subject : subjects) {
    const auto proof = prove(subject);
    if (!proof.complete || !proof.fresh) wanted.push_back(subject);
  }
  if (!wanted.empty()) collect(source, wanted, now, findings);
  std::vector<Subject> responders;
  for (const auto& response : pool_.ocsp) {
    certs::Evidence ignored;
    add_responders(response, ignored, &responders);
  }
  if (!responders.empty()) collect(source, responders, now, findings);
  return findings;
}

}  // namespace antin::signer
