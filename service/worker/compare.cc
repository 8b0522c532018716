#include <algorithm>

#include "certs/ossl/digest.h"
#include "pdf/read/revision.h"
#include "service/worker/worker.h"

namespace antin::service::worker {
namespace {

bool begins_with(ByteView whole, ByteView start) {
  return whole.size() >= start.size() && std::equal(start.begin(), start.end(), whole.begin());
}

// The original's octets are the beginning of the copy, some revision of the copy ends there, the
// original's last signature stands, and what came since is long-term data: nothing a person reads.
bool same_signed_revision(const verifier::Report& copy, const pdf::RevisionMap& revisions,
                          std::size_t original_size) {
  const auto boundary =
      std::find_if(revisions.revisions.begin(), revisions.revisions.end(),
                   [&](const pdf::Revision& revision) { return revision.end == original_size; });
  if (boundary == revisions.revisions.end()) return false;
  // Signatures count revisions as people do, without a linearized file's first-page section.
  const auto up_to = static_cast<std::size_t>(
      std::count_if(revisions.revisions.begin(), boundary + 1,
                    [](const pdf::Revision& revision) { return !revision.linearized_first_page; }));
  const verifier::SignatureReport* newest = nullptr;
  for (const auto& signature : copy.signatures) {
    if (!signature.document_timestamp && signature.revision < up_to &&
        (newest == nullptr || signature.revision >= newest->revision))
      newest = &signature;
  }
  return newest != nullptr && newest->integrity == verifier::Integrity::kIntact &&
         newest->coverage != verifier::Coverage::kPartial && newest->changes_after.permitted &&
         newest->changes_after.level <= pdf::ChangeLevel::kLongTermData &&
         copy.verdict != verifier::Verdict::kInvalid;
}

// Do the two share a revision, or at least a long beginning and end? Cheap and only ever decides
// between "different" and "unrelated"; neither is an approval.
bool related(ByteView a, ByteView b) {
  const auto shorter = std::min(a.size(), b.size());
  const auto head = static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(shorter), b.begin()).first -
      a.begin());
  std::size_t tail = 0;
  while (tail < shorter - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  return (head + tail) * 10 >= shorter;
}

}  // namespace

Result<verifier::Report> compare_documents(const SharedBytes& copy, const SharedBytes& original,
                                           const Settings& settings, UtcTime at) {
  const verifier::Input input{.name = "copy",
                              .document = copy,
                              .password = "",
                              .trust = &settings.trust,
                              .crls = settings.crls,
                              .policy = settings.policy,
                              .at = at};
  ANTIN_TRY(auto report, verifier::verify(input));
  using enum verifier::Comparison::Result;
  verifier::Comparison comparison;
  comparison.original_file = "original";
  comparison.original_sha256 = to_hex(ossl::sha256(original.view()));
  comparison.original_size = original.size();
  const auto a = copy.view();
  const auto b = original.view();
  comparison.result = related(a, b) ? kDifferent : kUnrelated;
  if (begins_with(a, b)) {
    ANTIN_TRY(const auto revisions, pdf::read_revisions(a, settings.policy.limits));
    if (a.size() == b.size())
      comparison.result = kIdentical;
    else if (same_signed_revision(report, revisions, b.size()))
      comparison.result = kSameSignedRevision;
  }
  report.comparison = std::move(comparison);
  return report;
}

}  // namespace antin::service::worker
