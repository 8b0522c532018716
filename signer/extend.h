#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "signer/pades.h"

namespace antin::signer {

/// "B-B", "B-T", "B-LT", "B-LTA".
std::string_view name(Level level) noexcept;
std::optional<Level> level_named(std::string_view name) noexcept;

enum class Renewal {
  kWhenDue,  ///< a document that is B-LTA already is left alone until needs_renewal() says so
  kAlways    ///< a further document timestamp whatever the age of the last one
};
constexpr std::chrono::hours kRenewalHorizon{24 * 180};

struct ExtendRequest {
  SharedBytes document;
  std::string password;
  Level target = Level::kLT;
  ProofMaterial proof;
  WithoutEvidence without = WithoutEvidence::kKeepLower;
  Renewal renewal = Renewal::kWhenDue;
  std::chrono::seconds horizon = kRenewalHorizon;
};

/// One signature of the document, or one timestamp over it.
struct FieldLevel {
  std::string field;
  bool document_timestamp = false;
  Level level = Level::kB;
};

/// octets = original ++ tail; tail is empty when nothing was to be done.
struct ExtendedDocument {
  SharedBytes original;
  Bytes tail;
  Level level_reached = Level::kB;  ///< the lowest of all signatures, as far as asked
  std::vector<FieldLevel> fields;
  Findings warnings;
};

/// Raises the level of every signature of a document (EN 319 142-1 §6): a document timestamp where
/// no timestamp proves a signature's time, a security store with the data that its chains need, and
/// for B-LTA a document timestamp over both. Only ever appends: what others signed stays as it is.
/// The data of the last document timestamp follows with the next renewal.
///
/// Falls back to what can be reached: level_reached and kLevelNotReached with its reasons
/// (kEvidenceMissing, kEvidenceNotFresh, kExtendNoPath, kExtendTooLate, kTimestampDataMissing,
/// kTimestampUnreachable, kEvidenceUnreachable …) say so; with WithoutEvidence::kFail the first
/// reason is the error instead. Whether the document is any good before and after is for the
/// verifier: ask it.
///
/// Fails with kNothingToExtend, kLevelNeedsTrust, kClockSkew, and as pdf::Document::open(),
/// pdf::prepare_signature() and pdf::append_security_store() do.
Result<ExtendedDocument> extend(const ExtendRequest& request, const Environment& environment);

/// Until when the timestamps of a document hold without another document timestamp.
struct RenewalNeed {
  bool due = false;               ///< within `horizon` of `at`
  std::optional<UtcTime> before;  ///< nothing: there is no timestamp
  std::string reason;             ///< "certificate", "algorithm", "none": which comes first
};
/// Looks at the newest document timestamp (without one, at the signature timestamps): the
/// certificates of its chain must still be within their validity, its algorithms acceptable. Pure.
/// Fails as pdf::Document::open() does.
Result<RenewalNeed> needs_renewal(const SharedBytes& document, const std::string& password,
                                  const ProofMaterial& proof, UtcTime at,
                                  std::chrono::seconds horizon = kRenewalHorizon);

}  // namespace antin::signer
