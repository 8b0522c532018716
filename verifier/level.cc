#include "verifier/level.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "certs/core/codes.h"
#include "certs/ossl/handles.h"
#include "certs/revocation.h"

namespace antin::verifier {
namespace {

using BasicPtr = ossl::Handle<OCSP_BASICRESP, &OCSP_BASICRESP_free>;

bool holds(const TimestampEntry& timestamp) {
  return std::none_of(timestamp.findings.begin(), timestamp.findings.end(),
                      [](const Finding& finding) {
                        const auto reason = info(finding.code).sub_indication;
                        return reason == SubIndication::kHashFailure ||
                               reason == SubIndication::kSigCryptoFailure ||
                               reason == SubIndication::kFormatFailure;
                      });
}

// RFC 6960 §4.1.1: a CertID names the certificate by its serial and a hash of its issuer's name.
bool answers_for(OCSP_BASICRESP* basic, const certs::Certificate& certificate) {
  for (int i = 0; i < OCSP_resp_count(basic); ++i) {
    auto* single = OCSP_resp_get0(basic, i);
    ASN1_OBJECT* digest_oid = nullptr;
    ASN1_OCTET_STRING* name_hash = nullptr;
    ASN1_INTEGER* serial = nullptr;
    // The accessor wants a mutable CertID, although it only reads.
    OCSP_CERTID* id = OCSP_CERTID_dup(OCSP_SINGLERESP_get0_id(single));
    const ossl::Handle<OCSP_CERTID, &OCSP_CERTID_free> owned{id};
    if (id == nullptr || OCSP_id_get0_info(&name_hash, &digest_oid, nullptr, &serial, id) != 1)
      continue;
    if (ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate.x509())) == 0) return true;
  }
  return false;
}

bool ocsp_answers_for(const Bytes& der, const certs::Certificate& certificate) {
  const ossl::ErrorMark mark;
  const auto* octets = der.data();
  const ossl::OcspResponsePtr response{
      d2i_OCSP_RESPONSE(nullptr, &octets, static_cast<long>(der.size()))};
  const BasicPtr basic{response ? OCSP_response_get1_basic(response.get()) : nullptr};
  return basic && answers_for(basic.get(), certificate);
}

}  // namespace

std::optional<std::string> base_level(SignatureKind kind, bool certificate_referenced,
                                      const SignatureReport& report) {
  if (kind == SignatureKind::kTimestamp || kind == SignatureKind::kUnknown) return std::nullopt;
  if (kind != SignatureKind::kCades || !certificate_referenced) return "CMS";
  const bool timestamped = std::any_of(report.timestamps.begin(), report.timestamps.end(), holds);
  return timestamped ? "B-T" : "B-B";
}

bool has_evidence_for(const Material& material, const certs::Certificate& certificate) {
  return std::any_of(
             material.ocsp.begin(), material.ocsp.end(),
             [&](const auto& answer) { return ocsp_answers_for(answer.der(), certificate); }) ||
         std::any_of(material.crls.begin(), material.crls.end(), [&](const auto& crl) {
           return crl.issuer_line() == certificate.issuer_line();
         });
}

void raise_level(const Material& whole, const Material* timestamped,
                 const std::vector<std::vector<certs::Certificate>>& chains,
                 SignatureReport& report) {
  if (report.level != "B-T" || chains.empty() || chains.back().empty()) return;
  const auto& signer = chains.back().front();
  if (!has_evidence_for(whole, signer)) return;
  const bool archived = timestamped != nullptr && has_evidence_for(*timestamped, signer);
  report.level = archived ? "B-LTA" : "B-LT";
  std::set<Bytes> said;
  for (const auto& chain : chains) {
    // The last one is the anchor, or as far as the chain goes: nobody speaks of it.
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
      const auto& certificate = chain[i];
      if (certs::never_revoked(certificate) || has_evidence_for(whole, certificate) ||
          !said.insert(certificate.sha256()).second)
        continue;
      report.findings.push_back({Code::kSigLongTermIncomplete,
                                 Severity::kWarning,
                                 {{"ten", certificate.subject_common_name()}},
                                 {}});
    }
  }
}

void require_level(const Policy& policy, SignatureReport& report) {
  constexpr std::array kOrder = {"CMS", "B-B", "B-T", "B-LT", "B-LTA"};
  if (!policy.required_level || !report.level || report.document_timestamp) return;
  const auto rank = [&](const std::string& level) {
    return std::distance(kOrder.begin(), std::find(kOrder.begin(), kOrder.end(), level));
  };
  if (rank(*report.level) >= rank(*policy.required_level)) return;
  report.findings.push_back({Code::kSigLevelTooLow,
                             Severity::kError,
                             {{"required", *policy.required_level}, {"level", *report.level}},
                             {}});
  settle(report);
}

}  // namespace antin::verifier
