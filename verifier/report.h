#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/etsi.h"
#include "certs/core/finding.h"
#include "certs/core/time.h"
#include "pdf/read/changes.h"
#include "verifier/register_entry.h"

namespace antin::verifier {

enum class Verdict { kValid, kInvalid, kInsufficient, kNoSignature };
enum class Integrity { kIntact, kBroken, kNotCheckable };
enum class Coverage { kWholeFile, kWholeRevision, kPartial };

struct CertificateSummary {
  std::string name, organization, issuer, serial, sha256;
  UtcTime not_before, not_after;
  std::vector<std::string> organizations = {}, units = {};  ///< every O and OU of the subject
  std::vector<std::string> places = {};                     ///< every L and ST
};

struct RevocationEntry {
  std::string certificate_sha256, state, source, evidence_sha256, reason;
  std::optional<UtcTime> revoked_at, this_update, next_update;
};

struct TimestampEntry {
  std::string kind;  ///< "signature", "document"
  UtcTime gen_time;
  std::string tsa;
  bool trusted = false;
  Findings findings;
};

struct ChangeItem {
  pdf::Change change;
  std::string rule;  ///< "ISO 32000-2 12.8.2.2"
  bool permitted = false;
};

struct ChangesAfter {
  pdf::ChangeLevel level = pdf::ChangeLevel::kNone;
  bool permitted = true;
  std::vector<ChangeItem> items;
};

/// One entry of "signatures" in antin-report/1 (interfaces.md).
struct SignatureReport {
  std::string field;
  bool document_timestamp = false;
  std::size_t revision = 0;  ///< zero-based; one-based in JSON
  std::string sub_filter;
  std::optional<std::string> level;  ///< "CMS", "B-B", "B-T", "B-LT", "B-LTA"
  Indication indication = Indication::kIndeterminate;
  std::optional<SubIndication> sub_indication;
  Integrity integrity = Integrity::kNotCheckable;
  Coverage coverage = Coverage::kPartial;
  ChangesAfter changes_after;
  std::optional<CertificateSummary> signer;
  struct SigningTime {
    std::optional<UtcTime> claimed, proven;
    std::string source = "none";  ///< "timestamp" | "cms" | "dictionary" | "none"
  } signing_time;
  struct Algorithm {
    std::string digest, signature;
    unsigned key_bits = 0;
  } algorithm;
  std::vector<CertificateSummary> chain;
  std::vector<RevocationEntry> revocation;
  std::vector<TimestampEntry> timestamps;
  Findings findings;
  /// EN 319 102-1 §5.1.4.2: "basic", "long_term" (with timestamps), "archival".
  std::string process = "basic";
  /// The earliest instant at which the signature is proven to have existed; judged_at without one.
  std::optional<UtcTime> best_signature_time;
  std::string signature_sha256;  ///< of /Contents' CMS: which entry of validation_objects
};

/// Octets that the judgement rests on, each once: for the ETSI report and the evidence for a court.
struct ValidationObject {
  enum class Kind { kCertificate, kCrl, kOcsp, kTimestamp, kSignature };
  Kind kind;
  std::string sha256;  ///< hexadecimal, of `octets`
  SharedBytes octets;
  /// The earliest instant at which something trusted proves that it existed.
  std::optional<UtcTime> proven;
  /// Indices in Report::signatures of those whose judgement used it.
  std::vector<std::size_t> used_by;
};

/// A copy held against an original (interfaces.md, "comparison").
struct Comparison {
  enum class Result {
    kIdentical,
    kSameSignedRevision,
    kSameContent,
    kDifferent,
    kUnrelated,
    kNotFound,  ///< nothing to compare with
    kNotComparable
  };
  /// x, y, width, height in points of the copy's page as shown, from its lower left corner.
  using Box = std::array<double, 4>;
  /// Words that are not the same where two pages look different.
  struct TextDifference {
    enum class Kind : std::uint8_t { kChanged, kAdded, kRemoved };
    Kind kind = Kind::kChanged;
    std::string copy, original;
    Box box{};
  };
  /// One page of the copy.
  struct Page {
    enum class Result : std::uint8_t { kSame, kDifferent, kNotComparable };
    std::size_t page = 0;                 ///< from 1
    std::optional<std::size_t> original;  ///< the page it was held against, from 1
    Result result = Result::kNotComparable;
    unsigned dpi = 0;  ///< resolution at which both were drawn; 0: not drawn
    std::vector<Box> boxes;
    std::vector<TextDifference> text;
    Bytes
        picture;  ///< PNG, copy left, original right, differences marked; empty when not asked for
  };
  Result result = Result::kNotComparable;
  std::string original_file, original_sha256;
  std::size_t original_size = 0;
  std::size_t copy_pages = 0, original_pages = 0;  ///< 0: not known
  std::vector<Page> pages = {};                    ///< empty when nothing had to be drawn
  Findings findings = {};                          ///< why, in the order of the pages
};
/// One JSON document, schema "antin-comparison/1".
std::string to_json(const Comparison& comparison, const std::string& copy_name);

/// antin-report/1.
struct Report {
  std::string file, sha256;
  std::size_t size = 0, pages = 0, revisions = 0;
  Verdict verdict = Verdict::kNoSignature;
  Code message;  ///< catalogue code of the one sentence
  Params message_params;
  std::vector<SignatureReport> signatures;
  Findings findings;  ///< about the whole file
  std::optional<Comparison> comparison;
  std::optional<RegisterEntry> register_entry;  ///< "register": what the office's register says
  std::optional<Attestation> attestation;       ///< as the document itself states it
  std::optional<UtcTime> judged_at;             ///< Input::at
  std::string policy;  ///< name of the policy, "viet-nam" for the built-in one
  std::vector<ValidationObject> validation_objects;
};

/// Catalogue code of the sentence for a comparison's result.
Code message_of(Comparison::Result result) noexcept;
/// 0 identical and same signed revision, 1 different and unrelated, 2 same content and not
/// comparable.
int exit_code(Comparison::Result result) noexcept;

/// One JSON document, UTF-8, no trailing newline, keys in the order of interfaces.md.
std::string to_json(const Report& report);
/// For a person at a terminal: the result, what to do, why and where.
std::string to_text(const Comparison& comparison, Language language);
/// For a person at a terminal; times at UTC+07:00.
std::string to_text(const Report& report, Language language);
/// 0 VALID, 1 INVALID, 2 INSUFFICIENT or NO_SIGNATURE (interfaces.md).
int exit_code(Verdict verdict) noexcept;

}  // namespace antin::verifier
