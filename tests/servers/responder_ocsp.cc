// The OCSP half of the responder: RFC 6960, and what it may get wrong.
#include <chrono>

#include <openssl/bn.h>
#include <openssl/ocsp.h>

#include "certs/asn1.h"
#include "certs/crl.h"
#include "tests/servers/responder_state.h"

namespace antin::testpki {
namespace {

using OcspRequestPtr = ossl::Handle<OCSP_REQUEST, &OCSP_REQUEST_free>;
using OcspBasicPtr = ossl::Handle<OCSP_BASICRESP, &OCSP_BASICRESP_free>;
using CertIdPtr = ossl::Handle<OCSP_CERTID, &OCSP_CERTID_free>;
using ExtensionPtr = ossl::Handle<X509_EXTENSION, &X509_EXTENSION_free>;
using TimePtr = ossl::Handle<ASN1_TIME, &ASN1_TIME_free>;
using std::chrono::hours;

constexpr const char* kArchiveCutoff = "20050101000000Z";

TimePtr asn1_time(UtcTime at) {
  return TimePtr{ASN1_TIME_set(nullptr, at.since_epoch().time_since_epoch().count())};
}

Result<Bytes> bare(int status) {
  const ossl::OcspResponsePtr response{OCSP_response_create(status, nullptr)};
  return certs::to_der(response.get(), i2d_OCSP_RESPONSE);
}

struct Window {
  UtcTime from;
  TimePtr this_update, next_update;
};

Window window_of(const OcspOptions& options) {
  auto from = options.now;
  if (options.fault == Fault::kStale) from = UtcTime{from.since_epoch() - hours{48}};
  if (options.fault == Fault::kFuture) from = UtcTime{from.since_epoch() + hours{24}};
  Window window{from, asn1_time(from), nullptr};
  if (options.fault != Fault::kNoNextUpdate)
    window.next_update = asn1_time(UtcTime{from.since_epoch() + hours{24}});
  return window;
}

/// Which CA of the folder a CertID means.
struct Issuer {
  std::string name;
  const Identity* identity = nullptr;
};

Issuer issuer_meant(const Responder::State& state, OCSP_CERTID* id) {
  ASN1_OBJECT* digest = nullptr;
  ASN1_INTEGER* serial = nullptr;
  OCSP_id_get0_info(nullptr, &digest, nullptr, &serial, id);
  const auto* md = EVP_get_digestbyobj(digest);
  if (md == nullptr) return {};
  for (const auto& [name, identity] : state.identities) {
    const auto* x509 = identity.certificate.x509();
    if (X509_check_ca(const_cast<X509*>(x509)) == 0) continue;
    const CertIdPtr ours{
        OCSP_cert_id_new(md, X509_get_subject_name(x509), X509_get0_pubkey_bitstr(x509), serial)};
    if (ours && OCSP_id_cmp(ours.get(), id) == 0) return {name, &identity};
  }
  return {};
}

struct CertificateState {
  int status = V_OCSP_CERTSTATUS_UNKNOWN;
  int reason = OCSP_REVOKED_STATUS_NOSTATUS;
  ASN1_TIME* when = nullptr;  // belongs to the list
};

CertificateState state_in(const certs::Crl& list, const ASN1_INTEGER* serial) {
  X509_REVOKED* entry = nullptr;
  if (X509_CRL_get0_by_serial(list.x509_crl(), &entry, serial) != 1)
    return {.status = V_OCSP_CERTSTATUS_GOOD};
  CertificateState found{.status = V_OCSP_CERTSTATUS_REVOKED};
  found.when = const_cast<ASN1_TIME*>(X509_REVOKED_get0_revocationDate(entry));
  const ossl::EnumeratedPtr reason{static_cast<ASN1_ENUMERATED*>(
      X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr))};
  if (reason) found.reason = static_cast<int>(ASN1_ENUMERATED_get(reason.get()));
  return found;
}

// The answer that the fault wants, for a CertID of its own when it is to be about somebody else.
CertIdPtr answered_id(OCSP_CERTID* asked, Fault fault) {
  CertIdPtr id{OCSP_CERTID_dup(asked)};
  if (fault != Fault::kOtherSerial || !id) return id;
  ASN1_INTEGER* serial = nullptr;
  OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, id.get());
  const ossl::BigNumberPtr number{ASN1_INTEGER_to_BN(serial, nullptr)};
  BN_add_word(number.get(), 1);
  BN_to_ASN1_INTEGER(number.get(), serial);
  return id;
}

void add_archive_cutoff(OCSP_BASICRESP* basic) {
  std::string since{kArchiveCutoff};
  const ExtensionPtr extension{OCSP_archive_cutoff_new(since.data())};
  for (int i = 0; i < OCSP_resp_count(basic); ++i)
    OCSP_SINGLERESP_add_ext(OCSP_resp_get0(basic, i), extension.get(), -1);
}

void add_nonce(OCSP_BASICRESP* basic, OCSP_REQUEST* asked, Fault fault) {
  if (fault == Fault::kWrongNonce) OCSP_basic_add1_nonce(basic, nullptr, -1);
  if (fault != Fault::kWrongNonce && fault != Fault::kNoNonce) OCSP_copy_nonce(basic, asked);
}

// producedAt is the time that was asked for: the library would write the clock's.
Status sign(OCSP_BASICRESP* basic, const Identity& signer, const OcspOptions& options,
            UtcTime produced_at) {
  const unsigned long flags =
      OCSP_NOTIME | (options.fault == Fault::kNoCertificates ? OCSP_NOCERTS : 0U);
  ASN1_GENERALIZEDTIME_set(const_cast<ASN1_GENERALIZEDTIME*>(OCSP_resp_get0_produced_at(basic)),
                           produced_at.since_epoch().time_since_epoch().count());
  const auto* digest = X509_get_signature_nid(signer.certificate.x509()) == NID_ecdsa_with_SHA384
                           ? EVP_sha384()
                           : EVP_sha256();
  if (OCSP_basic_sign(basic, signer.certificate.x509(), signer.key.get(), digest, nullptr, flags) !=
      1)
    return failed("OCSP signature");
  if (options.fault == Fault::kBadSignature) {
    auto* bits = const_cast<ASN1_OCTET_STRING*>(OCSP_resp_get0_signature(basic));
    auto octets = to_bytes(certs::content_of(bits));
    if (!octets.empty()) octets.back() ^= 1U;
    ASN1_STRING_set(bits, octets.data(), static_cast<int>(octets.size()));
  }
  return Done{};
}

}  // namespace

Result<Bytes> Responder::ocsp(ByteView request, const OcspOptions& options) const {
  const auto* at = request.data();
  const OcspRequestPtr asked{d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(request.size()))};
  if (!asked || OCSP_request_onereq_count(asked.get()) == 0)
    return bare(OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
  if (options.fault == Fault::kRefused) return bare(OCSP_RESPONSE_STATUS_TRYLATER);
  if (options.fault == Fault::kUnauthorised) return bare(OCSP_RESPONSE_STATUS_UNAUTHORIZED);
  if (options.fault == Fault::kInternalError) return bare(OCSP_RESPONSE_STATUS_INTERNALERROR);

  const auto window = window_of(options);
  const OcspBasicPtr basic{OCSP_BASICRESP_new()};
  const Identity* signer = options.as.empty() ? nullptr : state_->find(options.as);
  if (!options.as.empty() && signer == nullptr) return make_error(Code::kUsage, "no such signer");
  for (int i = 0; i < OCSP_request_onereq_count(asked.get()); ++i) {
    auto* id = OCSP_onereq_get0_id(OCSP_request_onereq_get0(asked.get(), i));
    const auto issuer = issuer_meant(*state_, id);
    if (signer == nullptr && issuer.identity != nullptr && issuer.name != "issuing-ca")
      signer = issuer.identity;
    std::optional<certs::Crl> list;
    if (issuer.identity != nullptr) {
      if (const auto octets = crl(options.list.empty() ? issuer.name : options.list)) {
        ANTIN_TRY(auto read, certs::Crl::from_bytes(*octets));
        list = std::move(read);
      }
    }
    const auto answered = answered_id(id, options.fault);
    ASN1_INTEGER* serial = nullptr;
    OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, id);
    const auto state =
        list && options.fault != Fault::kUnknown ? state_in(*list, serial) : CertificateState{};
    if (OCSP_basic_add1_status(basic.get(), answered.get(), state.status, state.reason, state.when,
                               window.this_update.get(), window.next_update.get()) == nullptr)
      return failed("OCSP status");
  }
  if (options.fault == Fault::kArchiveCutoff) add_archive_cutoff(basic.get());
  add_nonce(basic.get(), asked.get(), options.fault);
  if (options.fault == Fault::kWrongSigner) signer = state_->find("agency");
  if (signer == nullptr) signer = state_->find("ocsp");
  if (signer == nullptr) return make_error(Code::kUsage, "no responder in this folder");
  ANTIN_CHECK(sign(basic.get(), *signer, options, window.from));
  const ossl::OcspResponsePtr response{
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get())};
  return certs::to_der(response.get(), i2d_OCSP_RESPONSE);
}

}  // namespace antin::testpki
