#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pdf/read/changes.h"
#include "tests/fakes/pdf_builder.h"

namespace antin::pdf {

using test::PdfBuilder;

inline std::vector<std::string> codes(const Findings& findings, Severity at_least) {
  std::vector<std::string> names;
  for (const auto& finding : findings) {
    if (finding.severity >= at_least) names.emplace_back(info(finding.code).name);
  }
  return names;
}
inline std::vector<std::string> errors(const Findings& findings) {
  return codes(findings, Severity::kError);
}

inline std::string code_of(const Error& error) {
  return std::string{info(error.code).name};
}

inline RevisionMap revisions_of(const PdfBuilder& pdf) {
  auto map = read_revisions(pdf.bytes().view(), {});
  EXPECT_TRUE(map) << to_log_line(map.error());
  return map ? std::move(map).value() : RevisionMap{};
}

inline Result<Document> open(const PdfBuilder& pdf) {
  return Document::open(pdf.bytes(), {});
}

/// "level what" of every change between the first and the last revision, "!" in front of what is
/// never permitted.
inline std::vector<std::string> changes_of(const PdfBuilder& pdf, std::size_t from = 0) {
  const auto file = pdf.bytes();
  const auto map = read_revisions(file.view(), {});
  if (!map) return {"error " + code_of(map.error())};
  const auto changes =
      changes_between(file, map.value(), from, map.value().revisions.size() - 1, {});
  if (!changes) return {"error " + code_of(changes.error())};
  std::vector<std::string> out;
  for (const auto& change : changes.value()) {
    std::string name{info(change.what).name.substr(4)};
    if (name.starts_with("change_")) name.erase(0, 7);
    static constexpr std::array kLevels = {"none",     "long_term_data", "signature",
                                           "metadata", "form_filling",   "annotation",
                                           "content",  "unclassified"};
    out.push_back(std::string{change.never_permitted ? "!" : ""} +
                  kLevels[static_cast<std::size_t>(change.level)] + " " + name);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace antin::pdf
