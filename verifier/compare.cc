#include "verifier/compare.h"

#include <algorithm>
#include <new>
#include <optional>
#include <stdexcept>
#include <vector>

#include "certs/ossl/digest.h"
#include "pdf/read/changes.h"
#include "verifier/coverage.h"
#include "verifier/permission.h"
#include "verifier/signature_judge.h"

namespace antin::verifier {
namespace {

using Outcome = Comparison::Result;

struct Side {
  pdf::Document document;
  std::vector<pdf::SignatureField> signatures;
  std::vector<std::string> timestamp_fields;
  /// End of what the last signature of a person or an agency covers; nothing when it covers
  /// something else than a revision, or when there is none.
  std::optional<std::size_t> signed_end;
  std::size_t signed_revision = 0;
};

std::optional<Side> read_side(const SharedBytes& octets, const pdf::OpenOptions& options) {
  auto document = pdf::Document::open(octets, options);
  if (!document) return std::nullopt;
  auto fields = document.value().signature_fields();
  if (!fields) return std::nullopt;
  Side side{std::move(document).value(), {}, {}, {}, 0};
  for (auto& field : fields.value()) {
    if (!field.is_signed) continue;
    if (kind_of(field) == SignatureKind::kTimestamp) {
      side.timestamp_fields.push_back(field.name);
      continue;
    }
    if (coverage_of(field, side.document.revisions(), octets.view()) != Coverage::kPartial) {
      const auto end = signed_ranges(field, octets.size())->second_end;
      if (!side.signed_end || end > *side.signed_end) {
        side.signed_end = end;
        side.signed_revision = field.revision;
      }
    }
    side.signatures.push_back(std::move(field));
  }
  return side;
}

// After the signed revision nothing but long-term data and document timestamps: what may follow
// even a certification that forbids every change.
bool only_evidence_follows(const Side& side, const pdf::OpenOptions& options) {
  const auto& map = side.document.revisions();
  for (const auto& finding : side.document.findings()) {
    if (finding.severity == Severity::kError) return false;
  }
  const auto newest = map.revisions.size() - 1;
  if (side.signed_revision >= newest) return true;
  const auto changes =
      pdf::changes_between(side.document.octets(), map, side.signed_revision, newest, options);
  return changes &&
         judge_changes(changes.value(),
                       {.restrictions = {.doc_mdp = pdf::DocMdp::kNoChanges, .locks = {}},
                        .profile = Profile::kCertifiedCopy,
                        .last_signature = true,
                        .timestamp_fields = side.timestamp_fields})
             .permitted;
}

bool same_signed_revision(const Side& a, const Side& b, const pdf::OpenOptions& options) {
  if (!a.signed_end || a.signed_end != b.signed_end) return false;
  const auto first = a.document.octets().view().first(*a.signed_end);
  const auto second = b.document.octets().view().first(*b.signed_end);
  return std::equal(first.begin(), first.end(), second.begin()) &&
         only_evidence_follows(a, options) && only_evidence_follows(b, options);
}

bool share_a_revision(const Side& a, const Side& b) {
  const auto oldest = a.document.revisions().revisions.front().end;
  const auto left = a.document.octets().view();
  const auto right = b.document.octets().view();
  return oldest <= right.size() && oldest <= left.size() &&
         std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(oldest),
                    right.begin());
}

bool share_a_signature(const Side& a, const Side& b) {
  return std::any_of(a.signatures.begin(), a.signatures.end(), [&](const auto& one) {
    return !one.contents.empty() &&
           std::any_of(b.signatures.begin(), b.signatures.end(),
                       [&](const auto& other) { return one.contents == other.contents; });
  });
}

Findings::value_type reason(Code code, Params params) {
  return {.code = code, .severity = Severity::kWarning, .params = std::move(params), .detail = {}};
}

// A copy without its signatures may say the same, but it proves nothing any more.
void count_signatures(const Side& copy, const Side& original, Comparison& out) {
  if (out.result != Outcome::kSameContent || copy.signatures.size() >= original.signatures.size())
    return;
  out.findings.push_back(reason(Code::kCompareSignaturesLost,
                                {{"copy", std::to_string(copy.signatures.size())},
                                 {"original", std::to_string(original.signatures.size())}}));
}

void decide(const CompareInput& input, Comparison& out) {
  const auto copy = input.copy.view();
  const auto original = input.original.view();
  if (std::equal(copy.begin(), copy.end(), original.begin(), original.end())) {
    out.result = Outcome::kIdentical;
    return;
  }
  const pdf::OpenOptions options{.password = input.password, .limits = input.limits};
  const auto a = read_side(input.copy, options);
  const auto b = read_side(input.original, options);
  if (!a) out.findings.push_back(reason(Code::kCompareUnreadable, {{"file", "bản sao (copy)"}}));
  if (!b)
    out.findings.push_back(reason(Code::kCompareUnreadable, {{"file", "bản gốc (original)"}}));
  if (!a || !b) return;
  if (same_signed_revision(*a, *b, options)) {
    out.result = Outcome::kSameSignedRevision;
    return;
  }
  if (input.sources == nullptr) {
    out.findings.push_back(reason(Code::kCompareNoRenderer, {}));
    return;
  }
  compare_drawn({.copy = a->document,
                 .original = b->document,
                 .sources = *input.sources,
                 .limits = input.drawing,
                 .related = share_a_revision(*a, *b) || share_a_revision(*b, *a) ||
                            share_a_signature(*a, *b)},
                out);
  count_signatures(*a, *b, out);
}

}  // namespace

Comparison compare(const CompareInput& input) {
  Comparison comparison;
  comparison.original_file = input.original_name;
  comparison.original_sha256 = to_hex(ossl::sha256(input.original.view()));
  comparison.original_size = input.original.size();
  const auto out_of_memory = [&] {
    comparison.result = Outcome::kNotComparable;
    comparison.findings.push_back(reason(Code::kCompareDrawingLimit,
                                         {{"file", "bản sao (copy)"}, {"limit", "bộ nhớ/memory"}}));
  };
  try {
    decide(input, comparison);
  } catch (const std::bad_alloc&) {
    out_of_memory();
  } catch (const std::length_error&) {
    out_of_memory();
  }
  return comparison;
}

}  // namespace antin::verifier
