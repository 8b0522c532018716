#include <algorithm>
#include <chrono>
#include <span>

#include <openssl/x509v3.h>

#include "certs/ocsp_parsed.h"
#include "certs/statements.h"

namespace antin::certs {
namespace {

using Status = OcspSingle::Status;

/// What the answers say about one certificate (RFC 6960 §3.2, §4.2.2).
class OcspReader {
 public:
  OcspReader(const StatementQuery& query, std::vector<Statement>& all)
      : query_(query), certificate_(query.certificate()), issuer_(query.issuer()), all_(all) {}

  void read() {
    const auto& answers = query_.judge.ocsp();
    for (std::size_t i = 0; i < answers.size(); ++i) read_answer(i, answers[i]);
  }

 private:
  void read_answer(std::size_t index, const OcspResponse& answer) {
    const auto singles = singles_about(answer);
    if (singles.empty()) return;
    const auto unusable =
        std::all_of(singles.begin(), singles.end(), [](const auto* one) { return one->unusable; });
    if (answer.parsed().unusable || unusable)
      return query_.note(Code::kOcspUnsupported, answer.responder_line());
    std::vector<Certificate> signers;
    if (const auto refused = find_signer(answer, signers))
      return query_.note(*refused, answer.responder_line());
    const auto* said = one_of(singles);
    if (said == nullptr) return query_.note(Code::kOcspContradiction, answer.responder_line());
    // RFC 6960 §2.2: "unknown" is no status; another source may have one.
    if (said->status == Status::kUnknown)
      return query_.note(Code::kOcspUnknown, answer.responder_line());
    add(index, answer, *said, std::move(signers));
  }

  std::vector<const OcspSingle*> singles_about(const OcspResponse& answer) const {
    std::vector<const OcspSingle*> found;
    for (const auto& one : answer.parsed().singles) {
      if (names_certificate(one.id, certificate_, issuer_)) found.push_back(&one);
    }
    return found;
  }

  static bool is_hold(const OcspSingle& single) {
    return single.status == Status::kRevoked && reason_name(single.reason) == "certificateHold";
  }

  // The single response that counts; null when they contradict each other. A definite revocation is
  // not undone by whatever stands beside it.
  static const OcspSingle* one_of(const std::vector<const OcspSingle*>& singles) {
    const OcspSingle* revoked = nullptr;
    const OcspSingle* newest = nullptr;
    bool agree = true;
    for (const auto* one : singles) {
      if (one->unusable) continue;
      if (one->status == Status::kRevoked && !is_hold(*one) &&
          (revoked == nullptr || one->this_update > revoked->this_update))
        revoked = one;
      agree = agree && (newest == nullptr || newest->status == one->status);
      if (newest == nullptr || one->this_update > newest->this_update) newest = one;
    }
    if (revoked != nullptr) return revoked;
    return agree ? newest : nullptr;
  }

  void add(std::size_t index, const OcspResponse& answer, const OcspSingle& single,
           std::vector<Certificate> signers) {
    using State = RevocationStatus::State;
    const bool revoked = single.status == Status::kRevoked;
    Statement said{.source = RevocationStatement::Source::kOcsp,
                   .evidence = index,
                   .status = {revoked ? State::kRevoked : State::kGood, single.revoked_at,
                              revoked ? reason_name(single.reason) : "", "ocsp", single.this_update,
                              single.next_update, to_hex(answer.sha256())},
                   .issued = answer.produced_at(),
                   .reasons = kAllReasons,
                   .nothing_good = {},
                   .who = answer.responder_line(),
                   .signer_chain = std::move(signers)};
    const auto expiry = certificate_.not_after();
    // RFC 6960 §4.4.4: after expiry the responder may have forgotten, unless its archive reaches
    // back far enough.
    if (single.this_update > expiry && (!single.archive_cutoff || *single.archive_cutoff > expiry))
      said.nothing_good = Code::kOcspAfterExpiry;
    if (!times_are_sane(answer, single)) said.nothing_good = Code::kOcspTimes;
    all_.push_back(std::move(said));
  }

  // Nobody knows today what will be true tomorrow, nor signs what is outdated already. A responder
  // of several machines gets the leeway of their clocks.
  static bool times_are_sane(const OcspResponse& answer, const OcspSingle& single) {
    const auto made = answer.produced_at().since_epoch();
    if (single.this_update.since_epoch() > made + kOcspLeeway) return false;
    if (!single.next_update) return true;
    const auto until = single.next_update->since_epoch();
    return until >= single.this_update.since_epoch() && made <= until + kOcspLeeway;
  }

  // RFC 6960 §4.2.2.2: the key that issued the certificate, or a certificate that this very key
  // issued for the purpose. Returns why nobody was found.
  std::optional<Code> find_signer(const OcspResponse& answer, std::vector<Certificate>& signers) {
    const auto& chain = query_.path.chain;
    const std::vector<Certificate> above{
        chain.begin() + static_cast<std::ptrdiff_t>(query_.index) + 1, chain.end()};
    if (has_signed(issuer_, answer)) {
      signers = above;
      return all_valid_at(above, answer.produced_at()) ? std::nullopt
                                                       : std::optional{Code::kOcspResponderInvalid};
    }
    auto problem = Code::kOcspSignature;
    const auto consider = [&](const Certificate& candidate) {
      if (!has_signed(candidate, answer)) return false;
      if (!is_delegated(candidate)) {
        if (problem == Code::kOcspSignature) problem = Code::kOcspResponder;
        return false;
      }
      CandidatePath own{{candidate}, query_.path.anchor};
      own.chain.insert(own.chain.end(), above.begin(), above.end());
      if (!was_in_force(own, answer.produced_at())) {
        problem = Code::kOcspResponderInvalid;
        return false;
      }
      signers = std::move(own.chain);
      return true;
    };
    for (const auto& candidate : answer.parsed().certificates) {
      if (consider(candidate)) return std::nullopt;
    }
    for (const auto& entry : query_.judge.pool().entries()) {
      if (consider(entry.certificate)) return std::nullopt;
    }
    return problem;
  }

  bool has_signed(const Certificate& candidate, const OcspResponse& answer) const {
    return names_responder(answer, candidate) && query_.judge.spend_signature() &&
           answer.signature_verifies_with(candidate);
  }

  // "Issued directly": by name, key identifier and the key that also signed the certificate in
  // question. Nobody speaks for himself.
  bool is_delegated(const Certificate& candidate) const {
    return !(candidate == certificate_) && usage_permits(candidate, LeafUse::kOcsp) &&
           names_issuer(candidate, issuer_) && query_.judge.spend_signature() &&
           candidate.signature_verifies_with(issuer_);
  }

  bool was_in_force(const CandidatePath& own, UtcTime produced_at) const {
    using State = RevocationStatus::State;
    const auto when = query_.signer_time(produced_at);
    // The policies asked of the document's signer are not asked of who answers about him.
    if (!all_valid_at(own.chain, produced_at) || rfc5280_objection(own, {}, produced_at))
      return false;
    const auto status = query_.judge.signer_status(own, when);
    if (status.state == State::kRevoked)
      return *status.revoked_at > when && !may_be_compromised(status);
    return status.state == State::kGood || status.state == State::kNotNeeded;
  }

  const StatementQuery& query_;
  const Certificate& certificate_;
  const Certificate& issuer_;
  std::vector<Statement>& all_;
};

}  // namespace

void append_ocsp_statements(const StatementQuery& query, std::vector<Statement>& all) {
  OcspReader{query, all}.read();
}

}  // namespace antin::certs
