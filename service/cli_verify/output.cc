#include "service/cli_verify/output.h"

#include <filesystem>
#include <iostream>

#include "service/system/files.h"
#include "service/system/filter.h"
#include "verifier/report_etsi.h"

namespace antin::service {
namespace {

// A PDF of the largest report is far below this.
constexpr std::size_t kMaxPdf = std::size_t{256} << 20U;

std::string_view suffix(Format format) {
  switch (format) {
    case Format::kText:
      return ".txt";
    case Format::kJson:
      return ".json";
    case Format::kHtml:
      return ".html";
    case Format::kPdf:
      return ".report.pdf";
    case Format::kEtsi:
      break;
  }
  return ".xml";
}

Result<Format> read_format(const Arguments& arguments) {
  if (arguments.has("json")) return Format::kJson;
  ANTIN_TRY(const std::string format,
            arguments.choice("format", {"text", "json", "html", "pdf", "etsi"}, "text"));
  if (format == "json") return Format::kJson;
  if (format == "html") return Format::kHtml;
  if (format == "pdf") return Format::kPdf;
  if (format == "etsi") return Format::kEtsi;
  return Format::kText;
}

Result<Bytes> draw(const verifier::Sheet& sheet) {
  const auto program = own_program("antin-report");
  if (program.empty()) return make_error(Code::kReportProgramMissing, "antin-report");
  auto pdf = run_filter(program, as_bytes(verifier::to_json(sheet)), kMaxPdf);
  if (!pdf) return while_doing(std::move(pdf).error(), Code::kReportNotDrawn, "antin-report");
  return pdf;
}

}  // namespace

Result<Output> read_output(const Arguments& arguments, std::size_t inputs) {
  Output output;
  ANTIN_TRY(output.format, read_format(arguments));
  if (const auto language = arguments.language()) {
    const bool english = *language == Language::kEnglish;
    output.sheet_language =
        english ? verifier::SheetLanguage::kEnglish : verifier::SheetLanguage::kVietnamese;
    output.text_language = *language;
  }
  output.replace = arguments.has("force");
  output.path = arguments.value_or("output", "");
  const bool lines = output.format == Format::kText || output.format == Format::kJson;
  std::error_code ignored;
  if (output.path.empty() || output.path == "-") {
    // Documents one behind the other would be none.
    if (inputs > 1 && !lines) return make_error(Code::kReportOutputFolder, "standard output");
  } else if (std::filesystem::is_directory(output.path, ignored)) {
    output.target = Output::Target::kFolder;
  } else {
    if (inputs > 1) return make_error(Code::kReportOutputFolder, output.path);
    output.target = Output::Target::kFile;
  }
  return output;
}

Result<Bytes> render(const verifier::Report& report, const Output& output) {
  switch (output.format) {
    case Format::kText:
      return to_bytes(verifier::to_text(report, output.text_language));
    case Format::kJson:
      return to_bytes(verifier::to_json(report) + "\n");
    case Format::kHtml:
      return to_bytes(verifier::to_html(verifier::make_sheet(report, output.sheet_language)));
    case Format::kPdf:
      return draw(verifier::make_sheet(report, output.sheet_language));
    case Format::kEtsi:
      break;
  }
  return to_bytes(verifier::to_etsi(report));
}

Status deliver(ByteView rendered, const std::string& input, const Output& output) {
  if (output.target == Output::Target::kStdout) {
    std::cout << as_text(rendered);
    return Done{};
  }
  auto path = output.path;
  if (output.target == Output::Target::kFolder)
    path +=
        "/" + std::filesystem::path(input).filename().string() + std::string{suffix(output.format)};
  return write_file(path, {rendered}, output.replace ? IfExists::kReplace : IfExists::kRefuse);
}

}  // namespace antin::service
