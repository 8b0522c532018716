#pragma once

#include <vector>

#include "certs/online/evidence_source.h"
#include "tests/servers/responder.h"
#include "tests/unit/signer/pki.h"

namespace antin::signer {

/// What the responders of tests/pki say at an instant: OCSP for who was issued by issuing-ca, and
/// the root's list. Counts how often it was asked.
class SoftEvidence final : public certs::EvidenceSource {
 public:
  UtcTime at = test_now();
  bool reachable = true;
  int asked = 0;
  std::vector<certs::EvidenceWanted> wanted;

  certs::EvidenceFound collect(const certs::EvidenceWanted& question) override {
    ++asked;
    wanted.push_back(question);
    certs::EvidenceFound found;
    if (!reachable) {
      found.findings.push_back({.code = Code::kEvidenceUnreachable,
                                .severity = Severity::kWarning,
                                .params = {{"url", "http://pki.antin.invalid/ocsp"}},
                                .detail = {}});
      return found;
    }
    const auto issuer = pki_certificate("issuing-ca");
    for (const auto& leaf : question.leaves) {
      const auto request = certs::make_ocsp_request(leaf.certificate, issuer, {});
      const auto answer = responder_.ocsp(request.value(), at, testpki::Fault::kNone);
      if (auto response = certs::OcspResponse::from_bytes(answer.value()))
        found.evidence.ocsp.push_back(std::move(response).value());
    }
    found.evidence.crls.push_back(
        certs::Crl::from_bytes(as_bytes(read_text(pki_path("crl/root.crl")))).value());
    found.evidence.certificates = {issuer, pki_certificate("root")};
    return found;
  }

 private:
  testpki::Responder responder_ = testpki::Responder::open(pki_path("")).value();
};

}  // namespace antin::signer
