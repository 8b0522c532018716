#include "verifier/sheet.h"

#include <algorithm>
#include <map>

#include "certs/core/codes.h"
#include "verifier/sheet_words.h"
#include "verifier/verdict.h"
#include "verifier/words.h"

namespace antin::verifier {
namespace {

Tone tone_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kValid:
      return Tone::kGood;
    case Verdict::kInvalid:
      return Tone::kBad;
    case Verdict::kInsufficient:
    case Verdict::kNoSignature:
      break;
  }
  return Tone::kWarning;
}

std::string grouped(std::size_t number) {
  auto text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ".");
  return text;
}

// A copy held against its original: a difference beats any verdict on signatures.
std::optional<Decision> by_comparison(const Report& report) {
  using enum Comparison::Result;
  if (!report.comparison) return std::nullopt;
  const auto result = report.comparison->result;
  if (result == kIdentical || result == kSameSignedRevision) return std::nullopt;
  if (result == kNotFound) return std::nullopt;  // the report's own sentence says what is missing
  const bool refused = result == kDifferent || result == kUnrelated;
  // Not knowing what it is a copy of makes nothing better that is refused already.
  if (!refused && report.verdict == Verdict::kInvalid) return std::nullopt;
  return Decision{refused ? Code::kReportRefuse : Code::kReportNotYet, message_of(result), {}};
}

SheetSection document_section(const Report& report, const SheetWords& words) {
  auto section = words.section(SheetSection::Rank::kMain, {"Văn bản được kiểm tra", "Document"});
  words.row(section, {"Tên tệp", "File"}, report.file);
  words.row(section, {"SHA-256 của tệp", "SHA-256 of the file"}, report.sha256);
  words.row(section, {"Kích thước", "Size"}, Phrase{"byte", "octets"}, grouped(report.size) + " ");
  words.row(section, {"Số trang", "Pages"},
            report.pages == 0 ? std::string{} : std::to_string(report.pages));
  words.row(section, {"Số phiên bản trong tệp", "Revisions in the file"},
            report.revisions == 0 ? std::string{} : std::to_string(report.revisions));
  const auto stamps = std::count_if(report.signatures.begin(), report.signatures.end(),
                                    [](const auto& one) { return one.document_timestamp; });
  words.row(section, {"Số chữ ký số", "Signatures"},
            std::to_string(report.signatures.size() - static_cast<std::size_t>(stamps)));
  if (stamps > 0)
    words.row(section, {"Số dấu thời gian tài liệu", "Document timestamps"},
              std::to_string(stamps));
  if (report.judged_at)
    words.row(section, {"Thời điểm kiểm tra", "Judged at"}, words.instant(*report.judged_at));
  words.row(section, {"Chính sách kiểm tra", "Policy"}, report.policy);
  if (report.comparison) {
    words.row(section, {"Bản gốc đối chiếu", "Compared with"}, report.comparison->original_file);
    words.row(section, {"SHA-256 của bản gốc", "SHA-256 of the original"},
              report.comparison->original_sha256);
    words.row(section, {"Kết quả đối chiếu", "Comparison"},
              words.say(message_of(report.comparison->result), {}));
    words.row(section, {"Cần làm", "What to do"},
              words.advice_for(message_of(report.comparison->result), {}));
    words.notes(section, report.comparison->findings);
  }
  words.notes(section, report.findings);
  return section;
}

Tone tone_of(RegisterEntry::State state) {
  using enum RegisterEntry::State;
  if (state == kReleased) return Tone::kGood;
  return state == kCancelled || state == kRecalled ? Tone::kBad : Tone::kWarning;
}

SheetSection register_section(const RegisterEntry& entry, const SheetWords& words) {
  auto section =
      words.section(SheetSection::Rank::kMain, {"Tra cứu sổ của cơ quan", "The office's register"});
  words.row(section, {"Tình trạng", "State"}, words.say(phrase(entry.state)), tone_of(entry.state));
  if (entry.state == RegisterEntry::State::kNotFound) return section;
  words.row(section, {"Loại giấy tờ", "Kind of paper"}, words.say(phrase(entry.kind)));
  words.row(section, {"Số", "Number"}, entry.number);
  words.row(section, {"Quyển số", "Book"}, entry.book);
  words.row(section, {"Ngày", "Date"}, vietnam_day(entry.date));
  words.row(section, {"Cơ quan", "Agency"}, entry.unit_name);
  words.row(section, {"Số trang của bản lưu", "Pages of the original"},
            entry.pages == 0 ? std::string{} : std::to_string(entry.pages));
  if (!entry.decision) return section;
  words.row(section, {"Quyết định", "Decision"}, entry.decision->number);
  words.row(section, {"Ngày quyết định", "Date of the decision"},
            vietnam_day(entry.decision->date));
  return section;
}

}  // namespace

Decision decision_of(const Report& report) {
  using State = RegisterEntry::State;
  const auto state = report.register_entry ? report.register_entry->state : State::kReleased;
  if (state == State::kCancelled || state == State::kRecalled)  // V-12
    return {Code::kReportRefuse, report.message, report.message_params};
  if (const auto compared = by_comparison(report)) return *compared;
  switch (report.verdict) {
    case Verdict::kValid:
      return {Code::kReportAccept, report.message, report.message_params};
    case Verdict::kInvalid:
    case Verdict::kNoSignature:
      return {Code::kReportRefuse, report.message, report.message_params};
    case Verdict::kInsufficient:
      break;
  }
  return {Code::kReportNotYet, report.message, report.message_params};
}

Sheet make_sheet(const Report& report, SheetLanguage language) {
  const SheetWords words{language};
  Sheet sheet;
  sheet.language = language;
  sheet.title =
      words.say({"Phiếu kết quả kiểm tra chữ ký số", "Result of checking digital signatures"});
  sheet.verdict = words.say(
      {title(report.verdict, Language::kVietnamese), title(report.verdict, Language::kEnglish)});
  sheet.tone = tone_of(report.verdict);
  sheet.message = words.say(report.message, report.message_params);
  sheet.advice = words.advice_for(report.message, report.message_params);
  const auto decision = decision_of(report);
  sheet.decision = words.decision(decision);
  sheet.file = words.shown(report.file);
  if (report.judged_at) sheet.made_at = to_rfc3339(*report.judged_at);
  sheet.sections.push_back(document_section(report, words));
  if (report.register_entry)
    sheet.sections.push_back(register_section(*report.register_entry, words));
  for (std::size_t i = 0; i < report.signatures.size(); ++i)
    append_signature(sheet.sections, report, i, words);
  sheet.footer = words.say(
      {"Phiếu do phần mềm antin lập tự động. Kết quả dựa trên chứng cứ có tại thời điểm kiểm tra; "
       "thời gian ghi theo giờ Việt Nam (UTC+07:00).",
       "Made by antin. The result rests on the evidence at hand when it was judged; times are at "
       "UTC+07:00."});
  return sheet;
}

}  // namespace antin::verifier
