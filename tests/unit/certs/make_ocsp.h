#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/asn1.h"
#include "certs/ocsp.h"
#include "tests/unit/certs/issue.h"

namespace antin::certs {

/// One single response of an answer made on the spot.
struct Single {
  std::string certificate = "officer-p256";
  std::string issuer = "issuing-ca";
  int status = V_OCSP_CERTSTATUS_GOOD;
  int reason = OCSP_REVOKED_STATUS_NOSTATUS;
  const char* revoked_at = nullptr;
  const char* this_update = "2026-05-31T23:00:00Z";
  const char* next_update = "2026-06-01T23:00:00Z";  ///< null: none
  const EVP_MD* digest = EVP_sha1();
  const char* archive_cutoff = nullptr;
  const char* critical_extension = nullptr;  ///< dotted OID
};

inline Single revoked(const char* at, int reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE) {
  Single single;
  single.status = V_OCSP_CERTSTATUS_REVOKED;
  single.reason = reason;
  single.revoked_at = at;
  return single;
}

/// An answer made on the spot with OpenSSL, by a key and certificate of tests/pki.
struct Answer {
  std::vector<Single> singles = {Single{}};
  std::string signer = "ocsp";
  std::optional<Certificate> signer_certificate = {};  ///< instead of the committed one
  std::vector<std::string> extra = {};                 ///< further certificates in it
  const char* produced_at = "2026-05-31T23:00:00Z";
  unsigned long flags = 0;  ///< OCSP_NOCERTS, OCSP_RESPID_KEY
  Bytes nonce = {};
  const char* critical_extension = nullptr;
  const EVP_MD* digest = EVP_sha256();
};

using AsnTimePtr = ossl::Handle<ASN1_TIME, &ASN1_TIME_free>;
using ExtensionPtr = ossl::Handle<X509_EXTENSION, &X509_EXTENSION_free>;

inline AsnTimePtr asn_time(const char* text) {
  if (text == nullptr) return nullptr;
  return AsnTimePtr{ASN1_GENERALIZEDTIME_set(
      nullptr, static_cast<std::time_t>(instant(text).since_epoch().time_since_epoch().count()))};
}

inline ExtensionPtr critical_null(const char* oid) {
  const ossl::ObjectPtr object{OBJ_txt2obj(oid, 1)};
  const ossl::OctetStringPtr value{ASN1_OCTET_STRING_new()};
  const Bytes null{5, 0};
  ASN1_OCTET_STRING_set(value.get(), null.data(), static_cast<int>(null.size()));
  return ExtensionPtr{X509_EXTENSION_create_by_OBJ(nullptr, object.get(), 1, value.get())};
}

inline void add_single(OCSP_BASICRESP* basic, const Single& what) {
  const ossl::OcspCertIdPtr id{
      OCSP_cert_to_id(what.digest, cert(what.certificate).x509(), cert(what.issuer).x509())};
  const auto revoked_at = asn_time(what.revoked_at);
  const auto from = asn_time(what.this_update);
  const auto until = asn_time(what.next_update);
  auto* single = OCSP_basic_add1_status(basic, id.get(), what.status, what.reason, revoked_at.get(),
                                        from.get(), until.get());
  ASSERT_NE(single, nullptr);
  if (what.archive_cutoff != nullptr)
    OCSP_SINGLERESP_add1_ext_i2d(single, NID_id_pkix_OCSP_archiveCutoff,
                                 asn_time(what.archive_cutoff).get(), 0, 0);
  if (what.critical_extension != nullptr)
    OCSP_SINGLERESP_add_ext(single, critical_null(what.critical_extension).get(), -1);
}

inline ossl::OcspBasicPtr make_basic(const Answer& what) {
  ossl::OcspBasicPtr basic{OCSP_BASICRESP_new()};
  for (const auto& single : what.singles) add_single(basic.get(), single);
  if (!what.nonce.empty()) {
    auto nonce = what.nonce;
    OCSP_basic_add1_nonce(basic.get(), nonce.data(), static_cast<int>(nonce.size()));
  }
  if (what.critical_extension != nullptr)
    OCSP_BASICRESP_add_ext(basic.get(), critical_null(what.critical_extension).get(), -1);
  // There is no function to set it: signing would take it from the machine's clock.
  auto* produced = const_cast<ASN1_GENERALIZEDTIME*>(OCSP_resp_get0_produced_at(basic.get()));
  ASN1_GENERALIZEDTIME_set(produced,
                           instant(what.produced_at).since_epoch().time_since_epoch().count());
  const auto key = private_key(what.signer);
  const auto signer = what.signer_certificate ? *what.signer_certificate : cert(what.signer);
  const ossl::X509ViewPtr extra{sk_X509_new_null()};
  std::vector<Certificate> kept;
  for (const auto& name : what.extra) kept.push_back(cert(name));
  for (const auto& one : kept) sk_X509_push(extra.get(), one.x509());
  EXPECT_EQ(OCSP_basic_sign(basic.get(), signer.x509(), key.get(), what.digest, extra.get(),
                            what.flags | OCSP_NOTIME),
            1);
  return basic;
}

inline Bytes make_response(const Answer& what) {
  const auto basic = make_basic(what);
  const ossl::OcspResponsePtr response{
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get())};
  return to_der(response.get(), i2d_OCSP_RESPONSE);
}

inline OcspResponse make(const Answer& what) {
  return OcspResponse::from_bytes(make_response(what)).value();
}

/// A certificate for `key` of tests/pki under `issuer`, who may answer by OCSP.
struct Responder {
  std::string issuer = "issuing-ca";
  std::string key = "ocsp";
  int serial = 7001;
  const char* from = "2025-01-01T00:00:00Z";
  const char* until = "2034-12-31T00:00:00Z";
  bool no_check = false;
  bool may_answer = true;
};

inline void add_extension(X509* certificate, int nid, const char* value) {
  const ExtensionPtr extension{X509V3_EXT_conf_nid(nullptr, nullptr, nid, value)};
  ASSERT_EQ(X509_add_ext(certificate, extension.get(), -1), 1);
}

inline Certificate issue(const Responder& what) {
  const auto issuing_key = private_key(what.issuer);
  const ossl::X509Ptr made{X509_new()};
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), what.serial);
  X509_set1_notBefore(made.get(), asn_time(what.from).get());
  X509_set1_notAfter(made.get(), asn_time(what.until).get());
  X509_set_issuer_name(made.get(), X509_get_subject_name(cert(what.issuer).x509()));
  X509_set_subject_name(made.get(), X509_get_subject_name(cert(what.key).x509()));
  X509_set_pubkey(made.get(), private_key(what.key).get());
  if (what.may_answer) add_extension(made.get(), NID_ext_key_usage, "OCSPSigning");
  if (what.no_check) add_extension(made.get(), NID_id_pkix_OCSP_noCheck, "");
  EXPECT_GT(X509_sign(made.get(), issuing_key.get(), EVP_sha256()), 0);
  return Certificate::from_der(to_der(made.get(), i2d_X509)).value();
}

/// A list by issuing-ca that revokes the certificate of that serial number.
struct List {
  int serial = 7001;
  const char* revoked_at = "2026-02-01T00:00:00Z";
  int reason = CRL_REASON_KEY_COMPROMISE;
  const char* this_update = "2026-05-15T00:00:00Z";
  const char* next_update = "2034-12-30T00:00:00Z";
  std::vector<int> only_reasons = {};  ///< bits of ReasonFlags; empty: all
};

inline void limit_to(X509_CRL* list, const std::vector<int>& reasons) {
  const ossl::DistributionPointPtr scope{ISSUING_DIST_POINT_new()};
  scope->onlysomereasons = ASN1_BIT_STRING_new();
  for (const int bit : reasons) ASN1_BIT_STRING_set_bit(scope->onlysomereasons, bit, 1);
  X509_CRL_add1_ext_i2d(list, NID_issuing_distribution_point, scope.get(), 1, 0);
}

inline Crl make(const List& what) {
  const ossl::X509CrlPtr list{X509_CRL_new()};
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(cert("issuing-ca").x509()));
  X509_CRL_set1_lastUpdate(list.get(), asn_time(what.this_update).get());
  X509_CRL_set1_nextUpdate(list.get(), asn_time(what.next_update).get());
  ossl::Handle<X509_REVOKED, &X509_REVOKED_free> entry{X509_REVOKED_new()};
  const ossl::IntegerPtr serial{ASN1_INTEGER_new()};
  ASN1_INTEGER_set(serial.get(), what.serial);
  X509_REVOKED_set_serialNumber(entry.get(), serial.get());
  X509_REVOKED_set_revocationDate(entry.get(), asn_time(what.revoked_at).get());
  const ossl::EnumeratedPtr reason{ASN1_ENUMERATED_new()};
  ASN1_ENUMERATED_set(reason.get(), what.reason);
  X509_REVOKED_add1_ext_i2d(entry.get(), NID_crl_reason, reason.get(), 0, 0);
  X509_CRL_add0_revoked(list.get(), entry.release());
  if (!what.only_reasons.empty()) limit_to(list.get(), what.only_reasons);
  X509_CRL_sort(list.get());
  EXPECT_GT(X509_CRL_sign(list.get(), private_key("issuing-ca").get(), EVP_sha256()), 0);
  return Crl::from_bytes(to_der(list.get(), i2d_X509_CRL)).value();
}

}  // namespace antin::certs
