#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/capture/capture.h"
#include "tests/fakes/pdf_builder.h"
#include "tests/fakes/pictures.h"

namespace antin::service::capture {

using test::jpeg;
using test::PdfBuilder;
using test::png;
using test::sheet;
using test::tiff;

/// A6 at 200 dpi: large enough for every rule, small enough for a test.
constexpr std::uint32_t kColumns = 827, kRows = 1165;

inline CaptureRequest request(std::vector<Bytes> files) {
  CaptureRequest made;
  for (std::size_t i = 0; i < files.size(); ++i)
    made.files.push_back({"tep-" + std::to_string(i + 1), SharedBytes(std::move(files[i]))});
  return made;
}

inline std::vector<std::string> codes(const Captured& captured, Severity at_least) {
  std::vector<std::string> names;
  for (const auto& finding : captured.findings) {
    if (finding.severity >= at_least) names.emplace_back(info(finding.code).name);
  }
  return names;
}
inline std::vector<std::string> errors(const Captured& captured) {
  return codes(captured, Severity::kError);
}

inline const Finding* find(const Captured& captured, Code code) {
  const auto found = std::find_if(captured.findings.begin(), captured.findings.end(),
                                  [&](const auto& one) { return one.code == code; });
  return found == captured.findings.end() ? nullptr : &*found;
}

/// Captures what must succeed.
inline Captured made(const CaptureRequest& asked) {
  auto captured = capture(asked);
  EXPECT_TRUE(captured) << to_log_line(captured.error());
  return captured ? std::move(captured).value() : Captured{};
}
/// The code of what must fail.
inline Code refused(const CaptureRequest& asked) {
  const auto captured = capture(asked);
  EXPECT_FALSE(captured);
  return captured ? Code::kInternal : captured.error().code;
}

inline bool holds(const SharedBytes& document, ByteView octets) {
  return as_text(document.view()).find(as_text(octets)) != std::string_view::npos;
}

/// A PDF of one scanned page: `image` is the dictionary of the picture without its size, `data` its
/// octets, drawn by `matrix` on a page of `box`.
struct ScanPdf {
  std::string image = "/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode";
  std::uint32_t columns = kColumns, rows = kRows;
  Bytes data = {};
  std::string matrix = "297.72 0 0 419.4 0 0";
  std::string box = "0 0 297.72 419.4";
  std::string page = {}, content = {}, version = "1.7";
};
inline PdfBuilder scan_pdf(const ScanPdf& scan) {
  PdfBuilder pdf(scan.version);
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>").put(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
  pdf.put(3, "<</Type/Page/Parent 2 0 R/MediaBox[" + scan.box +
                 "]/Resources<</XObject<</Im 5 0 R>>/Font<</F1 6 0 R>>>>/Contents 4 0 R" +
                 scan.page + ">>");
  pdf.put_stream(4, "", "q " + scan.matrix + " cm /Im Do Q " + scan.content);
  pdf.put_stream(5,
                 "/Type/XObject/Subtype/Image/Width " + std::to_string(scan.columns) + "/Height " +
                     std::to_string(scan.rows) + scan.image,
                 as_text(scan.data));
  pdf.put(6, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
  return pdf;
}
inline Bytes finished(PdfBuilder pdf) {
  pdf.finish_table("/Root 1 0 R");
  return to_bytes(pdf.text());
}

}  // namespace antin::service::capture
