#pragma once

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "certs/core/error.h"

namespace antin::ossl {

/// Stateless deleter, so a handle is as small as the raw pointer it owns.
template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

template <class T, auto Free>
using Handle = std::unique_ptr<T, FreeWith<Free>>;

using BioPtr = Handle<BIO, &BIO_free_all>;
using CmsPtr = Handle<CMS_ContentInfo, &CMS_ContentInfo_free>;
using DigestContextPtr = Handle<EVP_MD_CTX, &EVP_MD_CTX_free>;
using PublicKeyPtr = Handle<EVP_PKEY, &EVP_PKEY_free>;
using OcspBasicPtr = Handle<OCSP_BASICRESP, &OCSP_BASICRESP_free>;
using OcspCertIdPtr = Handle<OCSP_CERTID, &OCSP_CERTID_free>;
using OcspRequestPtr = Handle<OCSP_REQUEST, &OCSP_REQUEST_free>;
using OcspResponsePtr = Handle<OCSP_RESPONSE, &OCSP_RESPONSE_free>;
using TimestampResponsePtr = Handle<TS_RESP, &TS_RESP_free>;
using LibraryContextPtr = Handle<OSSL_LIB_CTX, &OSSL_LIB_CTX_free>;
using X509Ptr = Handle<X509, &X509_free>;
using X509CrlPtr = Handle<X509_CRL, &X509_CRL_free>;
using X509ContextPtr = Handle<X509_STORE_CTX, &X509_STORE_CTX_free>;
using X509StorePtr = Handle<X509_STORE, &X509_STORE_free>;
using BasicConstraintsPtr = Handle<BASIC_CONSTRAINTS, &BASIC_CONSTRAINTS_free>;
using DistributionPointsPtr = Handle<CRL_DIST_POINTS, &CRL_DIST_POINTS_free>;
using DistributionPointPtr = Handle<ISSUING_DIST_POINT, &ISSUING_DIST_POINT_free>;
using AccessDescriptionsPtr = Handle<AUTHORITY_INFO_ACCESS, &AUTHORITY_INFO_ACCESS_free>;
using ExtendedKeyUsagePtr = Handle<EXTENDED_KEY_USAGE, &EXTENDED_KEY_USAGE_free>;
using AuthorityKeyIdPtr = Handle<AUTHORITY_KEYID, &AUTHORITY_KEYID_free>;
using IntegerPtr = Handle<ASN1_INTEGER, &ASN1_INTEGER_free>;
using EnumeratedPtr = Handle<ASN1_ENUMERATED, &ASN1_ENUMERATED_free>;
using GeneralizedTimePtr = Handle<ASN1_GENERALIZEDTIME, &ASN1_GENERALIZEDTIME_free>;
using OctetStringPtr = Handle<ASN1_OCTET_STRING, &ASN1_OCTET_STRING_free>;
using ObjectPtr = Handle<ASN1_OBJECT, &ASN1_OBJECT_free>;
using BigNumberPtr = Handle<BIGNUM, &BN_free>;
using NamePtr = Handle<X509_NAME, &X509_NAME_free>;
using Pkcs7Ptr = Handle<PKCS7, &PKCS7_free>;
using TimestampInfoPtr = Handle<TS_TST_INFO, &TS_TST_INFO_free>;
using TimestampStatusPtr = Handle<TS_STATUS_INFO, &TS_STATUS_INFO_free>;
using TimestampRequestPtr = Handle<TS_REQ, &TS_REQ_free>;
using TimestampImprintPtr = Handle<TS_MSG_IMPRINT, &TS_MSG_IMPRINT_free>;
using AlgorithmPtr = Handle<X509_ALGOR, &X509_ALGOR_free>;
using EssCertPtr = Handle<ESS_SIGNING_CERT, &ESS_SIGNING_CERT_free>;
using EssCertV2Ptr = Handle<ESS_SIGNING_CERT_V2, &ESS_SIGNING_CERT_V2_free>;

/// Stacks own their elements: freeing needs a second function.
struct FreeX509Stack {
  void operator()(STACK_OF(X509) * certs) const noexcept { sk_X509_pop_free(certs, X509_free); }
};
using X509StackPtr = std::unique_ptr<STACK_OF(X509), FreeX509Stack>;

/// A stack that borrows its elements: only the stack itself is freed.
struct FreeX509StackOnly {
  void operator()(STACK_OF(X509) * certs) const noexcept { sk_X509_free(certs); }
};
using X509ViewPtr = std::unique_ptr<STACK_OF(X509), FreeX509StackOnly>;

/// Octets that OpenSSL allocated (i2d with a null pointer).
struct FreeOpensslMemory {
  void operator()(void* octets) const noexcept { OPENSSL_free(octets); }
};
using OctetsPtr = std::unique_ptr<unsigned char, FreeOpensslMemory>;

/// For `get0` results: borrowed, never freed, valid while the owner lives.
/// Spelled as a type so that ownership shows in every signature.
template <class T>
using Borrowed = T*;

/// Empties this thread's OpenSSL error queue into `detail`. Call at the failing
/// call site: the queue is thread-local state and goes stale at the next call.
Error take_errors(Code code, std::string doing, Where where = Where::here());

/// Errors raised inside the scope are discarded, earlier ones are kept. For
/// probes whose failure is an answer ("is this PEM or DER?").
class ErrorMark {
 public:
  ErrorMark() noexcept { ERR_set_mark(); }
  ~ErrorMark() { ERR_pop_to_mark(); }
  ErrorMark(const ErrorMark&) = delete;
  ErrorMark& operator=(const ErrorMark&) = delete;
};

}  // namespace antin::ossl
