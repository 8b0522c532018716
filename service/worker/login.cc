// Somebody signs in with a certificate: what was signed was built by antind, and is octets here.

#include "service/worker/worker.h"
#include "signer/cms.h"
#include "signer/pades.h"

namespace antin::service::worker {
namespace {

// A key of another kind, a value that is none: to whoever signs in it is one thing.
Status check_signature(const cbor::Value& body, const certs::Certificate& certificate) {
  ANTIN_TRY(const auto scheme, scheme_at(body));
  ANTIN_TRY(const auto attributes, cbor::bytes_at(body, "attributes"));
  ANTIN_TRY(const auto value, cbor::bytes_at(body, "signature"));
  if (const auto held = signer::verify_value(certificate, scheme, attributes, value); !held)
    return make_error(Code::kLoginSignature, to_log_line(held.error()));
  return Done{};
}

// S-04, without the consent that a signature on a document may have: who signs in is not known yet.
Status check_person(const cbor::Value& body, const certs::Certificate& certificate,
                    const Settings& settings, EvidenceByMessage* evidence) {
  ANTIN_TRY(const auto now, time_at(body, "now"));
  ANTIN_TRY(const auto chain, chain_at(body));
  signer::CertificateCheck check{.trust = &settings.trust,
                                 .crls = settings.crls,
                                 .purpose = certs::Purpose::kSign,
                                 .earlier = {}};
  if (evidence != nullptr) collect_status(*evidence, now, certificate, chain, check);
  ANTIN_CHECK(signer::check_certificate(certificate, chain, check, now));
  return Done{};
}

}  // namespace

Status judge_login(const cbor::Value& body, const Settings& settings, EvidenceByMessage* evidence) {
  ANTIN_TRY(const auto what, cbor::text_at(body, "what"));
  ANTIN_TRY(const auto der, cbor::bytes_at(body, "certificate"));
  ANTIN_TRY(const auto certificate, certs::Certificate::from_der(der));
  if (what == "signature") return check_signature(body, certificate);
  if (what == "certificate") return check_person(body, certificate, settings, evidence);
  return make_error(Code::kIpcMalformed, "what");
}

}  // namespace antin::service::worker
