#include "certs/core/etsi.h"

namespace antin {

std::string_view name(Indication indication) noexcept {
  switch (indication) {
    case Indication::kTotalPassed:
      return "TOTAL-PASSED";
    case Indication::kTotalFailed:
      return "TOTAL-FAILED";
    case Indication::kIndeterminate:
      break;
  }
  return "INDETERMINATE";
}

std::string_view name(SubIndication reason) noexcept {
  switch (reason) {
    case SubIndication::kFormatFailure:
      return "FORMAT_FAILURE";
    case SubIndication::kHashFailure:
      return "HASH_FAILURE";
    case SubIndication::kSigCryptoFailure:
      return "SIG_CRYPTO_FAILURE";
    case SubIndication::kRevoked:
      return "REVOKED";
    case SubIndication::kExpired:
      return "EXPIRED";
    case SubIndication::kNotYetValid:
      return "NOT_YET_VALID";
    case SubIndication::kSigConstraintsFailure:
      return "SIG_CONSTRAINTS_FAILURE";
    case SubIndication::kChainConstraintsFailure:
      return "CHAIN_CONSTRAINTS_FAILURE";
    case SubIndication::kCertificateChainGeneralFailure:
      return "CERTIFICATE_CHAIN_GENERAL_FAILURE";
    case SubIndication::kCryptoConstraintsFailure:
      return "CRYPTO_CONSTRAINTS_FAILURE";
    case SubIndication::kPolicyProcessingError:
      return "POLICY_PROCESSING_ERROR";
    case SubIndication::kSignaturePolicyNotAvailable:
      return "SIGNATURE_POLICY_NOT_AVAILABLE";
    case SubIndication::kTimestampOrderFailure:
      return "TIMESTAMP_ORDER_FAILURE";
    case SubIndication::kNoSigningCertificateFound:
      return "NO_SIGNING_CERTIFICATE_FOUND";
    case SubIndication::kNoCertificateChainFound:
      return "NO_CERTIFICATE_CHAIN_FOUND";
    case SubIndication::kNoCertificateChainFoundNoPoe:
      return "NO_CERTIFICATE_CHAIN_FOUND_NO_POE";
    case SubIndication::kRevokedNoPoe:
      return "REVOKED_NO_POE";
    case SubIndication::kRevokedCaNoPoe:
      return "REVOKED_CA_NO_POE";
    case SubIndication::kOutOfBoundsNoPoe:
      return "OUT_OF_BOUNDS_NO_POE";
    case SubIndication::kOutOfBoundsNotRevoked:
      return "OUT_OF_BOUNDS_NOT_REVOKED";
    case SubIndication::kCryptoConstraintsFailureNoPoe:
      return "CRYPTO_CONSTRAINTS_FAILURE_NO_POE";
    case SubIndication::kNoPoe:
      return "NO_POE";
    case SubIndication::kTryLater:
      return "TRY_LATER";
    case SubIndication::kSignedDataNotFound:
      return "SIGNED_DATA_NOT_FOUND";
  }
  return "POLICY_PROCESSING_ERROR";
}

}  // namespace antin
