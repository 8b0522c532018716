#include "verifier/verdict.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "certs/core/codes.h"

namespace antin::verifier {
namespace {

using enum SubIndication;

// Rank: earlier decides. Every sub-indication stands here once.
constexpr std::array kOrder = {
    // TOTAL-FAILED
    kFormatFailure, kHashFailure, kSigCryptoFailure, kRevoked, kNotYetValid, kExpired,
    // INDETERMINATE that refuses the document
    kRevokedNoPoe, kCryptoConstraintsFailure, kCryptoConstraintsFailureNoPoe,
    // INDETERMINATE
    kSignedDataNotFound, kNoSigningCertificateFound, kNoCertificateChainFound,
    kNoCertificateChainFoundNoPoe, kCertificateChainGeneralFailure, kChainConstraintsFailure,
    kSigConstraintsFailure, kRevokedCaNoPoe, kOutOfBoundsNotRevoked, kOutOfBoundsNoPoe,
    kTimestampOrderFailure, kSignaturePolicyNotAvailable, kPolicyProcessingError, kNoPoe,
    kTryLater};

std::size_t rank(SubIndication reason) {
  return static_cast<std::size_t>(
      std::distance(kOrder.begin(), std::find(kOrder.begin(), kOrder.end(), reason)));
}

bool is_bad(const SignatureFacts& signature) {
  return signature.indication == Indication::kTotalFailed ||
         signature.integrity == Integrity::kBroken || signature.coverage == Coverage::kPartial ||
         !signature.changes_permitted ||
         (signature.sub_indication && refuses(*signature.sub_indication));
}

}  // namespace

bool refuses(SubIndication reason) noexcept {
  return indication_of(reason) == Indication::kTotalFailed || reason == kRevokedNoPoe ||
         reason == kCryptoConstraintsFailure || reason == kCryptoConstraintsFailureNoPoe;
}

Verdict verdict_of(const std::vector<SignatureFacts>& signatures, FileState file) noexcept {
  if (signatures.empty()) return Verdict::kNoSignature;
  if (file == FileState::kUnaccountedFor ||
      std::any_of(signatures.begin(), signatures.end(), is_bad))
    return Verdict::kInvalid;
  const bool passed =
      std::all_of(signatures.begin(), signatures.end(), [](const SignatureFacts& signature) {
        return signature.indication == Indication::kTotalPassed &&
               signature.integrity == Integrity::kIntact;
      });
  if (std::all_of(signatures.begin(), signatures.end(),
                  [](const SignatureFacts& signature) { return signature.document_timestamp; }))
    return Verdict::kNoSignature;
  return passed && file == FileState::kAccountedFor ? Verdict::kValid : Verdict::kInsufficient;
}

std::optional<SubIndication> deciding_sub_indication(const Findings& findings) noexcept {
  std::optional<SubIndication> deciding;
  for (const auto& finding : findings) {
    const auto reason = info(finding.code).sub_indication;
    if (finding.severity != Severity::kError || !reason) continue;
    if (!deciding || rank(*reason) < rank(*deciding)) deciding = reason;
  }
  return deciding;
}

}  // namespace antin::verifier
