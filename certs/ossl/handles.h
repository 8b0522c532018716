#pragma once

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

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
using OcspResponsePtr = Handle<OCSP_RESPONSE, &OCSP_RESPONSE_free>;
using TimestampResponsePtr = Handle<TS_RESP, &TS_RESP_free>;
using LibraryContextPtr = Handle<OSSL_LIB_CTX, &OSSL_LIB_CTX_free>;
using X509Ptr = Handle<X509, &X509_free>;

/// Stacks own their elements: freeing needs a second function.
struct FreeX509Stack {
  void operator()(STACK_OF(X509) * certs) const noexcept { sk_X509_pop_free(certs, X509_free); }
};
using X509StackPtr = std::unique_ptr<STACK_OF(X509), FreeX509Stack>;

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
