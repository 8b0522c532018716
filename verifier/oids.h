#pragma once

#include <string_view>

/// Object identifiers that signatures in PDF use.
namespace antin::verifier::oid {

constexpr std::string_view kData = "1.2.840.113549.1.7.1";
constexpr std::string_view kSignedData = "1.2.840.113549.1.7.2";
constexpr std::string_view kTstInfo = "1.2.840.113549.1.9.16.1.4";

// Attributes: RFC 5652 §11, RFC 5035, RFC 3161, RFC 6211, ISO 32000-2 12.8.3.3.2.
constexpr std::string_view kContentType = "1.2.840.113549.1.9.3";
constexpr std::string_view kMessageDigest = "1.2.840.113549.1.9.4";
constexpr std::string_view kSigningTime = "1.2.840.113549.1.9.5";
constexpr std::string_view kSigningCertificate = "1.2.840.113549.1.9.16.2.12";
constexpr std::string_view kSigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
constexpr std::string_view kSignatureTimestamp = "1.2.840.113549.1.9.16.2.14";
constexpr std::string_view kAlgorithmProtection = "1.2.840.113549.1.9.52";
constexpr std::string_view kRevocationInfoArchival = "1.2.840.113583.1.1.8";
constexpr std::string_view kCountersignature = "1.2.840.113549.1.9.6";

// EN 319 122-1: CAdES attributes; EN 319 122-1 §5.5 and annex A: archive timestamps, new and old.
constexpr std::string_view kContentTimestamp = "1.2.840.113549.1.9.16.2.20";
constexpr std::string_view kCertificateValues = "1.2.840.113549.1.9.16.2.23";
constexpr std::string_view kRevocationValues = "1.2.840.113549.1.9.16.2.24";
constexpr std::string_view kArchiveTimestampV3 = "0.4.0.1733.2.4";
constexpr std::string_view kHashIndexV3 = "0.4.0.19122.1.5";
constexpr std::string_view kArchiveTimestampV2 = "1.2.840.113549.1.9.16.2.48";
constexpr std::string_view kArchiveTimestamp = "1.2.840.113549.1.9.16.2.27";
constexpr std::string_view kLongTermValidation = "0.4.0.1733.2.2";

// OtherRevocationInfoFormat: RFC 5940 §2.1, and what some write instead.
constexpr std::string_view kOcspResponse = "1.3.6.1.5.5.7.16.2";
constexpr std::string_view kOcspBasic = "1.3.6.1.5.5.7.48.1.1";

// Signature algorithms without a digest of their own, and with parameters.
constexpr std::string_view kRsaEncryption = "1.2.840.113549.1.1.1";
constexpr std::string_view kMgf1 = "1.2.840.113549.1.1.8";
constexpr std::string_view kRsaPss = "1.2.840.113549.1.1.10";
constexpr std::string_view kEcPublicKey = "1.2.840.10045.2.1";
constexpr std::string_view kEd25519 = "1.3.101.112";

}  // namespace antin::verifier::oid
