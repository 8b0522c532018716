#include "verifier/algorithm_judge.h"

#include <algorithm>
#include <string>

#include <openssl/x509.h>

#include "certs/ossl/digest.h"

namespace antin::verifier {
namespace {

// RSASSA-PSS and friends have digests in their parameters: OpenSSL knows where.
std::string certificate_algorithm(const std::optional<certs::Certificate>& certificate) {
  const auto* name =
      certificate ? OBJ_nid2ln(X509_get_signature_nid(certificate->x509())) : nullptr;
  return name == nullptr ? "?" : name;
}

}  // namespace

Reliability reliability_of(const AlgorithmUse& use, const certs::AlgorithmPolicy& policy) {
  using Kind = Reliability::Kind;
  constexpr UtcTime kLongAgo{std::chrono::sys_seconds{}};
  if (!use.digest || !policy.accepts(*use.digest, use.signer.public_key(), kLongAgo))
    return {Kind::kNever, std::nullopt};
  std::optional<UtcTime> until;
  for (const auto& rule : policy.digests) {
    if (rule.digest != *use.digest) continue;
    if (!rule.until) return {Kind::kOpen, std::nullopt};
    until = until ? std::max(*until, *rule.until) : *rule.until;
  }
  return {Kind::kUntil, until};
}

AlgorithmUse use_of(const certs::Certificate& certificate, const certs::Certificate& issuer) {
  int digest_nid = NID_undef;
  X509_get_signature_info(certificate.x509(), &digest_nid, nullptr, nullptr, nullptr);
  return {ossl::digest_of_nid(digest_nid), issuer, certificate};
}

std::string algorithm_text(const AlgorithmUse& use) {
  if (!use.digest) return certificate_algorithm(use.certificate);
  const auto key = use.signer.public_key();
  std::string text{name(*use.digest)};
  if (key.kind == certs::PublicKeyInfo::Kind::kRsa)
    return text + ", RSA " + std::to_string(key.bits);
  if (key.kind == certs::PublicKeyInfo::Kind::kEc) return text + ", EC " + std::to_string(key.bits);
  const auto* other = X509_get0_pubkey(use.signer.x509());
  const auto* kind = other == nullptr ? nullptr : EVP_PKEY_get0_type_name(other);
  return text + ", " + (kind == nullptr ? "?" : kind);
}

Finding weakness(const AlgorithmUse& use, const Reliability& reliability) {
  const bool unknown =
      !use.digest || use.signer.public_key().kind == certs::PublicKeyInfo::Kind::kOther;
  const auto code = unknown                                         ? Code::kSigAlgorithmUnsupported
                    : reliability.kind == Reliability::Kind::kNever ? Code::kSigAlgorithmWeak
                                                                    : Code::kSigAlgorithmWeakNoPoe;
  return {code, Severity::kError, {{"algorithm", algorithm_text(use)}}, {}};
}

}  // namespace antin::verifier
