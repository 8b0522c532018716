// A copy against its original with the real renderer, and the command as people use it.

#include "verifier/compare.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "service/cli_verify/rendered_pages.h"
#include "tests/fakes/pdf_builder.h"

namespace antin {
namespace {

using namespace std::chrono_literals;
using test::PdfBuilder;
using Json = nlohmann::json;
using Outcome = verifier::Comparison::Result;

/// Pages of text; a page's text is drawn in lines of 14 points.
PdfBuilder letter(const std::vector<std::vector<std::string>>& pages,
                  const std::string& catalogue = "", const std::string& page = "") {
  PdfBuilder pdf;
  std::string kids;
  for (std::size_t i = 0; i < pages.size(); ++i) kids += std::to_string(20 + 2 * i) + " 0 R ";
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R" + catalogue + ">>");
  pdf.put(2, "<</Type/Pages/Kids[" + kids + "]/Count " + std::to_string(pages.size()) +
                 "/MediaBox[0 0 420 300]>>");
  pdf.put(4, "<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>");
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const auto number = static_cast<int>(20 + 2 * i);
    pdf.put(number, "<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 4 0 R>>>>/Contents " +
                        std::to_string(number + 1) + " 0 R" + page + ">>");
    std::string text = "BT /F1 12 Tf 14 TL 40 260 Td ";
    for (const auto& line : pages[i]) text += "(" + line + ") Tj T* ";
    pdf.put_stream(number + 1, "", text + "ET");
  }
  return pdf;
}

const std::vector<std::string> kDecision{"Decision No. 1847 of the People's Committee",
                                         "Article 1. The fee is 250.000 dong for each copy.",
                                         "Article 2. This takes effect on 21 November 2026."};
const std::vector<std::string> kAnnex{"Annex: list of papers", "1. Birth certificate",
                                      "2. Degree of 1998", "3. Marriage certificate"};
const std::vector<std::string> kLast{"Signed for the chairman", "Nguyen Van An"};

SharedBytes finished(PdfBuilder pdf) {
  return pdf.finish_table("/Root 1 0 R").bytes();
}

class CompareDrawn : public testing::Test {
 protected:
  CompareDrawn() {
    folder_ = std::filesystem::temp_directory_path() /
              ("antin-compare-" + std::to_string(::getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  ~CompareDrawn() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  CompareDrawn(const CompareDrawn&) = delete;
  CompareDrawn& operator=(const CompareDrawn&) = delete;

  std::string write(const std::string& name, const SharedBytes& octets) const {
    const auto path = (folder_ / name).string();
    std::ofstream out{path, std::ios::binary};
    out << as_text(octets.view());
    return path;
  }
  static SharedBytes read(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    const std::string all{std::istreambuf_iterator<char>{in}, {}};
    return SharedBytes{to_bytes(std::string_view{all})};
  }
  // NOLINTNEXTLINE(cert-env33-c): programs of the build's own packages
  static int shell(const std::string& command) { return std::system(command.c_str()); }
  SharedBytes by_qpdf(const SharedBytes& document, const std::string& options) const {
    const auto in = write("in.pdf", document), out = (folder_ / "out.pdf").string();
    EXPECT_EQ(shell("qpdf " + options + " '" + in + "' '" + out + "'"), 0);
    return read(out);
  }
  static verifier::Comparison compare(const SharedBytes& copy, const SharedBytes& original,
                                      const std::string& password = "",
                                      std::chrono::milliseconds total = 60s) {
    service::Renderer renderer{ANTIN_DRAW};
    service::RenderedPages sources(renderer, total);
    verifier::CompareInput input;
    input.copy = copy;
    input.original = original;
    input.password = password;
    input.sources = &sources;
    input.drawing.pictures = 4;
    return verifier::compare(input);
  }
  static bool has(const verifier::Comparison& comparison, Code code) {
    return std::any_of(comparison.findings.begin(), comparison.findings.end(),
                       [&](const auto& finding) { return finding.code == code; });
  }
  std::filesystem::path folder_;
};

TEST_F(CompareDrawn, SavedAgainItIsTheSameContent) {
  const auto original = finished(letter({kDecision, kAnnex}));
  const auto copy = by_qpdf(original, "--linearize --object-streams=generate");
  const auto comparison = compare(copy, original);
  EXPECT_EQ(comparison.result, Outcome::kSameContent);
  EXPECT_TRUE(comparison.findings.empty());
  EXPECT_EQ(comparison.pages.size(), 2U);
}

TEST_F(CompareDrawn, OneDigitIsFoundAndNamed) {
  const auto original = finished(letter({kDecision, kAnnex}));
  auto changed = kDecision;
  changed[1].replace(changed[1].find("250"), 3, "290");
  const auto comparison = compare(finished(letter({changed, kAnnex})), original);
  ASSERT_EQ(comparison.result, Outcome::kDifferent);
  ASSERT_EQ(comparison.pages[0].text.size(), 1U);
  EXPECT_EQ(comparison.pages[0].text[0].copy, "290.000");
  EXPECT_EQ(comparison.pages[0].text[0].original, "250.000");
  ASSERT_FALSE(comparison.pages[0].boxes.empty());
  const auto& box = comparison.pages[0].boxes[0];
  EXPECT_GT(box[1] + box[3], 246);  // the second line stands at 246
  EXPECT_LT(box[1], 256);
  EXPECT_EQ(as_text(comparison.pages[0].picture).substr(1, 3), "PNG");
  EXPECT_EQ(comparison.pages[1].boxes.size(), 0U);
}

TEST_F(CompareDrawn, PagesOfAnotherOrderAndOfAnotherDocument) {
  const auto original = finished(letter({kDecision, kAnnex, kLast}));
  const auto turned = compare(finished(letter({kDecision, kLast, kAnnex})), original);
  EXPECT_EQ(turned.result, Outcome::kDifferent);
  EXPECT_TRUE(has(turned, Code::kComparePageMoved));
  EXPECT_FALSE(has(turned, Code::kComparePageDiffers));
  const auto other =
      compare(finished(letter({{"Receipt", "for one bicycle", "blue, with bell"}})), original);
  EXPECT_EQ(other.result, Outcome::kUnrelated);
}

constexpr const char* kSignedForm = "/AcroForm<</SigFlags 3/Fields[8 0 R]>>";
PdfBuilder with_signature(const std::string& rect, bool stamped) {
  auto pdf = letter({kDecision}, kSignedForm, "/Annots[8 0 R]");
  pdf.put(8, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Sig1)/F 132/Rect" + rect + "/V 9 0 R" +
                 std::string(stamped ? "/AP<</N 10 0 R>>" : "") + ">>");
  pdf.put(9,
          "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 9 19 9]"
          "/Contents<00>>>");
  pdf.put_stream(10, "/Type/XObject/Subtype/Form/BBox[0 0 100 40]", "1 0 0 RG 3 w 2 2 96 36 re S");
  return pdf;
}

TEST_F(CompareDrawn, StrippedOfAnInvisibleSignatureItIsTheSameContentAndThatIsSaid) {
  const auto comparison =
      compare(finished(letter({kDecision})), finished(with_signature("[0 0 0 0]", false)));
  EXPECT_EQ(comparison.result, Outcome::kSameContent);
  EXPECT_TRUE(has(comparison, Code::kCompareSignaturesLost));
}

TEST_F(CompareDrawn, WithoutItsStampItIsDifferent) {
  const auto comparison =
      compare(finished(letter({kDecision})), finished(with_signature("[250 60 350 100]", true)));
  EXPECT_EQ(comparison.result, Outcome::kDifferent);
  EXPECT_TRUE(comparison.pages[0].text.empty());
}

TEST_F(CompareDrawn, WhatOnlyAPrinterShowsIsFound) {
  const auto stamp = [](int flags) {
    auto pdf = letter({kDecision}, "", "/Annots[8 0 R]");
    pdf.put(8, "<</Type/Annot/Subtype/Stamp/Rect[250 60 350 100]/F " + std::to_string(flags) +
                   "/AP<</N 10 0 R>>>>");
    pdf.put_stream(10, "/Type/XObject/Subtype/Form/BBox[0 0 100 40]", "0 0 100 40 re f");
    return finished(std::move(pdf));
  };
  const auto original = finished(letter({kDecision}));
  const auto comparison = compare(stamp(36), original);  // Print, NoView
  EXPECT_EQ(comparison.result, Outcome::kDifferent);
  EXPECT_TRUE(has(comparison, Code::kComparePrintDiffers));
  EXPECT_TRUE(has(compare(stamp(0), stamp(4)), Code::kComparePrintDiffers));
  EXPECT_EQ(compare(by_qpdf(stamp(36), "--qdf"), stamp(36)).result, Outcome::kSameContent);
}

TEST_F(CompareDrawn, EncryptedDocumentsAreComparedWithTheirPassword) {
  const auto original = finished(letter({kDecision}));
  const auto locked = by_qpdf(original, "--encrypt secret owner 256 --");
  EXPECT_EQ(compare(locked, original, "secret").result, Outcome::kSameContent);
  const auto without = compare(locked, original);
  EXPECT_EQ(without.result, Outcome::kNotComparable);
  EXPECT_TRUE(has(without, Code::kCompareUnreadable));
}

TEST_F(CompareDrawn, ATruncatedFileIsNotComparable) {
  const auto original = finished(letter({kDecision}));
  const auto half = SharedBytes{to_bytes(original.view().first(original.size() / 2))};
  const auto comparison = compare(half, original);
  EXPECT_EQ(comparison.result, Outcome::kNotComparable);
  EXPECT_TRUE(has(comparison, Code::kCompareUnreadable));
}

TEST_F(CompareDrawn, APageThatTakesForEverIsNotComparableInTime) {
  auto pdf = letter({kDecision});
  std::string many;
  for (int i = 0; i < 50; ++i) many += "/X Do ";
  for (int i = 50; i < 58; ++i)
    pdf.put_stream(i,
                   "/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</X " +
                       std::to_string(i + 1) + " 0 R>>>>",
                   many);
  pdf.put_stream(58, "/Type/XObject/Subtype/Form/BBox[0 0 200 200]", "0 0 99 99 re f");
  pdf.put(20, "<</Type/Page/Parent 2 0 R/Resources<</XObject<</X 50 0 R>>>>/Contents 21 0 R>>");
  pdf.put_stream(21, "", "/X Do");
  const auto began = std::chrono::steady_clock::now();
  const auto comparison = compare(finished(std::move(pdf)), finished(letter({kDecision})), "", 1s);
  EXPECT_EQ(comparison.result, Outcome::kNotComparable);
  EXPECT_TRUE(has(comparison, Code::kCompareDrawingTimeout));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
}

TEST_F(CompareDrawn, TheCommandWritesPicturesAndSaysWhere) {
  auto changed = kDecision;
  changed[0].replace(changed[0].find("1847"), 4, "1841");
  const auto copy = write("copy.pdf", finished(letter({changed, kAnnex})));
  const auto original = write("original.pdf", finished(letter({kDecision, kAnnex})));
  const auto out = (folder_ / "out.json").string();
  const auto command = std::string{ANTIN_VERIFY_PROGRAM} + " compare '" + copy + "' '" + original +
                       "' --pictures '" + folder_.string() + "' --json > '" + out + "'";
  const int status = shell(command);
  EXPECT_EQ(WEXITSTATUS(status), 1);
  const auto json = Json::parse(as_text(read(out).view()));
  EXPECT_EQ(json["comparison"]["result"], "different");
  EXPECT_EQ(json["comparison"]["pages"][0]["text"][0]["copy"], "1841");
  EXPECT_FALSE(json["comparison"]["pages"][0].contains("picture"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "trang-001.png"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "trang-002.png"));
  EXPECT_EQ(WEXITSTATUS(shell(command + " 2>/dev/null")), 3) << "nothing is overwritten";
  EXPECT_EQ(WEXITSTATUS(shell(command + " --force")), 1);
}

}  // namespace
}  // namespace antin
