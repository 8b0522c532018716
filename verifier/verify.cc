#include "verifier/verify.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "certs/ossl/digest.h"
#include "verifier/attestation.h"
#include "verifier/certified_copy.h"
#include "verifier/document_stores.h"
#include "verifier/evidence_wanted.h"
#include "verifier/guarded.h"
#include "verifier/level.h"
#include "verifier/overlaps.h"
#include "verifier/permission.h"
#include "verifier/report_message.h"
#include "verifier/signature_judge.h"
#include "verifier/verify_collecting.h"

namespace antin::verifier {
namespace {

/// One document while it is judged. Stays where it is: its parts refer to each other.
struct Work {
  Work(const Input& what, const pdf::Document& read)
      : input(what), document(read), stores(read, what), proofs(what.at), chains(what, proofs) {}

  const Input& input;
  const pdf::Document& document;
  std::vector<pdf::SignatureField> fields;  ///< signed ones, in the order of their revisions
  Material store;                           ///< of the whole document: any revision's evidence
  Material material;                        ///< `store`, and certificates that were given
  std::vector<ReadSignature> signatures;    ///< same order as fields
  std::vector<SignatureReport> reports;     ///< same order as fields
  DocumentStores stores;
  Proofs proofs;
  ChainJudge chains;
  ObjectLog objects;
  Judging judging{input, proofs, chains, objects, {}};
};

Status open_work(Work& work, Report& report) {
  const auto& document = work.document;
  ANTIN_TRY(auto fields, document.signature_fields());
  for (auto& field : fields) {
    if (field.is_signed) work.fields.push_back(std::move(field));
  }
  std::stable_sort(work.fields.begin(), work.fields.end(),
                   [](const auto& a, const auto& b) { return a.revision < b.revision; });
  if (work.fields.empty()) return Done{};
  ANTIN_TRY(const auto store, document.security_store());
  auto stored = read_store(store);
  for (std::size_t i = 0; i < stored.unreadable; ++i)
    report.findings.push_back({Code::kSigEmbeddedDataUnreadable, Severity::kWarning, {}, "DSS"});
  work.store = std::move(stored.material);
  work.material = work.store;
  for (const auto& certificate : work.input.certificates) work.material.add(certificate);
  for (const auto& field : work.fields)
    work.signatures.push_back(read_signature(field, document.octets().size()));
  return Done{};
}

// One /V, or one place in the file, must not serve two fields: which one was signed?
void refuse_shared_values(Work& work) {
  for (auto& signature : work.signatures) {
    const auto shared = std::count_if(
        work.fields.begin(), work.fields.end(), [&](const pdf::SignatureField& other) {
          return (other.value == signature.field->value && other.value.number != 0) ||
                 (other.contents_located && signature.field->contents_located &&
                  other.contents_begin == signature.field->contents_begin);
        });
    if (shared > 1) signature.findings.push_back({Code::kSigSharedValue, Severity::kError, {}, {}});
  }
}

// EN 319 102-1 §5.6.2.3: what a trusted document timestamp covers is as old as it.
void extract_proofs(Work& work, std::size_t timestamp, UtcTime at) {
  const auto& signature = work.signatures[timestamp];
  for (std::size_t i = 0; i < work.signatures.size(); ++i) {
    if (i != timestamp && end_of(work.signatures[i]) <= signature.ranges->second_end)
      add_proofs_of(work.signatures[i], at, work.proofs);
  }
  const auto revision = signature.field->revision;
  work.proofs.add_when_asked([&work, revision, at](Proofs& into) {
    if (const auto* store = work.stores.until(revision)) into.add(*store, at);
  });
}

void judge_all(Work& work, const DocumentDigests& digests) {
  const auto file = work.document.octets().view();
  SignatureContext context{.judging = work.judging,
                           .input = work.input,
                           .material = work.material,
                           .file = file,
                           .digests = digests,
                           .map = work.document.revisions(),
                           .document_timestamps = {}};
  std::vector<std::optional<SignatureReport>> reports(work.signatures.size());
  // Newest first: a later document timestamp proves that an earlier one existed.
  for (std::size_t i = work.signatures.size(); i-- > 0;) {
    const auto& signature = work.signatures[i];
    if (signature.kind != SignatureKind::kTimestamp) continue;
    auto& report = reports[i].emplace(judge_document_timestamp(signature, i, context));
    if (report.indication != Indication::kTotalPassed || !report.signing_time.proven ||
        report.coverage == Coverage::kPartial)
      continue;
    context.document_timestamps.push_back(
        {signature.ranges->second_end, *report.signing_time.proven});
    extract_proofs(work, i, *report.signing_time.proven);
  }
  for (std::size_t i = 0; i < work.signatures.size(); ++i) {
    if (!reports[i]) reports[i] = judge_signature(work.signatures[i], i, context);
    work.reports.push_back(std::move(*reports[i]));
  }
}

// Which changes a signature has to answer for: everything up to the newest revision.
void judge_changes_after(Work& work) {
  pdf::ChangeBudget budget;
  const auto& map = work.document.revisions();
  const auto newest = map.revisions.size() - 1;
  std::map<std::size_t, Result<std::vector<pdf::Change>>> by_revision;
  std::vector<std::string> timestamps;
  for (const auto& report : work.reports) {
    if (report.document_timestamp) timestamps.push_back(report.field);
  }
  for (std::size_t i = 0; i < work.reports.size(); ++i) {
    auto& report = work.reports[i];
    const auto from = work.fields[i].revision;
    if (report.coverage == Coverage::kWholeFile || from >= newest) continue;
    if (by_revision.count(from) == 0) {
      by_revision.emplace(
          from, pdf::changes_since(
                    work.document, from,
                    {.password = work.input.password, .limits = work.input.policy.limits}, budget));
    }
    const auto& changes = by_revision.at(from);
    if (!changes) {
      report.changes_after = {pdf::ChangeLevel::kUnclassified, false, {}};
      const bool spent = changes.error().code == Code::kPdfChangeBudget;
      report.findings.push_back(
          {spent ? Code::kPdfChangeBudget : Code::kSigChangesNotRead, Severity::kError, {}, {}});
      continue;
    }
    const bool last =
        std::none_of(work.reports.begin() + static_cast<std::ptrdiff_t>(i) + 1, work.reports.end(),
                     [](const auto& later) { return !later.document_timestamp; });
    PermissionInput permission{.restrictions = restrictions_after(work.fields[i], work.fields),
                               .profile = work.input.policy.profile,
                               .last_signature = last,
                               .timestamp_fields = timestamps};
    add_standing(work.reports, report, permission);
    report.changes_after = judge_changes(changes.value(), permission);
    report_overlaps(permission, report);
    // judging.md: evidence that a later revision takes away still counts, and is missed.
    if (std::any_of(changes.value().begin(), changes.value().end(), [](const pdf::Change& change) {
          return change.what == Code::kPdfChangeEvidenceRemoved;
        }))
      report.findings.push_back({Code::kPdfChangeEvidenceRemoved, Severity::kWarning, {}, {}});
    if (!report.changes_after.permitted) {
      report.findings.push_back({Code::kSigChangedAfter, Severity::kError, {}, {}});
    } else if (report.changes_after.level != pdf::ChangeLevel::kNone) {
      report.findings.push_back({Code::kSigPermittedChanges, Severity::kInfo, {}, {}});
    }
  }
}

// Levels above B-T need the document: its store, and the store that a later timestamp covers.
void raise_levels(Work& work) {
  for (std::size_t i = 0; i < work.reports.size(); ++i) {
    auto& report = work.reports[i];
    if (report.level != "B-T") continue;
    const Material* covered = nullptr;
    for (std::size_t j = work.reports.size(); j-- > i + 1 && covered == nullptr;) {
      if (work.reports[j].document_timestamp && work.reports[j].integrity == Integrity::kIntact)
        covered = work.stores.until(work.fields[j].revision);
    }
    raise_level(work.store, covered, work.judging.chains_of[i], report);
  }
}

// A policy may ask for more than a good signature.
void judge_levels(Work& work) {
  for (auto& report : work.reports) {
    require_level(work.input.policy, report);
  }
}

// "offset 4711" at the end of a finding's detail: where it is.
std::optional<std::size_t> offset_of(const Finding& finding) {
  constexpr std::string_view kWord = "offset ";
  const auto at = finding.detail.rfind(kWord);
  if (at == std::string::npos) return std::nullopt;
  const auto digits = finding.detail.substr(at + kWord.size());
  if (digits.empty() || digits.size() > 18 ||
      digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return std::stoull(digits);
}

// judging.md: octets that no revision accounts for are tolerable only where every signature was
// made over them. Then whoever signed has signed this very oddity; it stays visible as a warning.
FileState judge_file(const Work& work, Findings& findings) {
  auto state = FileState::kAccountedFor;
  std::size_t signed_by_all = work.reports.empty() ? 0 : work.document.octets().size();
  for (std::size_t i = 0; i < work.reports.size(); ++i) {
    const auto& ranges = work.signatures[i].ranges;
    const bool counts = work.reports[i].integrity == Integrity::kIntact &&
                        work.reports[i].coverage != Coverage::kPartial && ranges;
    signed_by_all = std::min(signed_by_all, counts ? ranges->second_end : 0);
  }
  for (auto& finding : findings) {
    if (finding.severity != Severity::kError) continue;
    const auto offset = offset_of(finding);
    const bool signed_over = offset && *offset < signed_by_all;
    if (finding.code == Code::kPdfAmbiguous && signed_over) {
      // Whoever signed saw one of the two readings; nobody knows which.
      state = std::max(state, FileState::kAmbiguous);
    } else if (signed_over) {
      finding.severity = Severity::kWarning;
    } else {
      state = FileState::kUnaccountedFor;
    }
  }
  return state;
}

// S-18, seen afterwards: never an error, for the hazard was there when it was signed.
void tell_hazards(const Input& input, const pdf::Document& document, Report& report) {
  if (!input.policy.report_hazards) return;
  const auto depth = *input.policy.report_hazards;
  auto hazards =
      pdf::find_hazards(document, depth,
                        depth == pdf::HygieneDepth::kStructure ? pdf::HygieneBudget::structure()
                                                               : pdf::HygieneBudget{});
  std::move(hazards.begin(), hazards.end(), std::back_inserter(report.findings));
}

// A signature that no field leads to any more, or never did: somebody signed, and the document does
// not say so.
Status report_unlisted(const Work& work, Findings& findings) {
  ANTIN_TRY(const auto places, work.document.signature_places());
  for (const auto& place : places) {
    const bool listed =
        std::any_of(work.fields.begin(), work.fields.end(), [&](const pdf::SignatureField& field) {
          if (place.begin == place.end || !field.contents_located) return field.value == place.id;
          return field.contents_begin >= place.begin && field.contents_end <= place.end;
        });
    if (listed) continue;
    findings.push_back(
        {Code::kPdfSignatureUnlisted,
         Severity::kError,
         {},
         "object " + std::to_string(place.id.number) + ", offset " + std::to_string(place.begin)});
  }
  return Done{};
}

Result<pdf::Document> open(const Input& input) {
  return pdf::Document::open(input.document,
                             {.password = input.password, .limits = input.policy.limits});
}

Result<Report> judge(const Input& input, const pdf::Document& document) {
  Report report;
  report.file = input.name;
  report.size = input.document.size();
  report.revisions = document.revisions().revisions.size();
  ANTIN_TRY(report.pages, document.page_count());
  report.judged_at = input.at;
  report.policy = input.policy.name;
  Work work{input, document};
  ANTIN_CHECK(open_work(work, report));
  refuse_shared_values(work);

  std::vector<DigestRequest> requests;
  for (const auto& signature : work.signatures) {
    if (const auto request = request_of(signature)) requests.push_back(*request);
  }
  const DocumentDigests digests{document.octets().view(), requests};
  report.sha256 = to_hex(digests.file_sha256());
  judge_all(work, digests);
  judge_changes_after(work);
  raise_levels(work);
  judge_levels(work);

  auto file_findings = document.findings();
  report.findings.insert(report.findings.begin(), file_findings.begin(), file_findings.end());
  ANTIN_CHECK(report_unlisted(work, report.findings));
  const auto state = judge_file(work, report.findings);
  tell_hazards(input, document, report);
  report.signatures = std::move(work.reports);
  report.validation_objects = work.objects.take(work.proofs);
  conclude(report, state);
  const bool certified = input.policy.profile == Profile::kCertifiedCopy;
  if (certified) {
    report.attestation = read_attestation(document, report.pages);
    judge_certified_copy(report, input.policy.signers);
  }
  tell_former_names(report, input.policy.signers);
  return report;
}

Result<Report> judge(const Input& input) {
  ANTIN_TRY(const auto document, open(input));
  return judge(input, document);
}

template <class T>
void append(std::vector<T>& all, std::vector<T>& more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

Result<Report> judge_collecting(Input& input, const Collect& collect) {
  ANTIN_TRY(const auto document, open(input));
  // What cannot be read here cannot be read there either, and is told there.
  const auto wanted = evidence_wanted_by(document, input);
  if (wanted && !wanted.value().leaves.empty()) {
    auto found = collect(wanted.value());
    append(input.certificates, found.certificates);
    append(input.crls, found.crls);
    append(input.ocsp, found.ocsp);
  }
  return judge(input, document);
}

}  // namespace

Result<Report> verify(const Input& input) {
  return guarded([&] { return judge(input); });
}

Result<Report> verify_collecting(Input input, const Collect& collect) {
  return guarded([&] { return judge_collecting(input, collect); });
}

}  // namespace antin::verifier
