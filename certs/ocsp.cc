#include "certs/ocsp.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "certs/asn1.h"
#include "certs/ocsp_parsed.h"
#include "certs/ossl/digest.h"

namespace antin::certs {
namespace {

constexpr std::size_t kLargestAnswer = std::size_t{1} << 20U;
constexpr int kMostCertificates = 64;
constexpr int kMostSingles = 256;
constexpr std::size_t kLongestNonce = 32;  // RFC 8954 §2.1

Error malformed(const char* what) {
  return make_error(Code::kOcspMalformed, what);
}

// Critical extensions that are understood: the nonce is compared, the cutoff is applied; a CRL
// reference or an archive's service address changes nothing of what is said.
bool understood(int nid) {
  return nid == NID_id_pkix_OCSP_Nonce || nid == NID_id_pkix_OCSP_archiveCutoff ||
         nid == NID_id_pkix_OCSP_CrlID || nid == NID_crl_reason || nid == NID_invalidity_date;
}

bool critical_and_not_understood(X509_EXTENSION* extension) {
  return X509_EXTENSION_get_critical(extension) == 1 &&
         !understood(OBJ_obj2nid(X509_EXTENSION_get_object(extension)));
}

std::optional<OcspSingle::Status> status_of(int stated) {
  switch (stated) {
    case V_OCSP_CERTSTATUS_GOOD:
      return OcspSingle::Status::kGood;
    case V_OCSP_CERTSTATUS_REVOKED:
      return OcspSingle::Status::kRevoked;
    case V_OCSP_CERTSTATUS_UNKNOWN:
      return OcspSingle::Status::kUnknown;
    default:
      return std::nullopt;
  }
}

Result<OcspSingle> read_single(OCSP_SINGLERESP* single) {
  int reason = -1;
  ASN1_GENERALIZEDTIME* revoked = nullptr;
  ASN1_GENERALIZEDTIME* from = nullptr;
  ASN1_GENERALIZEDTIME* until = nullptr;
  const auto status = status_of(OCSP_single_get0_status(single, &reason, &revoked, &from, &until));
  // Fractions of a second (RFC 5280 §4.1.2.5.2 forbids them, some responders write them) are
  // dropped: they cannot change which of two statements is newer by more than a second.
  const auto this_update = utc_time(from);
  if (!status || !this_update) return malformed("status or thisUpdate");
  OcspSingle read{.id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(single)),
                  .status = *status,
                  .revoked_at = utc_time(revoked),
                  .reason = reason,
                  .this_update = *this_update,
                  .next_update = utc_time(until),
                  .archive_cutoff = {},
                  .unusable = false};
  if (until != nullptr && !read.next_update) return malformed("nextUpdate");
  if (*status == OcspSingle::Status::kRevoked && !read.revoked_at)
    return malformed("revocationTime");
  for (int i = 0; i < OCSP_SINGLERESP_get_ext_count(single); ++i)
    read.unusable =
        read.unusable || critical_and_not_understood(OCSP_SINGLERESP_get_ext(single, i));
  int state = 0;  // -1: absent
  const ossl::GeneralizedTimePtr cutoff{static_cast<ASN1_GENERALIZEDTIME*>(
      OCSP_SINGLERESP_get1_ext_d2i(single, NID_id_pkix_OCSP_archiveCutoff, &state, nullptr))};
  read.archive_cutoff = utc_time(cutoff.get());
  read.unusable = read.unusable || (!read.archive_cutoff && state != -1);
  return read;
}

Result<std::vector<OcspSingle>> read_singles(OCSP_BASICRESP* basic) {
  const int count = OCSP_resp_count(basic);
  if (count > kMostSingles) return malformed("more than 256 single responses");
  std::vector<OcspSingle> singles;
  for (int i = 0; i < count; ++i) {
    ANTIN_TRY(auto one, read_single(OCSP_resp_get0(basic, i)));
    singles.push_back(one);
  }
  return singles;
}

// RFC 8954 §2.1: an OCTET STRING inside the extension's own. Some responders return what they were
// sent without the inner one; then all of it is the nonce.
Bytes nonce_of(OCSP_BASICRESP* basic) {
  const int at = OCSP_BASICRESP_get_ext_by_NID(basic, NID_id_pkix_OCSP_Nonce, -1);
  if (at < 0) return {};
  const auto outer = content_of(X509_EXTENSION_get_data(OCSP_BASICRESP_get_ext(basic, at)));
  const auto* next = outer.data();
  const ossl::OctetStringPtr inner{
      d2i_ASN1_OCTET_STRING(nullptr, &next, static_cast<long>(outer.size()))};
  if (inner && next == outer.data() + outer.size()) return to_bytes(content_of(inner.get()));
  return to_bytes(outer);
}

std::vector<Certificate> certificates_of(OCSP_BASICRESP* basic) {
  const auto* all = OCSP_resp_get0_certs(basic);
  std::vector<Certificate> read;
  for (int i = 0; i < sk_X509_num(all); ++i) {
    // One that cannot be read is no signer; the answer may be good without it.
    auto one = Certificate::from_der(to_der(sk_X509_value(all, i), i2d_X509));
    if (one) read.push_back(std::move(one).value());
  }
  return read;
}

/// An OCSPResponse's BasicOCSPResponse, or the bare one of RevocationValues (RFC 5126 §6.3.4).
Result<ossl::OcspBasicPtr> read_basic(ByteView octets) {
  const auto* at = octets.data();
  const auto length = static_cast<long>(octets.size());
  const ossl::OcspResponsePtr whole{d2i_OCSP_RESPONSE(nullptr, &at, length)};
  if (!whole) {
    at = octets.data();
    ossl::OcspBasicPtr bare{d2i_OCSP_BASICRESP(nullptr, &at, length)};
    if (!bare) return malformed("neither OCSPResponse nor BasicOCSPResponse");
    return bare;
  }
  const int status = OCSP_response_status(whole.get());
  if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
    return make_error(Code::kOcspRefused, OCSP_response_status_str(status),
                      {{"trang_thai", std::to_string(status)}});
  ossl::OcspBasicPtr basic{OCSP_response_get1_basic(whole.get())};
  if (!basic) return malformed("not a BasicOCSPResponse");
  return basic;
}

template <class Made>
Status require_made(const Made& made, const char* what) {
  if (made) return Done{};
  return ossl::take_errors(Code::kInternal, what);
}

std::vector<std::string> web_addresses(const std::vector<std::string>& all) {
  constexpr std::size_t kMost = 8;
  std::vector<std::string> web;
  for (const auto& url : all) {
    // RFC 3986 §3.1: the scheme is written in either case.
    const auto scheme_is = [&](std::string_view scheme) {
      return url.size() > scheme.size() &&
             std::equal(scheme.begin(), scheme.end(), url.begin(), [](char a, char b) {
               return a == b || (b >= 'A' && b <= 'Z' && a == b - 'A' + 'a');
             });
    };
    if (web.size() < kMost && (scheme_is("http://") || scheme_is("https://"))) web.push_back(url);
  }
  return web;
}

const OcspSingle* single_about(const OcspResponse& answer, const Certificate& certificate,
                               const Certificate& issuer) {
  const OcspSingle* newest = nullptr;
  for (const auto& one : answer.parsed().singles) {
    if (newest != nullptr && one.this_update <= newest->this_update) continue;
    if (names_certificate(one.id, certificate, issuer)) newest = &one;
  }
  return newest;
}

}  // namespace

OcspResponse::Parsed::Parsed(Bytes octets, ossl::OcspBasicPtr read, UtcTime at,
                             std::vector<OcspSingle> all)
    : der(std::move(octets)),
      sha256(ossl::sha256(der)),
      basic(std::move(read)),
      produced_at(at),
      certificates(certificates_of(basic.get())),
      nonce(nonce_of(basic.get())),
      singles(std::move(all)),
      unusable(false) {
  for (int i = 0; i < OCSP_BASICRESP_get_ext_count(basic.get()); ++i)
    unusable = unusable || critical_and_not_understood(OCSP_BASICRESP_get_ext(basic.get(), i));
}

Result<OcspResponse> OcspResponse::from_bytes(ByteView octets) {
  if (octets.empty() || octets.size() > kLargestAnswer) return malformed("no octets, or too many");
  const ossl::ErrorMark probe;
  ANTIN_TRY(auto basic, read_basic(octets));
  // The library checks the signature over what it writes again, so what was read must be what it
  // would write: one meaning, and nothing after it or between.
  const ossl::OcspResponsePtr wrapped{
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get())};
  ANTIN_CHECK(require_made(wrapped, "OCSPResponse"));
  auto der = to_der(wrapped.get(), i2d_OCSP_RESPONSE);
  if (der != to_bytes(octets) && to_der(basic.get(), i2d_OCSP_BASICRESP) != to_bytes(octets))
    return malformed("not in DER, or octets after the answer");
  const auto produced_at = utc_time(OCSP_resp_get0_produced_at(basic.get()));
  if (!produced_at) return malformed("producedAt");
  if (sk_X509_num(OCSP_resp_get0_certs(basic.get())) > kMostCertificates)
    return malformed("more than 64 certificates");
  ANTIN_TRY(auto singles, read_singles(basic.get()));
  return OcspResponse{std::make_shared<const Parsed>(std::move(der), std::move(basic), *produced_at,
                                                     std::move(singles))};
}

const Bytes& OcspResponse::der() const noexcept {
  return parsed_->der;
}
const Bytes& OcspResponse::sha256() const noexcept {
  return parsed_->sha256;
}
UtcTime OcspResponse::produced_at() const {
  return parsed_->produced_at;
}
std::vector<Certificate> OcspResponse::certificates() const {
  return parsed_->certificates;
}
const Bytes& OcspResponse::nonce() const {
  return parsed_->nonce;
}

std::string OcspResponse::responder_line() const {
  std::call_once(parsed_->named, [this] {
    const ASN1_OCTET_STRING* key = nullptr;
    const X509_NAME* name = nullptr;
    OCSP_resp_get0_id(parsed_->basic.get(), &key, &name);
    parsed_->responder_line = name != nullptr ? name_line(name) : to_hex(content_of(key));
  });
  return parsed_->responder_line;
}

std::optional<DigestAlgorithm> OcspResponse::signature_digest() const {
  return certs::signature_digest(OCSP_resp_get0_tbs_sigalg(parsed_->basic.get()));
}

bool OcspResponse::signature_verifies_with(const Certificate& signer) const {
  if (const auto known = parsed_->memo.find(signer.sha256())) return *known;
  const ossl::ErrorMark probe;
  auto* basic = parsed_->basic.get();
  auto* key = X509_get0_pubkey(signer.x509());
  const bool verified =
      key != nullptr &&
      ASN1_item_verify(ASN1_ITEM_rptr(OCSP_RESPDATA), OCSP_resp_get0_tbs_sigalg(basic),
                       OCSP_resp_get0_signature(basic), OCSP_resp_get0_respdata(basic), key) == 1;
  parsed_->memo.put(signer.sha256(), verified);
  return verified;
}

bool OcspResponse::speaks_of(const Certificate& certificate, const Certificate& issuer) const {
  return single_about(*this, certificate, issuer) != nullptr;
}

std::optional<UtcTime> OcspResponse::this_update(const Certificate& certificate,
                                                 const Certificate& issuer) const {
  const auto* single = single_about(*this, certificate, issuer);
  if (single == nullptr) return std::nullopt;
  return single->this_update;
}

std::optional<UtcTime> OcspResponse::next_update(const Certificate& certificate,
                                                 const Certificate& issuer) const {
  const auto* single = single_about(*this, certificate, issuer);
  return single == nullptr ? std::nullopt : single->next_update;
}

bool names_certificate(const OCSP_CERTID* id, const Certificate& certificate,
                       const Certificate& issuer) {
  ASN1_OCTET_STRING* name_hash = nullptr;
  ASN1_OBJECT* algorithm = nullptr;
  ASN1_OCTET_STRING* key_hash = nullptr;
  ASN1_INTEGER* serial = nullptr;
  // The function changes nothing, only its signature is older than const.
  if (OCSP_id_get0_info(&name_hash, &algorithm, &key_hash, &serial, const_cast<OCSP_CERTID*>(id)) !=
          1 ||
      ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate.x509())) != 0)
    return false;
  const ossl::ErrorMark probe;
  const auto* digest = EVP_get_digestbyobj(algorithm);
  if (digest == nullptr) return false;
  // RFC 6960 §4.1.1 hashes the name as the certificate spells its issuer. Responders that hash it
  // as the issuer spells itself mean the same name (RFC 5280 §7.1), and the key must match anyway.
  for (const auto* name :
       {X509_get_issuer_name(certificate.x509()), X509_get_subject_name(issuer.x509())}) {
    const ossl::OcspCertIdPtr ours{
        OCSP_cert_id_new(digest, name, X509_get0_pubkey_bitstr(issuer.x509()), serial)};
    if (!ours) return false;
    ASN1_OCTET_STRING* our_name = nullptr;
    ASN1_OCTET_STRING* our_key = nullptr;
    OCSP_id_get0_info(&our_name, nullptr, &our_key, nullptr, ours.get());
    if (ASN1_OCTET_STRING_cmp(our_key, key_hash) != 0) return false;
    if (ASN1_OCTET_STRING_cmp(our_name, name_hash) == 0) return true;
  }
  return false;
}

bool names_responder(const OcspResponse& answer, const Certificate& signer) {
  const ASN1_OCTET_STRING* key = nullptr;
  const X509_NAME* name = nullptr;
  OCSP_resp_get0_id(answer.parsed().basic.get(), &key, &name);
  if (name != nullptr) return X509_NAME_cmp(name, X509_get_subject_name(signer.x509())) == 0;
  // RFC 6960 §4.2.1: SHA-1 of the BIT STRING's value without tag, length and unused bits.
  const auto own =
      ossl::digest(DigestAlgorithm::kSha1, {content_of(X509_get0_pubkey_bitstr(signer.x509()))});
  return to_bytes(content_of(key)) == own;
}

Result<Bytes> make_ocsp_request(const Certificate& certificate, const Certificate& issuer,
                                ByteView nonce) {
  if (nonce.size() > kLongestNonce) return make_error(Code::kInternal, "OCSP nonce too long");
  const ossl::OcspRequestPtr request{OCSP_REQUEST_new()};
  ANTIN_CHECK(require_made(request, "OCSP request"));
  ossl::OcspCertIdPtr id{OCSP_cert_to_id(EVP_sha1(), certificate.x509(), issuer.x509())};
  ANTIN_CHECK(require_made(id, "OCSP CertID"));
  ANTIN_CHECK(require_made(OCSP_request_add0_id(request.get(), id.get()), "OCSP CertID"));
  (void)id.release();  // the request owns it now
  if (!nonce.empty()) {
    auto octets = to_bytes(nonce);
    ANTIN_CHECK(require_made(
        OCSP_request_add1_nonce(request.get(), octets.data(), static_cast<int>(octets.size())) == 1,
        "OCSP nonce"));
  }
  auto der = to_der(request.get(), i2d_OCSP_REQUEST);
  ANTIN_CHECK(require_made(!der.empty(), "OCSP request"));
  return der;
}

Result<OcspResponse> read_ocsp_answer(ByteView response, const Certificate& certificate,
                                      const Certificate& issuer, ByteView nonce) {
  ANTIN_TRY(auto answer, OcspResponse::from_bytes(response));
  if (!answer.speaks_of(certificate, issuer))
    return make_error(Code::kOcspMismatch, "another certificate");
  if (!nonce.empty() && !answer.nonce().empty() && answer.nonce() != to_bytes(nonce))
    return make_error(Code::kOcspMismatch, "nonce");
  return answer;
}

std::vector<std::string> ocsp_urls(const Certificate& certificate) {
  return web_addresses(certificate.ocsp_urls());
}
std::vector<std::string> issuer_urls(const Certificate& certificate) {
  return web_addresses(certificate.ca_issuer_urls());
}
std::vector<std::string> crl_urls(const Certificate& certificate) {
  return web_addresses(certificate.crl_urls());
}
std::vector<std::string> delta_crl_urls(const Certificate& certificate) {
  return web_addresses(certificate.delta_crl_urls());
}

}  // namespace antin::certs
