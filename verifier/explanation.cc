#include "verifier/explanation.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>

#include "verifier/verdict.h"

namespace antin::verifier {
namespace {

using Json = nlohmann::ordered_json;

struct ClauseRow {
  unsigned first, last;
  std::string_view clause;
};
constexpr ClauseRow kClauses[] = {
#define ANTIN_CLAUSE(first, last, clause) {first, last, clause},
#include "verifier/clauses.inc"
#undef ANTIN_CLAUSE
};

/// Codes with neither sub-indication nor HTTP status that still decide, by area.
struct EffectRow {
  Code first, last;
  Effect effect;
};
constexpr EffectRow kEffects[] = {
    // The octets of the file: judging.md.
    {Code::kPdfAmbiguous, Code::kPdfAmbiguous, Effect::kUndecided},
    {Code::kPdfOctetsAfterEnd, Code::kPdfXrefChain, Effect::kInvalid},
    {Code::kPdfFieldDamaged, Code::kPdfFieldDamaged, Effect::kInvalid},
    {Code::kPdfSignatureReference, Code::kPdfDssDamaged, Effect::kInvalid},
    {Code::kPdfSignatureUnlisted, Code::kPdfSignatureUnlisted, Effect::kInvalid},
    // What came after a signature.
    {Code::kPdfChangeEvidenceRemoved, Code::kPdfChangeEvidenceRemoved, Effect::kNone},
    {Code::kPdfChangeOverlaps, Code::kPdfChangeOverlaps, Effect::kNone},
    {Code::kPdfOverlapUndecided, Code::kPdfOverlapUndecided, Effect::kNone},
    {Code::kPdfChangeBudget, Code::kPdfChangeBudget, Effect::kInvalid},
    {Code::kPdfChangeLongTermData, Code::kPdfChangeCoverUnreadable, Effect::kWhenForbidden},
    {Code::kPdfChangeFont, Code::kPdfChangeAttachment, Effect::kWhenForbidden},
    {Code::kSigChangedAfter, Code::kSigChangesNotRead, Effect::kInvalid},
    {Code::kVerdictValid, Code::kVerdictValid, Effect::kValid},
    {Code::kVerdictInvalid, Code::kVerdictInvalid, Effect::kInvalid},
    {Code::kVerdictInsufficient, Code::kVerdictOnlyTimestamp, Effect::kUndecided},
    {Code::kCompareIdentical, Code::kCompareSameSignedRevision, Effect::kValid},
    {Code::kCompareDifferent, Code::kCompareUnrelated, Effect::kInvalid},
    {Code::kCompareNotComparable, Code::kCompareNotComparable, Effect::kUndecided},
    {Code::kCompareSameContent, Code::kCompareSignaturesLost, Effect::kUndecided},
    {Code::kComparePageCount, Code::kCompareTextRemoved, Effect::kInvalid},
    {Code::kCompareUnreadable, Code::kCompareUnsettled, Effect::kUndecided},
    {Code::kEvidenceFileMissing, Code::kEvidenceFileUnlisted, Effect::kInvalid},
    {Code::kEvidenceSignatureWrong, Code::kEvidenceSignatureWrong, Effect::kInvalid},
    // The register and certified copies.
    {Code::kRegisterCancelled, Code::kRegisterRecalled, Effect::kInvalid},
    {Code::kRegisterContentDiffers, Code::kRegisterContentDiffers, Effect::kInvalid},
    {Code::kRegisterNumberDiffers, Code::kRegisterNumberDiffers, Effect::kInvalid},
    {Code::kRegisterUnitDiffers, Code::kRegisterSignerDiffers, Effect::kInvalid},
    {Code::kCopySaoY, Code::kCopyOfficerMissing, Effect::kInvalid},
    {Code::kCopySealMissing, Code::kCopySealMissing, Effect::kUndecided},
    {Code::kCopySignatureOrder, Code::kCopyUnitsDiffer, Effect::kInvalid},
    {Code::kCopyUnitsUnknown, Code::kCopyUnitsUnknown, Effect::kUndecided},
    {Code::kRegisterPending, Code::kRegisterNoEntry, Effect::kUndecided},
    {Code::kRegisterNotCompared, Code::kRegisterNotCompared, Effect::kUndecided},
    {Code::kRegisterAmbiguous, Code::kRegisterAmbiguous, Effect::kUndecided},
    // Errors of the command line alone.
    {Code::kTrustNotConfirmed, Code::kTrustFingerprint, Effect::kFailed},
    {Code::kTrustNotAuthority, Code::kTrustNotAuthority, Effect::kFailed},
    {Code::kTrustPresent, Code::kTrustFolder, Effect::kFailed},
    {Code::kTrustShared, Code::kTrustShared, Effect::kFailed},
    {Code::kTokenPinCountLow, Code::kTokenPinFinalTry, Effect::kFailed},
};

constexpr Code kWarnings[] = {
    Code::kSigCertificateRefMissing, Code::kSigEmbeddedDataUnreadable, Code::kSigTimestampBroken,
    Code::kSigTimestampUntrusted,    Code::kSigTimeInFuture,           Code::kSigTimestampsTooMany,
    Code::kSigArchiveTimestampKind,  Code::kPdfChangeEvidenceRemoved,  Code::kPdfOverlapUndecided,
    Code::kPdfUnreachableObject,
};

unsigned number_of(Code code) noexcept {
  return static_cast<unsigned>(code);
}

bool is_hygiene(Code code) noexcept {
  return code == Code::kXfaForm || code == Code::kActiveContent ||
         (code >= Code::kHygieneJavascript && code <= Code::kHygieneNotLooked);
}

Effect effect_of(const CodeInfo& row) noexcept {
  for (const auto& one : kEffects) {
    if (row.code >= one.first && row.code <= one.last && !row.sub_indication) return one.effect;
  }
  if (row.sub_indication) {
    return refuses(*row.sub_indication) ? Effect::kInvalid : Effect::kUndecided;
  }
  if (is_hygiene(row.code)) return Effect::kNone;
  return row.http_status != 0 ? Effect::kFailed : Effect::kNone;
}

std::string_view severity_of(const CodeInfo& row, Effect effect) noexcept {
  if (effect != Effect::kNone && effect != Effect::kValid) return "error";
  if (effect == Effect::kValid) return "info";
  if (is_hygiene(row.code)) return "warning";
  const bool listed =
      std::find(std::begin(kWarnings), std::end(kWarnings), row.code) != std::end(kWarnings);
  // A remark that asks somebody to do something is a warning.
  return listed || row.remedy != Remedy::kNone ? "warning" : "info";
}

std::string_view name_of(Remedy remedy) noexcept {
  switch (remedy) {
    case Remedy::kFixInput:
      return "fix_input";
    case Remedy::kRetryLater:
      return "retry_later";
    case Remedy::kAskOperator:
      return "ask_operator";
    case Remedy::kReportBug:
      return "report_bug";
    case Remedy::kNone:
      break;
  }
  return "none";
}

std::string_view name_of(Effect effect) noexcept {
  switch (effect) {
    case Effect::kValid:
      return "valid";
    case Effect::kInvalid:
      return "invalid";
    case Effect::kUndecided:
      return "undecided";
    case Effect::kFailed:
      return "failed";
    case Effect::kWhenForbidden:
      return "invalid_when_forbidden";
    case Effect::kNone:
      break;
  }
  return "none";
}

std::optional<int> exit_code_of(Effect effect) noexcept {
  switch (effect) {
    case Effect::kValid:
      return 0;
    case Effect::kInvalid:
    case Effect::kWhenForbidden:
      return 1;
    case Effect::kUndecided:
      return 2;
    case Effect::kFailed:
      return 3;
    case Effect::kNone:
      break;
  }
  return std::nullopt;
}

template <class Say>
Json both(const Say& say) {
  return {{"vi", say(Language::kVietnamese)}, {"en", say(Language::kEnglish)}};
}

Json json_of(const CodeInfo& row) {
  const auto explanation = explanation_of(row.code);
  const auto exit_code = exit_code_of(explanation.effect);
  return {{"code", row.name},
          {"number", number_of(row.code)},
          {"message", {{"vi", row.vi}, {"en", row.en}}},
          {"advice", both([&](Language language) { return what_to_do(row.code, language); })},
          {"clause", explanation.clause},
          {"severity", explanation.severity},
          {"effect", name_of(explanation.effect)},
          {"exit_code", exit_code ? Json(*exit_code) : Json(nullptr)},
          {"may_end_a_command", explanation.may_end_a_command},
          {"remedy", name_of(row.remedy)},
          {"http_status", row.http_status == 0 ? Json(nullptr) : Json(row.http_status)},
          {"message_number", row.m_number.empty() ? Json(nullptr) : Json(row.m_number)},
          {"sub_indication", row.sub_indication ? Json(name(*row.sub_indication)) : Json(nullptr)}};
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i;
    for (std::size_t k = 1; k <= b.size(); ++k) {
      const auto above = row[k];
      row[k] = std::min({row[k - 1] + 1, above + 1, diagonal + (a[i - 1] == b[k - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

Explanation explanation_of(Code code) noexcept {
  const auto& row = info(code);
  const auto effect = effect_of(row);
  Explanation explanation{.clause = {},
                          .effect = effect,
                          .severity = severity_of(row, effect),
                          .may_end_a_command = row.http_status != 0};
  for (const auto& one : kClauses) {
    if (number_of(code) >= one.first && number_of(code) <= one.last) {
      explanation.clause = one.clause;
    }
  }
  return explanation;
}

std::string effect_text(const Explanation& explanation, Language language) {
  const auto say = [&](const char* vi, const char* en) {
    return std::string{language == Language::kVietnamese ? vi : en};
  };
  std::string text;
  switch (explanation.effect) {
    case Effect::kValid:
      text = say("kết luận tốt, mã thoát 0", "the answer is good, exit code 0");
      break;
    case Effect::kInvalid:
      text = say("KHÔNG HỢP LỆ (hoặc khác bản gốc), mã thoát 1",
                 "INVALID (or different), exit code 1");
      break;
    case Effect::kUndecided:
      text = say("CHƯA ĐỦ CĂN CỨ, mã thoát 2", "cannot be decided, exit code 2");
      break;
    case Effect::kFailed:
      return say("lệnh hoặc yêu cầu dừng lại, mã thoát 3",
                 "the command or request ends, exit code 3");
    case Effect::kWhenForbidden:
      text = say("nếu chữ ký không cho phép: KHÔNG HỢP LỆ, mã thoát 1; nếu cho phép: không đổi",
                 "where a signature forbids it: INVALID, exit code 1; where it permits it: none");
      break;
    case Effect::kNone:
      text = say("không làm thay đổi kết luận", "does not change the answer");
      break;
  }
  if (explanation.may_end_a_command) {
    text += say("; khi làm lệnh dừng lại: mã thoát 3", "; where it ends a command: exit code 3");
  }
  return text;
}

std::string what_to_do(Code code, Language language, const Params& params) {
  auto text = advice(code, language, params);
  if (!text.empty()) return text;
  const bool vietnamese = language == Language::kVietnamese;
  switch (info(code).remedy) {
    case Remedy::kRetryLater:
      return vietnamese ? "Thử lại sau." : "Try again later.";
    case Remedy::kAskOperator:
    case Remedy::kReportBug:
      return vietnamese ? "Báo quản trị viên, kèm mã này." : "Tell the operator, with this code.";
    case Remedy::kFixInput:
      return vietnamese ? "Hỏi người ký hoặc nơi phát hành văn bản."
                        : "Ask the signer or the issuer of the document.";
    case Remedy::kNone:
      break;
  }
  return vietnamese ? "Không cần làm gì thêm." : "There is nothing to do.";
}

std::string explanation_text(Code code, Language language) {
  const auto& row = info(code);
  const auto explanation = explanation_of(code);
  const bool vietnamese = language == Language::kVietnamese;
  const auto line = [&](const char* vi, const char* en, std::string_view value) {
    return "  " + std::string{vietnamese ? vi : en} + ": " + std::string{value} + "\n";
  };
  std::string text = std::string{row.name} + " (" + std::to_string(number_of(code)) + ")";
  if (!row.m_number.empty()) text += " " + std::string{row.m_number};
  text += ": " + sentence(code, language) + "\n";
  text += line("Cần làm", "What to do", what_to_do(code, language));
  text += line("Căn cứ", "Clause", explanation.clause);
  const std::string_view vi = explanation.severity == "error"     ? "lỗi"
                              : explanation.severity == "warning" ? "cảnh báo"
                                                                  : "thông tin";
  text += line("Mức", "Severity", vietnamese ? vi : explanation.severity);
  text += line("Ảnh hưởng", "Effect", effect_text(explanation, language));
  if (row.sub_indication) text += line("EN 319 102-1", "EN 319 102-1", name(*row.sub_indication));
  return text;
}

std::string explanation_json(Code code) {
  return json_of(info(code)).dump();
}

std::string explanations_json() {
  auto all = Json::array();
  for (const auto& row : all_codes()) all.push_back(json_of(row));
  return all.dump();
}

std::vector<std::string_view> similar_codes(std::string_view name, std::size_t most) {
  constexpr std::size_t kLongest = 80;
  name = name.substr(0, kLongest);
  std::vector<std::pair<std::size_t, std::string_view>> near;
  for (const auto& row : all_codes()) {
    // "byte_range_gap" is as good as "pdf.byte_range_gap".
    const auto bare = row.name.substr(row.name.find('.') + 1);
    auto steps = std::min(distance(name, row.name), distance(name, bare));
    if (name.size() > 3 && row.name.find(name) != std::string_view::npos) steps = 1;
    if (steps <= std::max<std::size_t>(3, name.size() / 3)) near.emplace_back(steps, row.name);
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string_view> names;
  for (const auto& [steps, found] : near) {
    if (names.size() < most) names.push_back(found);
  }
  return names;
}

}  // namespace antin::verifier
