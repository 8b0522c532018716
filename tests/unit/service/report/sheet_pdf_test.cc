#include "service/report/sheet_pdf.h"

#include <algorithm>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/fakes/debian_tool.h"
#include "tests/unit/reports/made.h"

namespace antin::service {
namespace {

using fakes::said_of;
using verifier::SheetLanguage;
using verifier::Verdict;
namespace made = verifier::made;

Bytes pdf_of(const verifier::Report& report) {
  const auto pdf = sheet_pdf(verifier::make_sheet(report, SheetLanguage::kBoth));
  EXPECT_TRUE(pdf);
  return pdf ? pdf.value() : Bytes{};
}

// Letters only: line breaks and columns are the layout's.
std::string without_blanks(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(),
                            [](char c) { return c == ' ' || c == '\n' || c == '\f'; }),
             text.end());
  return text;
}

class EveryVerdict : public testing::TestWithParam<Verdict> {};

TEST_P(EveryVerdict, EveryWordOfTheSheetCanBeReadBackFromThePdf) {
  const auto sheet =
      verifier::make_sheet(made::report(GetParam(), GetParam() == Verdict::kNoSignature ? 0 : 3),
                           SheetLanguage::kVietnamese);
  const auto pdf = sheet_pdf(sheet);
  ASSERT_TRUE(pdf);
  const auto raw = said_of(pdf.value(), "pdftotext -raw", "-");
  const auto text = without_blanks(raw);
  const auto expect = [&](const std::string& wanted) {
    EXPECT_NE(text.find(without_blanks(wanted)), std::string::npos) << wanted;
  };
  for (const auto* one :
       {&sheet.title, &sheet.verdict, &sheet.message, &sheet.advice, &sheet.decision})
    expect(one->first);
  for (const auto& section : sheet.sections) {
    expect(section.heading.first);
    for (const auto& row : section.rows) expect(row.label.first);
    for (const auto& note : section.notes) expect(note.text.first);
  }
  if (GetParam() != Verdict::kNoSignature) expect("Ủy ban nhân dân phường Đống Đa");
}

INSTANTIATE_TEST_SUITE_P(SheetPdf, EveryVerdict,
                         testing::Values(Verdict::kValid, Verdict::kInvalid, Verdict::kInsufficient,
                                         Verdict::kNoSignature));

TEST(SheetPdf, IsNamedByItsContentAndByNoClock) {
  const auto pdf = pdf_of(made::report(Verdict::kValid, 2));
  const std::string text(pdf.begin(), pdf.end());
  std::smatch id;
  ASSERT_TRUE(
      std::regex_search(text, id, std::regex(R"(/ID \[<([0-9a-f]{32})><([0-9a-f]{32})>\])")));
  // ISO 32000-2 14.4: the two are equal in a file that was never changed.
  EXPECT_EQ(id[1], id[2]);
}

TEST(SheetPdf, IsTheSameFileForTheSameReport) {
  const auto report = made::report(Verdict::kValid, 2);
  EXPECT_EQ(pdf_of(report), pdf_of(report));
  auto later = report;
  later.judged_at = made::time("2026-06-02T00:00:00Z");
  EXPECT_NE(pdf_of(report), pdf_of(later));
}

TEST(SheetPdf, GrowsByPagesThatAreNumbered) {
  const auto info = said_of(pdf_of(made::report(Verdict::kInsufficient, 30)), "pdfinfo", "");
  const auto at = info.find("Pages:");
  ASSERT_NE(at, std::string::npos) << info;
  const int pages = std::stoi(info.substr(at + 6));
  EXPECT_GT(pages, 15);
  const auto text =
      said_of(pdf_of(made::report(Verdict::kInsufficient, 30)), "pdftotext -layout", "-");
  EXPECT_NE(text.find("1/" + std::to_string(pages)), std::string::npos);
  EXPECT_NE(text.find(std::to_string(pages) + "/" + std::to_string(pages)), std::string::npos);
  EXPECT_NE(text.find("30/30"), std::string::npos);
}

struct Box {
  double left, top, right, bottom;
};

// Words of all pages with where they stand.
std::vector<std::vector<Box>> words_by_page(const Bytes& pdf) {
  std::istringstream html{said_of(pdf, "pdftotext -bbox", "-")};
  std::vector<std::vector<Box>> pages;
  for (std::string line; std::getline(html, line);) {
    if (line.find("<page ") != std::string::npos) pages.emplace_back();
    Box box{};
    const auto at = line.find("<word ");
    if (at != std::string::npos &&
        std::sscanf(line.c_str() + at,  // NOLINT(cert-err34-c): a test
                    "<word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\"", &box.left,
                    &box.top, &box.right, &box.bottom) == 4)
      pages.back().push_back(box);
  }
  return pages;
}

class Crowded : public testing::TestWithParam<std::string> {};

TEST_P(Crowded, NothingLeavesThePageOrStandsOnAnother) {
  const auto pages = words_by_page(pdf_of(made::report_full_of(GetParam())));
  ASSERT_FALSE(pages.empty());
  for (const auto& words : pages) {
    ASSERT_FALSE(words.empty());
    for (std::size_t i = 0; i < words.size(); ++i) {
      EXPECT_GE(words[i].left, 60);
      EXPECT_LE(words[i].right, 560);
      EXPECT_GE(words[i].top, 40);
      EXPECT_LE(words[i].bottom, 842);
      for (std::size_t k = i + 1; k < words.size(); ++k) {
        const double across =
            std::min(words[i].right, words[k].right) - std::max(words[i].left, words[k].left);
        const double down =
            std::min(words[i].bottom, words[k].bottom) - std::max(words[i].top, words[k].top);
        // Boxes hold ascent and descent, so those of neighbouring lines touch.
        EXPECT_FALSE(across > 1 && down > 5) << i << " " << k;
      }
    }
  }
}

std::string many(const std::string& words, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += words;
  return all;
}

INSTANTIATE_TEST_SUITE_P(Names, Crowded,
                         testing::Values("x", many("Nguyễn Thị Ánh Nguyệt ", 60), many("W", 3'000),
                                         many("中", 500), many("a\xE2\x80\xAE", 300),
                                         many(" ", 500), "\xFF\xFE",
                                         many("e\xCC\x81\xCC\x82", 300)));

TEST(SheetPdf, SpellsOutWhatTheFaceLacks) {
  const auto text = said_of(pdf_of(made::report_full_of("名")), "pdftotext -raw", "-");
  EXPECT_NE(text.find("‹U+540D›"), std::string::npos);
}

}  // namespace
}  // namespace antin::service
