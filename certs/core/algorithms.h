#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace antin {

/// Digest algorithms that antin can compute. Weak ones are read and reported, never used to sign.
enum class DigestAlgorithm : std::uint8_t {
  kMd5,
  kSha1,
  kSha224,
  kSha256,
  kSha384,
  kSha512,
  kSha3_256,
  kSha3_384,
  kSha3_512
};

enum class SignatureAlgorithm : std::uint8_t { kRsaPkcs1, kRsaPss, kEcdsa };

/// How a key signs. For PSS the salt is as long as the digest and MGF1 uses the same digest.
struct SignatureScheme {
  SignatureAlgorithm algorithm;
  DigestAlgorithm digest;
  friend auto operator<=>(const SignatureScheme&, const SignatureScheme&) = default;
};

/// "SHA-256", as reports spell it.
constexpr std::string_view name(DigestAlgorithm digest) noexcept {
  switch (digest) {
    case DigestAlgorithm::kMd5:
      return "MD5";
    case DigestAlgorithm::kSha1:
      return "SHA-1";
    case DigestAlgorithm::kSha224:
      return "SHA-224";
    case DigestAlgorithm::kSha256:
      return "SHA-256";
    case DigestAlgorithm::kSha384:
      return "SHA-384";
    case DigestAlgorithm::kSha512:
      return "SHA-512";
    case DigestAlgorithm::kSha3_256:
      return "SHA3-256";
    case DigestAlgorithm::kSha3_384:
      return "SHA3-384";
    case DigestAlgorithm::kSha3_512:
      break;
  }
  return "SHA3-512";
}

/// "RSASSA-PKCS1-v1_5", as reports spell it.
constexpr std::string_view name(SignatureAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case SignatureAlgorithm::kRsaPkcs1:
      return "RSASSA-PKCS1-v1_5";
    case SignatureAlgorithm::kRsaPss:
      return "RSASSA-PSS";
    case SignatureAlgorithm::kEcdsa:
      break;
  }
  return "ECDSA";
}

}  // namespace antin
