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

// Signature algorithms without a digest of their own, and with parameters.
constexpr std::string_view kRsaEncryption = "1.2.840.113549.1.1.1";
constexpr std::string_view kMgf1 = "1.2.840.113549.1.1.8";
constexpr std::string_view kRsaPss = "1.2.840.113549.1.1.10";
constexpr std::string_view kEcPublicKey = "1.2.840.10045.2.1";
constexpr std::string_view kEd25519 = "1.3.101.112";

}  // namespace antin::verifier::oid
