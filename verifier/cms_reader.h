#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/finding.h"
#include "certs/crl.h"
#include "certs/ocsp.h"
#include "verifier/material.h"

namespace antin::verifier {

/// RFC 5652 §10.1: an algorithm and its parameters, not yet understood.
struct AlgorithmId {
  std::string oid;
  Bytes parameters;  ///< whole element; empty when absent
};

/// RFC 5652 §5.3.
struct Attribute {
  std::string oid;
  std::vector<Bytes> values;  ///< whole elements
};

/// The parts of a SignedData (RFC 5652 §5.1) as a PDF signature holds it. Parsed is not judged.
struct CmsSignature {
  std::size_t length = 0;  ///< octets it takes at the start of /Contents
  std::string content_type;
  std::optional<Bytes> content;  ///< encapsulated eContent
  std::vector<certs::Certificate> certificates;
  std::vector<certs::Crl> crls;
  std::vector<certs::OcspResponse> ocsp;  ///< RFC 5940, among the crls
  std::size_t signer_count = 0;
  // Of the SignerInfo that was asked for:
  Bytes issuer, serial;  ///< whole elements; empty when the signer is named by key identifier
  Bytes key_identifier;  ///< content octets
  AlgorithmId digest_algorithm, signature_algorithm;
  Bytes signed_attribute_octets;  ///< as received, but with the SET OF tag (§5.4); empty: absent
  std::vector<Attribute> signed_attributes, unsigned_attributes;
  Bytes signature;
  /// Certificates or CRLs inside that cannot be parsed are left out and mentioned here.
  Findings findings;
};

/// Reads the CMS at the start of a padded /Contents with our own reader, no library: only
/// SignedData, at most 32 MiB, 256 certificates, 64 CRLs, 256 OCSP answers, 32 signers. BER is
/// accepted (ber.h). `signer`: which SignerInfo to read.
/// Fails with kSigCmsMalformed and kSigCmsNotSignedData.
Result<CmsSignature> read_cms(ByteView padded, std::size_t signer = 0);

/// What a signature brings along: inside SignedData, in the signed attribute revocationInfoArchival
/// (ISO 32000-2 12.8.3.3.2) and in the CAdES attributes certificate-values and revocation-values
/// (EN 319 122-1 annex A.1.1, A.1.2). What cannot be read is left out.
Material embedded_material(const CmsSignature& cms);

/// The one value of the attribute `oid`; nothing when it is absent, doubled or has several values.
const Bytes* single_value(const std::vector<Attribute>& attributes, std::string_view oid);
bool has_attribute(const std::vector<Attribute>& attributes, std::string_view oid);

/// True when everything from `length` on is zero (or the string ends there).
bool zero_padded(ByteView padded, std::size_t length);

}  // namespace antin::verifier
