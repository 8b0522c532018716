#include "certs/core/codes.h"

#include <gtest/gtest.h>

#include "certs/core/error.h"

namespace antin {
namespace {

TEST(Codes, NamesAreDottedSnakeCaseAndFindTheirRow) {
  for (const auto& row : all_codes()) {
    EXPECT_NE(row.name.find('.'), std::string_view::npos) << row.name;
    for (const char c : row.name)
      EXPECT_TRUE((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.')
          << row.name;
    EXPECT_EQ(code_named(row.name), row.code);
  }
  EXPECT_FALSE(code_named("pdf.no_such_code"));
}

TEST(Codes, EveryRowSpeaksBothLanguages) {
  for (const auto& row : all_codes()) {
    EXPECT_FALSE(row.vi.empty()) << row.name;
    EXPECT_FALSE(row.en.empty()) << row.name;
    EXPECT_EQ(row.vi_do.empty(), row.en_do.empty()) << row.name;
  }
}

TEST(Codes, AnErrorThatEndsARequestHasAnHttpErrorStatus) {
  for (const auto& row : all_codes()) {
    if (row.http_status == 0) continue;
    EXPECT_GE(row.http_status, 400) << row.name;
    EXPECT_LT(row.http_status, 600) << row.name;
  }
}

TEST(Sentence, FillsItsPlaceholdersAndKeepsUnknownOnesVisible) {
  EXPECT_EQ(sentence(Code::kFileExists, Language::kEnglish, {{"file", "a.pdf"}}),
            "The file a.pdf exists and is not overwritten.");
  EXPECT_EQ(sentence(Code::kFileExists, Language::kEnglish),
            "The file {file} exists and is not overwritten.");
}

TEST(Error, KeepsItsCauseForTheLogAndItsParametersForTheSentence) {
  auto inner = make_error(Code::kFileUnreadable, "open: ENOENT", {{"file", "x"}});
  const auto outer = while_doing(std::move(inner), Code::kInternal, "load trust store");
  EXPECT_EQ(to_log_line(outer),
            "general.internal: load trust store <- general.file_unreadable: open: ENOENT");
  EXPECT_EQ(outer.params.size(), 1U);
}

}  // namespace
}  // namespace antin
