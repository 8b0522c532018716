#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::signer {

/// Attribute ::= SEQUENCE { attrType, attrValues SET OF } (RFC 5652 §5.3), octets as they stand.
struct CmsAttribute {
  Bytes type;  ///< OBJECT IDENTIFIER, whole
  std::vector<Bytes> values;
};

/// A CMS SignedData with one SignerInfo, taken apart so that certificates, revocation data and
/// unsigned attributes can be added while every other octet stays what it was: archive timestamps
/// cover them one by one.
struct CmsParts {
  Bytes version, digest_algorithms, content;  ///< whole elements of SignedData
  std::vector<Bytes> certificates;            ///< CertificateChoices
  std::vector<Bytes> crls;                    ///< RevocationInfoChoice
  /// Of the SignerInfo: version, sid, digestAlgorithm, signedAttrs (when there),
  /// signatureAlgorithm, signature.
  std::vector<Bytes> signer;
  std::vector<CmsAttribute> unsigned_attributes;

  /// The SignerInfo's signature, without its header.
  Bytes signature_value() const;
  /// eContentType, the whole OBJECT IDENTIFIER.
  Bytes content_type() const;
  /// eContent is absent.
  bool detached() const;
  /// Values of every unsigned attribute of this type; `oid`: content octets.
  std::vector<Bytes> unsigned_values(std::string_view oid) const;
  /// Values of a signed attribute.
  std::vector<Bytes> signed_values(std::string_view oid) const;
  void add_unsigned(std::string_view oid, Bytes value);
  /// False when that very element is there already.
  bool add_certificate(const Bytes& der);
  bool add_crl(const Bytes& der);
  /// A whole OCSPResponse as OtherRevocationInfoFormat id-ri-ocsp-response (RFC 5940 §2.1).
  bool add_ocsp(const Bytes& response);
};

/// DER, or BER that OpenSSL can write as DER. At most 64 MiB, 10,000 elements of a kind. Fails with
/// kCmsMalformed; kDetachedUnsupported when there is not exactly one signer.
Result<CmsParts> take_apart(ByteView cms);

/// DER (SET OF sorted); SignedData.version as RFC 5652 §5.1 asks for what is in it.
Bytes put_together(const CmsParts& parts);

/// Content octets of object identifiers that more than one file needs.
namespace oid {
using std::string_view_literals::operator""sv;
constexpr auto kData = "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01"sv;
constexpr auto kSignedData = "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02"sv;
constexpr auto kMessageDigest = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x04"sv;
constexpr auto kSignatureTimestamp = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x02\x0E"sv;
constexpr auto kCertificateValues = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x02\x17"sv;
constexpr auto kRevocationValues = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x02\x18"sv;
constexpr auto kArchiveTimestampV2 = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x02\x30"sv;
constexpr auto kArchiveTimestampV1 = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x02\x1B"sv;
/// 1.2.840.113583.1.1.8, adbe-revocationInfoArchival, a signed attribute
constexpr auto kAdobeRevocation = "\x2A\x86\x48\x86\xF7\x2F\x01\x01\x08"sv;
constexpr auto kArchiveTimestampV3 = "\x04\x00\x8D\x45\x02\x04"sv;    ///< 0.4.0.1733.2.4
constexpr auto kLongTermValidation = "\x04\x00\x8D\x45\x02\x02"sv;    ///< 0.4.0.1733.2.2
constexpr auto kAtsHashIndexV3 = "\x04\x00\x81\x95\x32\x01\x05"sv;    ///< 0.4.0.19122.1.5
constexpr auto kOcspResponse = "\x2B\x06\x01\x05\x05\x07\x10\x02"sv;  ///< id-ri-ocsp-response
constexpr auto kSha256 = "\x60\x86\x48\x01\x65\x03\x04\x02\x01"sv;
}  // namespace oid

}  // namespace antin::signer
