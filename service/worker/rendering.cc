#include "service/report/sheet_pdf.h"
#include "service/worker/worker.h"
#include "verifier/report_etsi.h"
#include "verifier/sheet.h"

namespace antin::service::worker {

Result<Bytes> render_report(const verifier::Report& report, const std::string& format,
                            const std::string& language) {
  using verifier::SheetLanguage;
  if (format == "etsi") return to_bytes(verifier::to_etsi(report));
  if (language != "vi" && language != "en" && !language.empty())
    return make_error(Code::kIpcMalformed, "lang");
  const auto sheet = verifier::make_sheet(report, language == "vi"   ? SheetLanguage::kVietnamese
                                                  : language == "en" ? SheetLanguage::kEnglish
                                                                     : SheetLanguage::kBoth);
  if (format == "sheet") return to_bytes(verifier::to_json(sheet));
  if (format == "html") return to_bytes(verifier::to_html(sheet));
  if (format == "pdf") return sheet_pdf(sheet);
  return make_error(Code::kIpcMalformed, "format");
}

}  // namespace antin::service::worker
