#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "service/cli/args.h"
#include "verifier/report.h"
#include "verifier/sheet.h"

namespace antin::service {

enum class Format { kText, kJson, kHtml, kPdf, kEtsi };

/// Where reports go and what they look like.
struct Output {
  Format format = Format::kText;
  verifier::SheetLanguage sheet_language = verifier::SheetLanguage::kBoth;
  Language text_language = Language::kVietnamese;
  std::string path;  ///< "": standard output
  enum class Target { kStdout, kFile, kFolder } target = Target::kStdout;
  bool replace = false;
};

/// From --format, --json, --lang, -o, --force, and how many files there are to judge. Fails with
/// kCliBadValue, kReportOutputFolder.
Result<Output> read_output(const Arguments& arguments, std::size_t inputs);

/// The report in the form wanted; ends with a line feed where it is text.
/// Fails with kReportProgramMissing, kReportNotDrawn.
Result<Bytes> render(const verifier::Report& report, const Output& output);

/// Writes what was rendered for `input`. Fails with kFileExists, kFileUnwritable.
Status deliver(ByteView rendered, const std::string& input, const Output& output);

}  // namespace antin::service
