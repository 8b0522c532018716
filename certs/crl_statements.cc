#include <optional>

#include <openssl/x509v3.h>

#include "certs/asn1.h"
#include "certs/statements.h"

namespace antin::certs {
namespace {

/// What the lists say about one certificate (RFC 5280 §6.3.3).
class CrlReader {
 public:
  CrlReader(const StatementQuery& query, std::vector<Statement>& all)
      : query_(query), certificate_(query.certificate()), all_(all) {}

  void read() {
    if (query_.judge.crls().empty()) return;
    scope_.emplace(certificate_);
    for (const auto& list : query_.judge.crls()) {
      if (!list.crl.parsed().delta_base) read_base(list);
    }
  }

 private:
  static std::string issuer_name(const Crl& crl) {
    return first_value(X509_CRL_get_issuer(crl.x509_crl()), NID_commonName);
  }

  void read_base(const NumberedCrl& base) {
    const auto& crl = base.crl;
    if (!scope_->concerns(crl)) return;
    const auto reasons = scope_->reasons_covered(crl);
    if (reasons == 0) return query_.note(Code::kCrlScope, issuer_name(crl));
    if (crl.parsed().unusable) return query_.note(Code::kCrlUnsupported, issuer_name(crl));
    auto signers = signer_chain(crl);
    if (signers.empty()) return query_.note(Code::kCrlSignature, issuer_name(crl));

    const auto* source = &base;
    auto entry = look_up(certificate_, crl);
    for (const auto& delta : query_.judge.crls()) {  // newest first
      if (!delta_fits(delta.crl, crl)) continue;
      const auto changed = look_up(certificate_, delta.crl);
      if (!changed.revoked_at && !changed.removed) continue;
      auto delta_signers = signer_chain(delta.crl);
      if (delta_signers.empty()) continue;
      entry = changed;
      source = &delta;
      signers = std::move(delta_signers);
      break;
    }
    add(*source, base.crl, entry, reasons, std::move(signers));
  }

  void add(const NumberedCrl& source, const Crl& base, const CrlEntry& entry, ReasonMask reasons,
           std::vector<Certificate> signers) {
    using State = RevocationStatus::State;
    const auto& crl = source.crl;
    Statement said{.source = RevocationStatement::Source::kCrl,
                   .evidence = source.index,
                   .status = {State::kGood, entry.revoked_at, "", "crl", crl.this_update(),
                              crl.next_update(), to_hex(crl.sha256())},
                   .issued = crl.this_update(),
                   .reasons = reasons,
                   .nothing_good = {},
                   .who = issuer_name(crl),
                   .signer_chain = std::move(signers)};
    if (entry.revoked_at) {
      said.status.state = State::kRevoked;
      said.status.reason = reason_name(entry.reason);
    }
    // RFC 5280 §3.3: an entry leaves the list after the certificate has expired, unless the list
    // says that it keeps expired ones. The base counts: a delta only tells what has changed.
    const auto& keeps = base.parsed().keeps_expired_since;
    const auto expiry = certificate_.not_after();
    if (base.this_update() > expiry && (!keeps || *keeps > expiry))
      said.nothing_good = Code::kCrlAfterExpiry;
    all_.push_back(std::move(said));
  }

  // RFC 5280 §6.3.3 (f): the signer is an authority of this path, or any certificate of the right
  // name that may sign lists and has a valid path to the same anchor. Empty: nobody.
  std::vector<Certificate> signer_chain(const Crl& crl) const {
    const auto& chain = query_.path.chain;
    for (std::size_t i = 1; i < chain.size(); ++i) {
      if (!fits(chain[i], crl) || !crl.signature_verifies_with(chain[i])) continue;
      std::vector<Certificate> found{chain.begin() + static_cast<std::ptrdiff_t>(i), chain.end()};
      // Under `at` the path's own authorities are judged with the path.
      if (query_.at || all_valid_at(found, crl.this_update())) return found;
    }
    for (const auto& [signer, anchor] : query_.judge.pool().entries()) {
      if (!fits(signer, crl) || signer == certificate_) continue;
      if (!query_.judge.spend_signature()) return {};
      if (!crl.signature_verifies_with(signer)) continue;
      // A list issued later may come from a signer that did not exist at `at`.
      auto found = query_.judge.best_path(
          signer, LeafUse::kCrlSign, query_.signer_time(crl.this_update()), query_.path.anchor);
      if (found.state != PathResult::State::kValid || may_be_compromised(found.revocation.front()))
        continue;
      return std::move(found.chain);
    }
    return {};
  }

  static bool fits(const Certificate& signer, const Crl& crl) {
    return X509_NAME_cmp(X509_get_subject_name(signer.x509()),
                         X509_CRL_get_issuer(crl.x509_crl())) == 0 &&
           (X509_get_key_usage(signer.x509()) & KU_CRL_SIGN) != 0;
  }

  const StatementQuery& query_;
  const Certificate& certificate_;
  std::vector<Statement>& all_;
  std::optional<CrlScope> scope_;  ///< set when there are lists at all
};

}  // namespace

void append_crl_statements(const StatementQuery& query, std::vector<Statement>& all) {
  CrlReader{query, all}.read();
}

}  // namespace antin::certs
