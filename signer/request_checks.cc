#include "signer/request_checks.h"

#include <algorithm>
#include <optional>

namespace antin::signer {

namespace {

bool is_issuer(const certs::Certificate& issuer, const certs::Certificate& of) {
  return issuer.is_ca() && issuer.subject_line() == of.issuer_line() &&
         of.signature_verifies_with(issuer);
}

std::optional<certs::Certificate> issuer_in(const std::vector<certs::Certificate>& some,
                                            const certs::Certificate& of) {
  const auto found =
      std::find_if(some.begin(), some.end(), [&](const auto& one) { return is_issuer(one, of); });
  return found == some.end() ? std::nullopt : std::optional(*found);
}

std::optional<certs::Certificate> issuer_in(const certs::TrustStore& known,
                                            const certs::Certificate& of) {
  for (const auto& anchor : known.anchors) {
    if (is_issuer(anchor.certificate, of)) return anchor.certificate;
  }
  return issuer_in(known.intermediates, of);
}

}  // namespace

std::vector<certs::Certificate> embedded_chain(const certs::Certificate& signer,
                                               const std::vector<certs::Certificate>& chain,
                                               const certs::TrustStore* known) {
  std::vector<certs::Certificate> out;
  for (const auto& certificate : chain) {
    if (!(certificate == signer) && !certificate.self_signed()) out.push_back(certificate);
  }
  if (known == nullptr) return out;
  constexpr int kMostLinks = 8;
  auto link = signer;
  for (int depth = 0; depth < kMostLinks && !link.self_issued(); ++depth) {
    auto issuer = issuer_in(out, link);
    if (!issuer) {
      issuer = issuer_in(*known, link);
      if (!issuer || issuer->self_signed()) break;
      out.push_back(*issuer);
    }
    link = *issuer;
  }
  return out;
}

Status check_scheme(const certs::Certificate& signer, SignatureScheme scheme) {
  using Kind = certs::PublicKeyInfo::Kind;
  const auto kind = signer.public_key().kind;
  const bool fits =
      scheme.algorithm == SignatureAlgorithm::kEcdsa ? kind == Kind::kEc : kind == Kind::kRsa;
  if (!fits)
    return make_error(Code::kSchemeDoesNotFit, "key type",
                      {{"thuat_toan", std::string(antin::name(scheme.algorithm))}});
  return Done{};
}

Status check_trust_for(Level level, const certs::TrustStore* trust) {
  if (level <= Level::kT || trust != nullptr) return Done{};
  return make_error(Code::kLevelNeedsTrust, "no trust store", {{"muc", std::string(name(level))}});
}

ProofMaterial proof_at_hand(const CertificateCheck& check,
                            const std::vector<certs::Certificate>& chain) {
  return {.trust = check.trust, .certificates = chain, .crls = check.crls, .ocsp = check.ocsp};
}

}  // namespace antin::signer
