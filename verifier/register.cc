#include "verifier/register.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pdf/read/document.h"
#include "verifier/attestation.h"
#include "verifier/compare.h"
#include "verifier/document_digests.h"
#include "verifier/report_message.h"
#include "verifier/words.h"

namespace antin::verifier {
namespace {

using Outcome = Comparison::Result;

Params entry_params(const RegisterEntry& entry) {
  return {{"so", entry.number}, {"quyen", entry.book}, {"ngay", vietnam_day(entry.date)}};
}

Params decision_params(const RegisterEntry& entry) {
  const auto decision = entry.decision.value_or(RegisterEntry::Decision{});
  return {{"so", decision.number}, {"ngay", vietnam_day(decision.date)}};
}

void not_found(Report& report, const RegisterQuestion& question) {
  if (!report.comparison)
    report.comparison.emplace(Comparison{.result = Outcome::kNotFound,
                                         .original_file = {},
                                         .original_sha256 = {},
                                         .original_size = 0});
  if (report.verdict == Verdict::kValid)
    leave_undecided(report, {Code::kRegisterNoEntry, Severity::kWarning, {}, {}});
  if (question.named && !question.unit.empty())
    leave_undecided(
        report,
        {Code::kRegisterNumberUnknown, Severity::kWarning, {{"don_vi", question.unit}}, {}});
}

void judge_content(Report& report, const RegisterEntry& entry, const RegisterQuestion& question) {
  const auto result = report.comparison ? report.comparison->result : Outcome::kNotComparable;
  switch (result) {
    case Outcome::kIdentical:
    case Outcome::kSameSignedRevision:
      if (entry.state != RegisterEntry::State::kReleased) return;
      if (entry.number.empty() || entry.kind == PaperKind::kResult)
        report.findings.push_back(
            {Code::kRegisterOriginalMatches, Severity::kInfo, {{"don_vi", entry.unit_name}}, {}});
      else
        report.findings.push_back(
            {Code::kRegisterMatches, Severity::kInfo, entry_params(entry), {}});
      return;
    case Outcome::kDifferent:
    case Outcome::kUnrelated:
      // The released octets are all there, and what came after them (a further signature) was
      // judged as a change: not the copy that was released, nor a forgery of it.
      if (question.holds_original && report.verdict != Verdict::kInvalid)
        return leave_undecided(report, {Code::kRegisterNotCompared, Severity::kWarning, {}, {}});
      return refuse(report,
                    {Code::kRegisterContentDiffers, Severity::kError, entry_params(entry), {}});
    case Outcome::kNotComparable:
      // V-10: good signatures, and not those of the released octets.
      if (question.named && report.verdict == Verdict::kValid && report.comparison &&
          !report.comparison->original_sha256.empty() && !question.holds_original)
        return refuse(report,
                      {Code::kRegisterContentDiffers, Severity::kError, entry_params(entry), {}});
      return leave_undecided(report, {Code::kRegisterNotCompared, Severity::kWarning, {}, {}});
    default:
      return leave_undecided(report, {Code::kRegisterNotCompared, Severity::kWarning, {}, {}});
  }
}

void judge_attestation(Report& report, const RegisterEntry& entry) {
  if (entry.kind != PaperKind::kCertifiedCopy) return;
  const auto stated = report.attestation.value_or(Attestation{});
  if (stated.number.empty()) {
    report.findings.push_back({Code::kRegisterAttestationUnread, Severity::kInfo, {}, {}});
    return;
  }
  if (number_key(stated.number) == number_key(entry.number) && same_book(stated.book, entry.book))
    return;
  refuse(report, {Code::kRegisterNumberDiffers,
                  Severity::kError,
                  {{"ghi", stated.number + ", " + stated.book},
                   {"so_ghi", entry.number + ", " + entry.book}},
                  {}});
}

bool is_of_unit(const CertificateSummary& agency, const RegisterEntry& entry,
                const SignerRules& rules) {
  if (std::find(entry.agencies.begin(), entry.agencies.end(), agency.sha256) !=
      entry.agencies.end())
    return true;
  const auto name = office_of(agency, rules);
  const auto* unit = rules.units.with_code(entry.unit_code);
  if (unit != nullptr &&
      (UnitTable::bears(*unit, name) || rules.units.with_certificate(agency.sha256) == unit))
    return true;
  return !name.empty() && name_key(name) == name_key(entry.unit_name);
}

std::vector<const CertificateSummary*> signers(const Report& report, SignerRole role,
                                               const SignerRules& rules) {
  std::vector<const CertificateSummary*> all;
  for (const auto& signature : report.signatures) {
    if (!signature.document_timestamp && signature.signer &&
        role_of(*signature.signer, rules) == role)
      all.push_back(&*signature.signer);
  }
  return all;
}

// V-11: the seal must be that of the unit whose book it is.
void judge_unit(Report& report, const RegisterEntry& entry, const SignerRules& rules) {
  const auto seals = signers(report, SignerRole::kAgency, rules);
  if (seals.empty() || std::any_of(seals.begin(), seals.end(), [&](const auto* seal) {
        return is_of_unit(*seal, entry, rules);
      }))
    return;
  refuse(report, {Code::kRegisterUnitDiffers,
                  Severity::kError,
                  {{"co_quan", office_of(*seals.front(), rules)}, {"don_vi", entry.unit_name}},
                  {}});
}

void judge_signers(Report& report, SignerRole role, const std::vector<std::string>& recorded,
                   const SignerRules& rules) {
  const auto found = signers(report, role, rules);
  if (recorded.empty() || found.empty()) return;
  const bool known = std::any_of(found.begin(), found.end(), [&](const auto* signer) {
    return std::find(recorded.begin(), recorded.end(), signer->sha256) != recorded.end();
  });
  if (!known)
    refuse(report,
           {Code::kRegisterSignerDiffers, Severity::kError, {{"ten", found.front()->name}}, {}});
}

void judge_state(Report& report, const RegisterEntry& entry) {
  using enum RegisterEntry::State;
  if (entry.state == kCancelled)
    refuse(report, {Code::kRegisterCancelled, Severity::kError, decision_params(entry), {}},
           Overrides::kEverything);
  else if (entry.state == kRecalled)
    refuse(report, {Code::kRegisterRecalled, Severity::kError, decision_params(entry), {}},
           Overrides::kEverything);
  else if (entry.state == kPending)
    leave_undecided(report, {Code::kRegisterPending, Severity::kWarning, {}, {}});
}

bool told(const Report& report, Code code) {
  return std::any_of(report.findings.begin(), report.findings.end(),
                     [&](const Finding& finding) { return finding.code == code; });
}

}  // namespace

void judge_against_register(Report& report, const RegisterEntry& entry,
                            const RegisterQuestion& question, const Policy& policy) {
  report.register_entry = entry;
  if (entry.state == RegisterEntry::State::kNotFound) return not_found(report, question);
  judge_state(report, entry);
  judge_content(report, entry, question);
  judge_attestation(report, entry);
  judge_unit(report, entry, policy.signers);
  judge_signers(report, SignerRole::kPerson, entry.officers, policy.signers);
  judge_signers(report, SignerRole::kAgency, entry.agencies, policy.signers);
  if (entry.kind == PaperKind::kSaoY && policy.profile == Profile::kCertifiedCopy &&
      !told(report, Code::kCopySaoY))
    refuse(report, {Code::kCopySaoY, Severity::kError, {{"hinh_thuc", "SAO Y"}}, {}});
}

namespace {

void read_attestation_of(const Input& input, Report& report) {
  if (report.attestation) return;
  const auto document = pdf::Document::open(
      input.document, {.password = input.password, .limits = input.policy.limits});
  if (document) report.attestation = read_attestation(document.value(), report.pages);
}

bool begins_with(const SharedBytes& whole, const SharedBytes& start) {
  return whole.size() >= start.size() &&
         std::equal(start.view().begin(), start.view().end(), whole.view().begin());
}

// A comparison that is there already, with drawn pages, is the better one.
void compare_with(Report& report, const Input& input, const RegisterAnswer& answer) {
  if (report.comparison) return;
  if (answer.original)
    report.comparison = compare({.original_name = answer.shown_as,
                                 .copy = input.document,
                                 .original = *answer.original,
                                 .password = input.password,
                                 .limits = input.policy.limits});
  else if (answer.same_octets)
    report.comparison.emplace(Comparison{.result = Outcome::kIdentical,
                                         .original_file = answer.shown_as,
                                         .original_sha256 = report.sha256,
                                         .original_size = report.size});
}

}  // namespace

Result<std::vector<Bytes>> register_digests(const Input& input, std::string_view known) {
  constexpr std::size_t kMost = 32;
  const auto octets = input.document.view();
  ANTIN_TRY(const auto map, pdf::read_revisions(octets, input.policy.limits));
  // A revision is all octets up to its end: the run over the whole document passes there anyway.
  std::vector<DigestRequest> revisions;
  for (auto at = map.revisions.rbegin(); at != map.revisions.rend(); ++at) {
    if (revisions.size() + 1 >= kMost) break;
    if (at->end < octets.size())
      revisions.push_back({DigestAlgorithm::kSha256, at->end, at->end, at->end});
  }
  // What follows the newest of them, mostly a signature with its room, has been read for `known`.
  Bytes whole;
  const bool is_known = from_hex(known, whole) && !whole.empty();
  const std::size_t newest = revisions.empty() ? 0 : revisions.front().first_end;
  const DocumentDigests in_one_pass{is_known ? octets.first(newest) : octets, revisions};
  std::vector<Bytes> digests{is_known ? whole : in_one_pass.file_sha256()};
  for (const auto& revision : revisions) digests.push_back(in_one_pass.of(revision));
  return digests;
}

void hold_against_register(Report& report, const Input& input, RegisterQuestion question,
                           const RegisterAnswer& answer) {
  const bool certified = input.policy.profile == Profile::kCertifiedCopy;
  if (answer.several) {
    if (certified) leave_undecided(report, {Code::kRegisterAmbiguous, Severity::kWarning, {}, {}});
    return;
  }
  if (!answer.found) {
    if (question.named || certified) judge_against_register(report, {}, question, input.policy);
    return;
  }
  compare_with(report, input, answer);
  if (!answer.entry) return;
  read_attestation_of(input, report);
  question.holds_original = answer.original && begins_with(input.document, *answer.original);
  judge_against_register(report, *answer.entry, question, input.policy);
}

std::string number_key(std::string_view number) {
  // Part by part: "1/25" is not "12/5".
  std::string key;
  while (!number.empty()) {
    const auto slash = std::min(number.find('/'), number.size());
    auto part = name_key(number.substr(0, slash));
    part.erase(std::remove(part.begin(), part.end(), ' '), part.end());
    if (!key.empty()) key += '/';
    key += part.substr(std::min(part.find_first_not_of('0'), part.size()));
    number.remove_prefix(std::min(slash + 1, number.size()));
  }
  return key;
}

bool same_book(std::string_view stated, std::string_view kept) {
  const auto parts = [](std::string_view book) {
    const auto dash = std::min(book.find('-'), book.size());
    return std::pair{number_key(book.substr(0, dash)),
                     number_key(book.substr(std::min(dash + 1, book.size())))};
  };
  const auto a = parts(stated), b = parts(kept);
  return a.first == b.first && (a.second.empty() || b.second.empty() || a.second == b.second);
}

}  // namespace antin::verifier
