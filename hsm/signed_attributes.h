#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"

namespace antin::hsm {

/// What is signed. A login is of a content type of its own (docs/PROTOCOL.login.md): no verifier
/// takes it for a signature on a document.
enum class SignedContent : std::uint8_t { kDocument, kLogin };

/// What a key holder sees of the CMS SignedAttributes that it is asked to sign.
struct SignedAttributes {
  Bytes message_digest;                     ///< messageDigest: digest of the content
  std::optional<Bytes> certificate_hash;    ///< signing-certificate-v2: first ESSCertIDv2, SHA-256
  std::optional<std::string> signing_time;  ///< as written: UTCTime or GeneralizedTime
  /// Content octets of the OIDs of attributes other than these, in order.
  std::vector<Bytes> others;
};

/// Reads DER SignedAttributes with the SET OF tag (RFC 5652 §5.4) strictly: definite minimal
/// lengths, elements in DER order (X.690 §11.6), each type once (RFC 5652 §5.3), one value each,
/// content-type id-data and message-digest present (§11.1, §11.2), nothing behind the end.
/// A bare digest, a certificate or a PDF never passes. Fails with kTokenAttributesRefused.
///
/// Nobody verified anything yet: that message_digest is the digest of a given document, and
/// certificate_hash that of a given certificate, is for the caller to check.
///
/// `content`: of what; one is refused where the other is wanted.
Result<SignedAttributes> parse_signed_attributes(ByteView der,
                                                 SignedContent content = SignedContent::kDocument);

/// What build_signed_attributes() states.
struct AttributesFor {
  ByteView message_digest;      ///< of the content
  ByteView certificate_sha256;  ///< of the signer's certificate
  std::optional<UtcTime> signing_time = {};
  SignedContent content = SignedContent::kDocument;
};

/// DER SignedAttributes (SET OF, RFC 5652 §5.4) of a CAdES baseline signature (ETSI EN 319 122-1):
/// content-type (id-data of a document), message-digest, signing-certificate-v2 and, only when
/// asked, signing-time; PAdES baseline (EN 319 142-1 §6.3) wants signing-time absent. The one place
/// that makes them.
Bytes build_signed_attributes(const AttributesFor& what);

}  // namespace antin::hsm
