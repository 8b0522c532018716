#pragma once

#include "certs/core/bytes.h"
#include "certs/ossl/handles.h"

namespace antin::ossl {

/// A library context with everything of OpenSSL's default provider but its decoders.
///
/// OpenSSL 3.0 decodes the public key of every certificate that it reads, also of those that come
/// along in a CMS, through its general decoders: 150 to 200 µs each, seven RSA-2048 verifications.
/// In this context that decoding finds nothing and costs little; such a certificate has no
/// X509_get0_pubkey(). Give it as libctx of what is to be read:
/// `CMS_ContentInfo_new_ex(parsing_context(), nullptr)`, then d2i into that. Lives as long as the
/// process; thread-safe. A null pointer (the default context) when it could not be made.
Borrowed<OSSL_LIB_CTX> parsing_context();

/// Reads one DER certificate with its public key, without the general decoders where the key is
/// RSA or on P-256, P-384, P-521. Null when it cannot be read or octets follow.
X509Ptr read_certificate(ByteView der);

/// Reads one CMS whose certificates have no public key object (see parsing_context()): take each
/// one's DER and give it to read_certificate(). Null when it cannot be read or octets follow.
CmsPtr read_cms(ByteView octets);

}  // namespace antin::ossl
