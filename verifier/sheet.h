#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"
#include "verifier/report.h"

namespace antin::verifier {

/// What the sheet is written in.
enum class SheetLanguage { kBoth, kVietnamese, kEnglish };  ///< both: Vietnamese first

/// A text in the sheet's first language, and in its second when there is one.
struct Said {
  std::string first, second;
};

/// How a line is to be taken; a colour where there is colour, and always a sign beside it.
enum class Tone { kNeutral, kGood, kWarning, kBad };

/// "Tính toàn vẹn: nguyên vẹn"
struct SheetRow {
  Said label, value;
  Tone tone = Tone::kNeutral;
};

/// A finding: what it is, what to do, and its stable code for whoever asks for help.
struct SheetNote {
  Tone tone = Tone::kNeutral;
  Said text, advice;
  std::string code;
};

struct SheetSection {
  enum class Rank { kMain, kPart };  ///< one signature; its timestamps, its revocation, …
  Rank rank = Rank::kMain;
  Said heading;
  Tone tone = Tone::kNeutral;
  std::vector<SheetRow> rows;
  std::vector<SheetNote> notes;
};

/// "Phiếu kết quả kiểm tra chữ ký số" (vietnam.md V-01, V-02, V-17): everything that stands on it,
/// in order, before anybody decides how it looks. HTML and PDF are drawn from this, so that they
/// cannot differ. All foreign text has been through visible().
struct Sheet {
  SheetLanguage language = SheetLanguage::kBoth;
  Said title;
  Said verdict;  ///< "HỢP LỆ"
  Tone tone = Tone::kNeutral;
  Said message, advice;
  /// V-17: the sentence for the sender: "Từ chối tiếp nhận. Lý do: …"
  Said decision;
  std::vector<SheetSection> sections;
  Said footer;
  std::string file;     ///< for the title of the HTML or PDF
  std::string made_at;  ///< RFC 3339, the judgement's time; "" when unknown
};

Sheet make_sheet(const Report& report, SheetLanguage language);

/// V-17's sentence by itself: what the sender is told, and on what ground. A copy that differs from
/// its original is refused whatever its signatures say.
struct Decision {
  Code code;  ///< kReportAccept, kReportRefuse, kReportNotYet
  Code reason;
  Params reason_params;
};
Decision decision_of(const Report& report);

/// "antin-sheet/1": the sheet on its way to antin-report, which draws PDF.
std::string to_json(const Sheet& sheet);
/// Fails with kReportSheetMalformed. At most 64 MiB, 100,000 lines.
Result<Sheet> read_sheet(std::string_view json);

/// One self-contained HTML file, well-formed as XML too: no script, nothing loaded from elsewhere,
/// a content security policy that says so, A4 when printed.
std::string to_html(const Sheet& sheet);

}  // namespace antin::verifier
