#include <array>
#include <cstdio>
#include <utility>

#include "certs/algorithm_policy.h"
#include "certs/path.h"
#include "signer/pades.h"

namespace antin::signer {
namespace {

std::string vietnam_date(UtcTime at) {
  return to_vietnam_text(at).substr(0, std::string_view("dd/mm/yyyy").size());
}

Error expired(const certs::Certificate& certificate) {
  return make_error(Code::kCertificateExpired, to_rfc3339(certificate.not_after()),
                    {{"ngay", vietnam_date(certificate.not_after())}});
}

Error not_yet_valid(const certs::Certificate& certificate) {
  return make_error(Code::kCertificateNotYetValid, to_rfc3339(certificate.not_before()),
                    {{"ngay", vietnam_date(certificate.not_before())}});
}

std::string key_name(const certs::PublicKeyInfo& key) {
  using Kind = certs::PublicKeyInfo::Kind;
  const auto* const family = key.kind == Kind::kRsa ? "RSA" : key.kind == Kind::kEc ? "EC" : "?";
  return std::string(family) + " " + std::to_string(key.bits) + " bit";
}

// The first finding that is an error becomes the reason.
Error path_error(Code code, const Findings& findings) {
  auto error = make_error(code, "certification path");
  for (const auto& finding : findings) {
    if (finding.severity != Severity::kError) continue;
    error.cause =
        std::make_shared<const Error>(make_error(finding.code, finding.detail, finding.params));
    break;
  }
  return error;
}

Finding warning(Code code) {
  return {.code = code, .severity = Severity::kWarning, .params = {}, .detail = {}};
}

Result<Findings> judge_path(const certs::Certificate& signer,
                            const std::vector<certs::Certificate>& chain,
                            const CertificateCheck& check, UtcTime now) {
  using State = certs::PathResult::State;
  const auto path = certs::build_path({.leaf = signer,
                                       .candidates = chain,
                                       .trust = check.trust,
                                       .crls = check.crls,
                                       .ocsp = check.ocsp,
                                       .purpose = check.purpose,
                                       .at = now});
  Findings warnings;
  for (const auto& finding : path.findings) {
    if (finding.severity == Severity::kWarning) warnings.push_back(finding);
  }
  switch (path.state) {
    case State::kValid:
      return warnings;
    case State::kExpired:
      return expired(signer);
    case State::kNotYetValid:
      return not_yet_valid(signer);
    case State::kRevoked: {
      const auto since = path.revocation.empty() ? std::nullopt : path.revocation[0].revoked_at;
      return make_error(Code::kCertificateRevoked, "leaf certificate",
                        {{"thoi_diem", since ? to_vietnam_text(*since) : "?"}});
    }
    case State::kRevocationUnknown:
      if (!check.accept_unknown_revocation)
        return path_error(Code::kRevocationUnknown, path.findings);
      warnings.push_back(warning(Code::kRevocationUnknown));
      return warnings;
    case State::kNoPath:
      return path_error(Code::kCertificateUntrusted, path.findings);
    case State::kCaRevoked:
    case State::kInvalid:
      break;
  }
  return path_error(Code::kCertificatePathInvalid, path.findings);
}

bool still_good(const CertificateCheck& check, const certs::Certificate& signer, UtcTime now) {
  if (!check.earlier || check.earlier->certificate_sha256 != signer.sha256()) return false;
  const auto age = now.since_epoch() - check.earlier->at.since_epoch();
  return age >= std::chrono::seconds{0} && age <= CheckedCertificate::kGoodFor;
}

Result<Findings> check_strictly(const certs::Certificate& signer,
                                const std::vector<certs::Certificate>& chain,
                                const CertificateCheck& check, UtcTime now) {
  if (now > signer.not_after()) return expired(signer);
  if (now < signer.not_before()) return not_yet_valid(signer);
  if (still_good(check, signer, now)) return check.earlier->warnings;
  if (!signer.may_sign()) return make_error(Code::kCertificateUsage, signer.subject_line());
  const auto key = signer.public_key();
  // SHA-256 is the weakest digest that signing allows, so the answer is about the key (S-03).
  if (!certs::AlgorithmPolicy::viet_nam().accepts(DigestAlgorithm::kSha256, key, now))
    return make_error(Code::kCertificateWeakKey, "policy", {{"khoa", key_name(key)}});
  if (check.trust == nullptr) return Findings{warning(Code::kCertificateChainUnchecked)};
  return judge_path(signer, chain, check, now);
}

}  // namespace

Result<Findings> check_certificate(const certs::Certificate& signer,
                                   const std::vector<certs::Certificate>& chain,
                                   const CertificateCheck& check, UtcTime now) {
  auto checked = check_strictly(signer, chain, check, now);
  if (checked || check.on_failure == CertificateCheck::OnFailure::kRefuse) return checked;
  return Findings{{.code = checked.error().code,
                   .severity = Severity::kWarning,
                   .params = checked.error().params,
                   .detail = checked.error().detail}};
}

}  // namespace antin::signer
