#pragma once

#include <cstdint>
#include <string_view>

namespace antin {

/// Main status of a signature, EN 319 102-1 V1.3.1 clause 5.1.3.
enum class Indication : std::uint8_t { kTotalPassed, kTotalFailed, kIndeterminate };

/// Why the status is not TOTAL-PASSED (EN 319 102-1 V1.3.1 tables 5 and 6). The URN is
/// "urn:etsi:019102:subindication:" + name().
enum class SubIndication : std::uint8_t {
  kFormatFailure,
  kHashFailure,
  kSigCryptoFailure,
  kRevoked,
  kExpired,
  kNotYetValid,
  kSigConstraintsFailure,
  kChainConstraintsFailure,
  kCertificateChainGeneralFailure,
  kCryptoConstraintsFailure,
  kPolicyProcessingError,
  kSignaturePolicyNotAvailable,
  kTimestampOrderFailure,
  kNoSigningCertificateFound,
  kNoCertificateChainFound,
  kNoCertificateChainFoundNoPoe,
  kRevokedNoPoe,
  kRevokedCaNoPoe,
  kOutOfBoundsNoPoe,
  kOutOfBoundsNotRevoked,
  kCryptoConstraintsFailureNoPoe,
  kNoPoe,
  kTryLater,
  kSignedDataNotFound,
};

/// The standard fixes which main status a reason belongs to; callers never
/// choose the pair, so an impossible pair cannot be written.
constexpr Indication indication_of(SubIndication reason) noexcept {
  switch (reason) {
    case SubIndication::kFormatFailure:
    case SubIndication::kHashFailure:
    case SubIndication::kSigCryptoFailure:
    case SubIndication::kRevoked:
    case SubIndication::kExpired:
    case SubIndication::kNotYetValid:
      return Indication::kTotalFailed;
    default:
      return Indication::kIndeterminate;
  }
}

/// The standard's spelling: "TOTAL-PASSED", "HASH_FAILURE", …
std::string_view name(Indication indication) noexcept;
std::string_view name(SubIndication reason) noexcept;

static_assert(indication_of(SubIndication::kRevoked) == Indication::kTotalFailed);
static_assert(indication_of(SubIndication::kTryLater) == Indication::kIndeterminate);

}  // namespace antin
