#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "service/casework/product.h"

/// What the agency's seal may be put on, and what may leave the office (C-02, R-10): two functions
/// over verified facts, and the only place where either is decided. Pure.
namespace antin::casework {

/// One signature, as the verifier judged it and as the office knows whose it is.
struct SignatureFact {
  enum class By : std::uint8_t { kPerson, kAgency };
  enum class Verdict : std::uint8_t {
    kPassed,
    kRevocationUnknown,  ///< everything else passed
    kFailed,             ///< or undecided for any other reason
  };
  /// What was put behind it.
  enum class After : std::uint8_t {
    kNothing,     ///< or nothing but evidence for long-term validation
    kSignatures,  ///< and nothing that they do not need
    kMore,
  };
  By by = By::kPerson;
  Verdict verdict = Verdict::kFailed;
  After after = After::kMore;
  std::string name = {};  ///< of the certificate, for people
  Bytes certificate_sha256 = {};
  /// The certificate is one of the unit whose case it is.
  enum class Unit : std::uint8_t { kOther, kSame } unit = Unit::kOther;
  /// For this product, on the day it signed (C-03, R-11). Of persons.
  enum class Authority : std::uint8_t { kNone, kHeld } authority = Authority::kNone;
};

struct SignedDocument {
  std::vector<SignatureFact> signatures;  ///< in the order of their revisions
  std::string unit;                       ///< whose case it is, for people
  std::string day;                        ///< "21/11/2026", for people
  /// S-04: whoever may has confirmed on record that revocation could not be asked for.
  enum class Unknown : std::uint8_t { kRefused, kConfirmed } unknown = Unknown::kRefused;
};

/// Who must have signed before the seal. Fixed in the program, not a setting: NĐ 30/2020 Đ32 k2d
/// demands the person, and only copies are exempt.
enum class BeforeSeal : std::uint8_t {
  kOfficer,   ///< A: the certifying officer, and nobody without that authority
  kPerson,    ///< D: somebody with authority; others may have signed as well
  kOptional,  ///< B: nobody need, whoever does has authority
  kNobody,    ///< C: the agency alone signs
};
BeforeSeal before_seal(Product product) noexcept;

/// Fails with kSealAlready, kSealSignatureBroken, kSealRevocationUnknown, kSealChangedAfter,
/// kSealSignatureUnwanted, kSealOfficerMissing, kSealPersonMissing, kSealOtherUnit,
/// kSealNotAuthorised. The token is not touched then.
Status seal_allowed(Product product, const SignedDocument& document);

/// May a further person sign it (D: several before the seal)? Every signature is sound, none is the
/// agency's. Fails as above.
Status more_may_sign(const SignedDocument& document);

/// May it be entered in the book as final, and so be released? The persons first, then one
/// signature of the agency of this unit over everything. Fails as above, and with
/// kReleaseSealMissing, kReleaseSignatureOrder.
Status release_allowed(Product product, const SignedDocument& document);

}  // namespace antin::casework
