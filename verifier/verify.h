#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/algorithm_policy.h"
#include "certs/core/bytes.h"
#include "certs/crl.h"
#include "certs/ocsp.h"
#include "certs/online/evidence_source.h"
#include "certs/trust_store.h"
#include "pdf/read/hygiene.h"
#include "verifier/report.h"
#include "verifier/units.h"

namespace antin::verifier {

/// judging.md: what may follow the last signature.
enum class Profile { kDocument, kResult, kCertifiedCopy };
/// "document", "result", "certified_copy"; nothing for other words.
std::optional<Profile> profile_named(std::string_view name) noexcept;

/// What must be known of revocation (EN 319 102-1 §5.2.5, §5.2.6).
struct RevocationPolicy {
  enum class Need { kRequired, kIfAvailable };
  Need signer = Need::kRequired;
  Need authorities = Need::kRequired;
  Need timestamps = Need::kRequired;  ///< timestamp servers and their authorities
  /// When statements about a timestamp server must be fresh: when it made the timestamp, so that a
  /// file proves itself without a network, or when the timestamp is judged.
  enum class FreshAt { kGeneration, kPresent };
  FreshAt timestamps_fresh_at = FreshAt::kGeneration;
  /// The oldest statement that counts as fresh; nothing: as its maker says (nextUpdate).
  std::optional<std::chrono::seconds> max_age = {};
};

/// Read from a policy file (TOML, schema = "antin-policy/1").
struct Policy {
  std::string name = "viet-nam";
  certs::AlgorithmPolicy algorithms = certs::AlgorithmPolicy::viet_nam();
  Profile profile = Profile::kDocument;
  pdf::ReadLimits limits;
  RevocationPolicy revocation = {};
  /// The lowest level that passes, "B-B" to "B-LTA"; nothing: any.
  std::optional<std::string> required_level = {};
  /// V-09: how far ahead of the proven time a claimed one may be to count as Viet Nam's clock time
  /// written as UTC.
  std::chrono::minutes quirk_from{410}, quirk_until{430};
  /// S-18, for those who sign under this policy.
  pdf::HygienePolicy hygiene = pdf::HygienePolicy::viet_nam();
  /// How far a report looks for the same hazards; nothing: not at all.
  std::optional<pdf::HygieneDepth> report_hazards = pdf::HygieneDepth::kStructure;
  SignerRules signers = {};
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
  std::vector<certs::OcspResponse> ocsp = {};
  std::vector<certs::Certificate> certificates = {};  ///< further ones that may help a chain
  Policy policy;
  UtcTime at;  ///< "now" of the judgement
};

/// Judges every signature of a document. Pure: no clock, no network, no files. Thread-safe.
/// Fails only when the document cannot be read at all: kPdfNotPdf, kPdfMalformed,
/// kPdfPasswordNeeded, kPdfUnsupported, kResourceLimit.
Result<Report> verify(const Input& input);

/// A detached CAdES or other CMS signature (.p7s, vietnam.md S-20) over a file that need not be a
/// PDF. Everything of EN 319 102-1 that does not concern PDF is judged as in verify(); the report
/// has no pages, no revisions and no changes; each SignerInfo is one entry.
struct DetachedInput {
  Input input;      ///< document: the file that was signed; password: not used
  Bytes signature;  ///< DER or BER ContentInfo, or PEM
};
/// Fails with kCmsMalformed, kResourceLimit.
Result<Report> verify_detached(const DetachedInput& input);

/// What a collector should be asked for before judging: the signers and timestamp servers of a
/// document, and all that it carries itself. Reads, judges nothing; a part that cannot be read is
/// left out. Fails only as verify() does.
Result<certs::EvidenceWanted> evidence_wanted(const Input& input);
Result<certs::EvidenceWanted> evidence_wanted(const DetachedInput& input);

}  // namespace antin::verifier
