#include "signer/request_checks.h"

namespace antin::signer {

std::vector<certs::Certificate> embedded_chain(const certs::Certificate& signer,
                                               const std::vector<certs::Certificate>& chain) {
  std::vector<certs::Certificate> out;
  for (const auto& certificate : chain) {
    if (!(certificate == signer) && !certificate.self_signed()) out.push_back(certificate);
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
