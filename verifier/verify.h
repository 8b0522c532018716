#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/algorithm_policy.h"
#include "certs/core/bytes.h"
#include "certs/crl.h"
#include "certs/trust_store.h"
#include "verifier/report.h"

namespace antin::verifier {

/// judging.md: what may follow the last signature.
enum class Profile { kDocument, kResult, kCertifiedCopy };
/// "document", "result", "certified_copy"; nothing for other words.
std::optional<Profile> profile_named(std::string_view name) noexcept;

/// Read from a policy file (TOML, schema = "antin-policy/1").
struct Policy {
  certs::AlgorithmPolicy algorithms = certs::AlgorithmPolicy::viet_nam();
  Profile profile = Profile::kDocument;
  pdf::ReadLimits limits;
  static Policy viet_nam() { return {}; }
};
/// Fails with kPolicyConfig naming the key.
Result<Policy> read_policy(std::string_view toml);

struct Input {
  std::string name;  ///< for the report
  SharedBytes document;
  std::string password;
  const certs::TrustStore* trust;  ///< outlives the call; may be empty
  std::vector<certs::Crl> crls;
  Policy policy;
  UtcTime at;  ///< "now" of the judgement
};

/// Judges every signature of a document. Pure: no clock, no network, no files. Thread-safe.
/// Fails only when the document cannot be read at all: kPdfNotPdf, kPdfMalformed,
/// kPdfPasswordNeeded, kPdfUnsupported, kResourceLimit.
Result<Report> verify(const Input& input);

}  // namespace antin::verifier
