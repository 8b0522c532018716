#pragma once

#include <optional>
#include <vector>

#include "certs/core/etsi.h"
#include "certs/core/finding.h"
#include "verifier/report.h"

namespace antin::verifier {

/// Everything about one signature that the verdict on the document depends on.
struct SignatureFacts {
  bool document_timestamp;
  Indication indication;
  std::optional<SubIndication> sub_indication;
  Integrity integrity;
  Coverage coverage;
  bool changes_permitted;
};

/// What the octets outside signatures say.
enum class FileState {
  kAccountedFor,
  kAmbiguous,      ///< only a repairing reader, or more than one reading, makes sense of it
  kUnaccountedFor  ///< octets that no revision and no signature accounts for
};

/// The verdict on a document, as interfaces.md defines it; this is the only place that decides it.
/// A definite failure beats uncertainty, uncertainty beats success. A document timestamp alone
/// proves when a document existed, not who vouches for it: no signature.
Verdict verdict_of(const std::vector<SignatureFacts>& signatures, FileState file) noexcept;

/// The sub-indication that decides, out of all error findings (CodeInfo::sub_indication): the
/// definite ones first, in the order in which EN 319 102-1 V1.3.1 (5.3.4, figure 5) checks them,
/// then those that still make a document invalid, then the rest.
std::optional<SubIndication> deciding_sub_indication(const Findings& findings) noexcept;

/// INDETERMINATE, and yet a reason to refuse the document (interfaces.md).
bool refuses(SubIndication reason) noexcept;

}  // namespace antin::verifier
