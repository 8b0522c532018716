#include "certs/crl.h"

#include <algorithm>
#include <string_view>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "certs/asn1.h"
#include "certs/crl_parsed.h"
#include "certs/ossl/digest.h"

namespace antin::certs {
namespace {

// The largest lists of public authorities have some tens of megabytes.
constexpr std::size_t kLargestCrl = std::size_t{256} << 20U;

bool understood_in_list(int nid) {
  return nid == NID_issuing_distribution_point || nid == NID_delta_crl || nid == NID_crl_number ||
         nid == NID_authority_key_identifier;
}

bool understood_in_entry(int nid) {
  return nid == NID_crl_reason || nid == NID_certificate_issuer || nid == NID_invalidity_date;
}

bool critical_and_not(X509_EXTENSION* extension, bool (*understood)(int)) {
  return X509_EXTENSION_get_critical(extension) == 1 &&
         !understood(OBJ_obj2nid(X509_EXTENSION_get_object(extension)));
}

bool has_unknown_critical(X509_CRL* crl) {
  for (int i = 0; i < X509_CRL_get_ext_count(crl); ++i) {
    if (critical_and_not(X509_CRL_get_ext(crl, i), understood_in_list)) return true;
  }
  auto* entries = X509_CRL_get_REVOKED(crl);
  for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i) {
    const auto* entry = sk_X509_REVOKED_value(entries, i);
    for (int e = 0; e < X509_REVOKED_get_ext_count(entry); ++e) {
      if (critical_and_not(X509_REVOKED_get_ext(entry, e), understood_in_entry)) return true;
    }
  }
  return false;
}

// Reads an extension that may stand there once. False when it is there and cannot be read.
template <class T>
bool read_extension(X509_CRL* crl, int nid, T& into) {
  int state = 0;  // -1: absent; -2: more than once
  into.reset(static_cast<typename T::pointer>(X509_CRL_get_ext_d2i(crl, nid, &state, nullptr)));
  return into != nullptr || state == -1;
}

// X.509 (10/2019) §9.5.2.9; OpenSSL has no name for it.
std::optional<UtcTime> keeps_expired_since(X509_CRL* crl) {
  static const ossl::ObjectPtr kOid{OBJ_txt2obj("2.5.29.60", 1)};
  const int at = X509_CRL_get_ext_by_OBJ(crl, kOid.get(), -1);
  if (at < 0) return std::nullopt;
  const auto content = content_of(X509_EXTENSION_get_data(X509_CRL_get_ext(crl, at)));
  const auto* octets = content.data();
  const ossl::GeneralizedTimePtr time{
      d2i_ASN1_GENERALIZEDTIME(nullptr, &octets, static_cast<long>(content.size()))};
  return utc_time(time.get());
}

}  // namespace

Crl::Parsed::Parsed(ByteView octets, ossl::X509CrlPtr read, UtcTime from)
    : der(to_bytes(octets)),
      sha256(ossl::sha256(octets)),
      crl(std::move(read)),
      this_update(from),
      next_update(utc_time(X509_CRL_get0_nextUpdate(crl.get()))),
      keeps_expired_since(certs::keeps_expired_since(crl.get())) {
  const bool readable = read_extension(crl.get(), NID_issuing_distribution_point, scope) &&
                        read_extension(crl.get(), NID_crl_number, number) &&
                        read_extension(crl.get(), NID_delta_crl, delta_base);
  // A name relative to the issuer (RFC 5280 §5.2.5) is made whole once.
  const bool named = !scope || scope->distpoint == nullptr ||
                     DIST_POINT_set_dpname(scope->distpoint, X509_CRL_get_issuer(crl.get())) == 1;
  unusable = !readable || !named || has_unknown_critical(crl.get());
}

Result<Crl> Crl::from_bytes(ByteView octets) {
  if (octets.empty() || octets.size() > kLargestCrl)
    return make_error(Code::kCrlMalformed, "no octets, or too many");
  const ossl::ErrorMark probe;
  Bytes der;
  if (as_text(octets).find("-----BEGIN X509 CRL-----") != std::string_view::npos) {
    const ossl::BioPtr in{BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size()))};
    unsigned char* raw = nullptr;
    long length = 0;
    if (!in || PEM_bytes_read_bio(&raw, &length, nullptr, PEM_STRING_X509_CRL, in.get(), nullptr,
                                  nullptr) != 1)
      return make_error(Code::kCrlMalformed, "damaged PEM block");
    const ossl::OctetsPtr owned{raw};
    der = to_bytes(ByteView{raw, static_cast<std::size_t>(length)});
  } else {
    der = to_bytes(octets);
  }
  const auto* at = der.data();
  ossl::X509CrlPtr crl{d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()))};
  if (!crl) return make_error(Code::kCrlMalformed, "not a certificate revocation list");
  if (at != der.data() + der.size())
    return make_error(Code::kCrlMalformed, "octets after the list");
  if (to_der(crl.get(), i2d_X509_CRL) != der)
    return make_error(Code::kCrlMalformed, "list is not in DER");
  const auto this_update = utc_time(X509_CRL_get0_lastUpdate(crl.get()));
  if (!this_update) return make_error(Code::kCrlMalformed, "thisUpdate");
  if (X509_CRL_get0_nextUpdate(crl.get()) != nullptr &&
      !utc_time(X509_CRL_get0_nextUpdate(crl.get())))
    return make_error(Code::kCrlMalformed, "nextUpdate");
  return Crl{std::make_shared<const Parsed>(der, std::move(crl), *this_update)};
}

const Bytes& Crl::der() const noexcept {
  return parsed_->der;
}
const Bytes& Crl::sha256() const noexcept {
  return parsed_->sha256;
}
std::string Crl::issuer_line() const {
  return name_line(X509_CRL_get_issuer(x509_crl()));
}
UtcTime Crl::this_update() const {
  return parsed_->this_update;
}
std::optional<UtcTime> Crl::next_update() const {
  return parsed_->next_update;
}
std::string Crl::number_hex() const {
  return parsed_->number ? integer_hex(parsed_->number.get()) : "";
}
std::optional<DigestAlgorithm> Crl::signature_digest() const {
  const X509_ALGOR* algorithm = nullptr;
  X509_CRL_get0_signature(x509_crl(), nullptr, &algorithm);
  return certs::signature_digest(algorithm);
}
ossl::Borrowed<X509_CRL> Crl::x509_crl() const noexcept {
  return parsed_->crl.get();
}

bool Crl::signature_verifies_with(const Certificate& issuer) const {
  if (const auto known = parsed_->memo.find(issuer.sha256())) return *known;
  const ossl::ErrorMark probe;
  auto* key = X509_get0_pubkey(issuer.x509());
  const bool verified = key != nullptr && X509_CRL_verify(x509_crl(), key) == 1;
  parsed_->memo.put(issuer.sha256(), verified);
  return verified;
}

}  // namespace antin::certs
