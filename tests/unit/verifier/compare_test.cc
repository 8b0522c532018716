// Judging a comparison, with pages painted by the test itself: no program draws anything here.

#include "verifier/compare.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fakes/pdf_builder.h"

namespace antin::verifier {
namespace {

using Outcome = Comparison::Result;
using PageResult = Comparison::Page::Result;
using test::PdfBuilder;

constexpr double kSide = 200;  // points

/// A black mark on white paper, in points from the lower left corner.
struct Mark {
  double x, y, width, height;
};
struct Painted {
  std::vector<Mark> seen;
  std::vector<Mark> printed_too;  ///< only when drawn for a printer
  bool complete = true;
  Code failure = Code::kInternal;  ///< other than kInternal: this page cannot be drawn
};

// Rows of bars with the place and width of each in the hands of `seed`: pages unlike each other.
std::vector<Mark> lines(unsigned seed) {
  std::vector<Mark> marks;
  for (int row = 0; row < 12; ++row) {
    double x = 20;
    while (x < 170) {
      seed = seed * 1'103'515'245U + 12'345U;
      const double width = 2 + (seed >> 16U) % 14;
      marks.push_back({x, 20.0 + 13 * row, width, 5});
      x += width + 3 + (seed >> 24U) % 5;
    }
  }
  return marks;
}

class FakeSource final : public PageSource {
 public:
  FakeSource(std::vector<Painted> pages, std::string words)
      : pages_(std::move(pages)), words_(std::move(words)) {}
  Result<Picture> draw(std::size_t page, unsigned dpi, As as) override {
    const auto& painted = pages_.at(page);
    if (painted.failure != Code::kInternal) return make_error(painted.failure, "page");
    const auto side = static_cast<std::size_t>(kSide * dpi / 72);
    Bytes rgb(side * side * 3, 255);
    paint(rgb, side, painted.seen);
    if (as == As::kPrinted) paint(rgb, side, painted.printed_too);
    const auto head = "P6\n" + std::to_string(side) + " " + std::to_string(side) + "\n255\n";
    auto octets = to_bytes(std::string_view{head});
    octets.insert(octets.end(), rgb.begin(), rgb.end());
    return Picture{SharedBytes{std::move(octets)}, painted.complete};
  }
  Result<SharedBytes> words() override {
    if (words_.empty()) return make_error(Code::kCompareDrawingFailed, "words");
    return SharedBytes{to_bytes(std::string_view{words_})};
  }

 private:
  static void paint(Bytes& rgb, std::size_t side, const std::vector<Mark>& marks) {
    const auto scale = static_cast<double>(side) / kSide;
    const auto pixel = [&](double points) {
      return std::min(side, static_cast<std::size_t>(points * scale));
    };
    for (const auto& mark : marks) {
      const auto top = pixel(kSide - mark.y - mark.height), bottom = pixel(kSide - mark.y);
      for (auto y = top; y < bottom; ++y)
        std::fill(
            rgb.begin() + static_cast<std::ptrdiff_t>((y * side + pixel(mark.x)) * 3),
            rgb.begin() + static_cast<std::ptrdiff_t>((y * side + pixel(mark.x + mark.width)) * 3),
            std::uint8_t{0});
    }
  }
  std::vector<Painted> pages_;
  std::string words_;
};

/// Gives the copy's pages to whoever opens first, the original's to the second.
class FakeSources final : public PageSources {
 public:
  std::vector<Painted> copy, original;
  std::string copy_words, original_words;
  Result<std::unique_ptr<PageSource>> open(const SharedBytes&) override {
    const bool first = opened_++ == 0;
    return std::unique_ptr<PageSource>(
        std::make_unique<FakeSource>(first ? copy : original, first ? copy_words : original_words));
  }

 private:
  int opened_ = 0;
};

PdfBuilder document(std::size_t pages, const std::string& note, const std::string& page = "",
                    const std::string& catalogue = "") {
  PdfBuilder pdf;
  std::string kids;
  for (std::size_t i = 0; i < pages; ++i) kids += std::to_string(10 + 2 * i) + " 0 R ";
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R" + catalogue + ">>");
  pdf.put(2, "<</Type/Pages/Kids[" + kids + "]/Count " + std::to_string(pages) +
                 "/MediaBox[0 0 200 200]>>");
  pdf.put(3, "<</Producer(" + note + ")>>");
  for (std::size_t i = 0; i < pages; ++i) {
    const auto number = static_cast<int>(10 + 2 * i);
    pdf.put(number, "<</Type/Page/Parent 2 0 R/Resources<<>>/Contents " +
                        std::to_string(number + 1) + " 0 R" + page + ">>");
    pdf.put_stream(number + 1, "", "0 0 10 10 re f");
  }
  return pdf;
}

SharedBytes finished(PdfBuilder pdf) {
  return pdf.finish_table("/Root 1 0 R/Info 3 0 R").bytes();
}

Painted page(unsigned seed) {
  return {.seen = lines(seed), .printed_too = {}};
}

class Compare : public testing::Test {
 protected:
  Comparison run(const SharedBytes& copy, const SharedBytes& original) {
    CompareInput input;
    input.original_name = "original.pdf";
    input.copy = copy;
    input.original = original;
    input.sources = &sources;
    input.drawing.pictures = 10;
    return compare(input);
  }
  Comparison run(std::size_t pages = 1) {
    return run(finished(document(pages, "copy")), finished(document(pages, "original")));
  }
  static bool has(const Comparison& comparison, Code code) {
    return std::any_of(comparison.findings.begin(), comparison.findings.end(),
                       [&](const auto& finding) { return finding.code == code; });
  }
  FakeSources sources;
};

TEST_F(Compare, OtherOctetsThatDrawTheSameAreTheSameContent) {
  sources.copy = sources.original = {page(1), page(2)};
  const auto comparison = run(2);
  EXPECT_EQ(comparison.result, Outcome::kSameContent);
  EXPECT_EQ(exit_code(comparison.result), 2);
  ASSERT_EQ(comparison.pages.size(), 2U);
  EXPECT_EQ(comparison.pages[1].result, PageResult::kSame);
  EXPECT_EQ(comparison.pages[1].dpi, pdf::picture::kDrawingDpi);
  EXPECT_TRUE(comparison.pages[1].picture.empty());
  EXPECT_TRUE(comparison.findings.empty());
}

TEST_F(Compare, AChangedMarkIsFoundWhereItIs) {
  sources.copy = sources.original = {page(1), page(2)};
  auto& mark = sources.copy[1].seen[40];
  mark.height = 9;
  const auto comparison = run(2);
  ASSERT_EQ(comparison.result, Outcome::kDifferent);
  EXPECT_TRUE(has(comparison, Code::kComparePageDiffers));
  const auto& changed = comparison.pages[1];
  ASSERT_EQ(changed.boxes.size(), 1U);
  EXPECT_LE(changed.boxes[0][0], mark.x + mark.width);
  EXPECT_GE(changed.boxes[0][0] + changed.boxes[0][2], mark.x);
  EXPECT_LE(changed.boxes[0][1], mark.y + 9);
  EXPECT_GE(changed.boxes[0][1] + changed.boxes[0][3], mark.y + 5);
  EXPECT_FALSE(changed.picture.empty());
  EXPECT_EQ(comparison.pages[0].result, PageResult::kSame);
}

TEST_F(Compare, PagesInAnotherOrderAreNamed) {
  sources.original = {page(1), page(2), page(3)};
  sources.copy = {page(1), page(3), page(2)};
  const auto comparison = run(3);
  EXPECT_EQ(comparison.result, Outcome::kDifferent);
  EXPECT_TRUE(has(comparison, Code::kComparePageMoved));
  EXPECT_FALSE(has(comparison, Code::kComparePageDiffers));
  EXPECT_EQ(comparison.pages[1].original, 3U);
  EXPECT_EQ(comparison.pages[2].original, 2U);
}

TEST_F(Compare, APageMoreAndAPageLessAreNamed) {
  sources.original = {page(1), page(2)};
  sources.copy = {page(1), page(9), page(2)};
  const auto more = run(finished(document(3, "copy")), finished(document(2, "original")));
  EXPECT_EQ(more.result, Outcome::kDifferent);
  EXPECT_TRUE(has(more, Code::kComparePageCount));
  EXPECT_TRUE(has(more, Code::kComparePageAdded));
  EXPECT_FALSE(has(more, Code::kComparePageMissing));
  EXPECT_EQ(more.pages[2].original, 2U);

  FakeSources fewer;
  fewer.original = {page(1), page(9), page(2)};
  fewer.copy = {page(1), page(2)};
  CompareInput input;
  input.copy = finished(document(2, "copy"));
  input.original = finished(document(3, "original"));
  input.sources = &fewer;
  const auto less = compare(input);
  EXPECT_EQ(less.result, Outcome::kDifferent);
  EXPECT_TRUE(has(less, Code::kComparePageMissing));
  EXPECT_FALSE(has(less, Code::kComparePageAdded));
}

TEST_F(Compare, DocumentsWithoutAPageAlikeAreUnrelated) {
  sources.copy = {page(1), page(2)};
  sources.original = {page(3), page(4)};
  EXPECT_EQ(run(2).result, Outcome::kUnrelated);
}

TEST_F(Compare, WhatPrintsDifferentlyIsDifferent) {
  const std::string printed = "/Annots[<</Type/Annot/Subtype/Stamp/Rect[50 50 90 90]/F 36>>]";
  sources.copy = sources.original = {page(1)};
  sources.copy[0].printed_too = {{50, 50, 40, 40}};
  const auto original = finished(document(1, "original"));
  const auto comparison = run(finished(document(1, "copy", printed)), original);
  EXPECT_EQ(comparison.result, Outcome::kDifferent);
  EXPECT_TRUE(has(comparison, Code::kComparePrintDiffers));
  // Nothing says that it prints otherwise: it is not drawn a second time.
  EXPECT_EQ(run(finished(document(1, "copy")), original).result, Outcome::kSameContent);
}

TEST_F(Compare, APageThatCannotBeDrawnIsNotComparable) {
  sources.copy = sources.original = {page(1), page(2)};
  sources.copy[1].failure = Code::kCompareDrawingTimeout;
  const auto comparison = run(2);
  EXPECT_EQ(comparison.result, Outcome::kNotComparable);
  EXPECT_EQ(comparison.pages[1].result, PageResult::kNotComparable);
  EXPECT_TRUE(has(comparison, Code::kCompareDrawingTimeout));
}

TEST_F(Compare, APictureWithSomethingMissingIsNotTakenForTheSame) {
  sources.copy = sources.original = {page(1)};
  sources.copy[0].complete = sources.original[0].complete = false;
  const auto comparison = run();
  EXPECT_EQ(comparison.result, Outcome::kNotComparable);
  EXPECT_TRUE(has(comparison, Code::kCompareDrawingFailed));
}

TEST_F(Compare, ADefiniteDifferenceBeatsWhatCannotBeTold) {
  sources.copy = sources.original = {page(1), page(2)};
  sources.copy[0].failure = Code::kCompareDrawingFailed;
  sources.copy[1].seen[40].height = 9;
  EXPECT_EQ(run(2).result, Outcome::kDifferent);
}

TEST_F(Compare, WordsAreNamedInOneNormalForm) {
  const std::string head =
      "level\tpage_num\tpar_num\tblock_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\t"
      "text\n1\t1\t0\t0\t0\t0\t0\t0\t200\t200\t-1\t###PAGE###\n";
  const auto word = [](const std::string& text) {
    return "5\t1\t0\t0\t0\t0\t20\t100\t80\t12\t100\t" + text + "\n";
  };
  sources.copy = sources.original = {page(1)};
  for (auto& mark : sources.copy[0].seen) {
    if (mark.y > 80 && mark.y < 90) mark.height = 9;
  }
  sources.original_words = head + word("hoà");
  sources.copy_words = head + word("hoả");
  auto comparison = run();
  ASSERT_EQ(comparison.result, Outcome::kDifferent);
  ASSERT_EQ(comparison.pages[0].text.size(), 1U);
  EXPECT_EQ(comparison.pages[0].text[0].original, "hoà");
  EXPECT_EQ(comparison.pages[0].text[0].copy, "hoả");
  EXPECT_TRUE(has(comparison, Code::kCompareTextChanged));

  // The same word with its tone mark beside the letter is the same word.
  FakeSources again;
  again.copy = sources.copy;
  again.original = sources.original;
  again.original_words = head + word("hoà");
  again.copy_words = head + word("hoa\xCC\x80");
  CompareInput input;
  input.copy = finished(document(1, "copy"));
  input.original = finished(document(1, "original"));
  input.sources = &again;
  comparison = compare(input);
  EXPECT_TRUE(comparison.pages[0].text.empty());
}

TEST_F(Compare, HostileWordsAreNoReasonToFail) {
  sources.copy = sources.original = {page(1)};
  sources.copy_words = "level\n5\t1\t0\t0\t0\t0\tinf\t1e999\t80\t12\t100\tx\n";
  sources.original_words = std::string(100'000, '\t');
  EXPECT_EQ(run().result, Outcome::kSameContent);
}

TEST_F(Compare, TextThatCannotBeSeenIsNoted) {
  const std::string head =
      "level\tpage_num\tpar_num\tblock_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\t"
      "text\n1\t1\t0\t0\t0\t0\t0\t0\t200\t200\t-1\t###PAGE###\n5\t1\t0\t0\t0\t0\t20\t100\t80\t12\t"
      "100\t";
  sources.copy = sources.original = {page(1)};
  sources.copy_words = head + "9000\n";
  sources.original_words = head + "1000\n";
  const auto comparison = run();
  EXPECT_EQ(comparison.result, Outcome::kSameContent);
  EXPECT_TRUE(has(comparison, Code::kCompareTextUnseen));
}

// What is not drawn: layers, values, attachments, hidden annotations. Each has a twin that is the
// same in both.
struct HiddenCase {
  const char* name;
  std::string copy_page, copy_catalogue, original_page, original_catalogue;
  Outcome outcome;
  Code code;
};

class Hidden : public Compare, public testing::WithParamInterface<HiddenCase> {
 protected:
  static SharedBytes build(const std::string& note, const std::string& page_entries,
                           const std::string& catalogue) {
    auto pdf = document(1, note, page_entries, catalogue);
    pdf.put(50, "<</Type/OCG/Name(draft)>>");
    pdf.put_stream(51, "/Type/EmbeddedFile", "one");
    pdf.put_stream(52, "/Type/EmbeddedFile", "two");
    return finished(std::move(pdf));
  }
};

TEST_P(Hidden, IsComparedByMeaning) {
  const auto& given = GetParam();
  sources.copy = sources.original = {page(1)};
  const auto comparison = run(build("copy", given.copy_page, given.copy_catalogue),
                              build("original", given.original_page, given.original_catalogue));
  EXPECT_EQ(comparison.result, given.outcome);
  if (given.outcome == Outcome::kSameContent)
    EXPECT_TRUE(comparison.findings.empty());
  else
    EXPECT_TRUE(has(comparison, given.code));
}

constexpr const char* kLayerOff = "/OCProperties<</OCGs[50 0 R]/D<</OFF[50 0 R]>>>>";
constexpr const char* kLayerOn = "/OCProperties<</OCGs[50 0 R]/D<<>>>>";
constexpr const char* kAttachedOne = "/Names<</EmbeddedFiles<</Names[(a)<</EF<</F 51 0 R>>>>]>>>>";
constexpr const char* kAttachedTwo = "/Names<</EmbeddedFiles<</Names[(a)<</EF<</F 52 0 R>>>>]>>>>";
constexpr const char* kValueOne =
    "/AcroForm<</Fields[<</FT/Tx/T(amount)/V(1000)/Rect[0 0 0 0]/Subtype/Widget>>]>>";
constexpr const char* kValueTwo =
    "/AcroForm<</Fields[<</FT/Tx/T(amount)/V(9000)/Rect[0 0 0 0]/Subtype/Widget>>]>>";
constexpr const char* kHiddenNote =
    "/Annots[<</Subtype/FreeText/Rect[9 9 50 50]/F 2/Contents(approved)>>]";

INSTANTIATE_TEST_SUITE_P(
    Parts, Hidden,
    testing::Values(
        HiddenCase{"LayersAlike", "", kLayerOff, "", kLayerOff, Outcome::kSameContent, {}},
        HiddenCase{"LayerAdded", "", kLayerOff, "", "", Outcome::kDifferent,
                   Code::kCompareLayersDiffer},
        HiddenCase{"LayerSwitched", "", kLayerOff, "", kLayerOn, Outcome::kDifferent,
                   Code::kCompareLayersDiffer},
        HiddenCase{"LayerLost", "", "", "", kLayerOff, Outcome::kNotComparable,
                   Code::kCompareLayersDiffer},
        HiddenCase{"LayersThatHideNothing", "", kLayerOn, "", "", Outcome::kSameContent, {}},
        HiddenCase{
            "AttachmentsAlike", "", kAttachedOne, "", kAttachedOne, Outcome::kSameContent, {}},
        HiddenCase{"AttachmentChanged", "", kAttachedTwo, "", kAttachedOne, Outcome::kDifferent,
                   Code::kCompareAttachmentsDiffer},
        HiddenCase{"AttachmentLost", "", "", "", kAttachedOne, Outcome::kDifferent,
                   Code::kCompareAttachmentsDiffer},
        HiddenCase{"ValuesAlike", "", kValueOne, "", kValueOne, Outcome::kSameContent, {}},
        HiddenCase{"ValueChanged", "", kValueTwo, "", kValueOne, Outcome::kDifferent,
                   Code::kCompareValuesDiffer},
        HiddenCase{"ValueLost", "", "", "", kValueOne, Outcome::kSameContent, {}},
        HiddenCase{"HiddenNotesAlike", kHiddenNote, "", kHiddenNote, "", Outcome::kSameContent, {}},
        HiddenCase{"HiddenNoteAdded", kHiddenNote, "", "", "", Outcome::kDifferent,
                   Code::kCompareHiddenDiffers}),
    [](const auto& given) { return given.param.name; });

TEST_F(Compare, AnUnreadableFileIsNotComparableAndNamed) {
  sources.copy = sources.original = {page(1)};
  const auto junk = SharedBytes{to_bytes(std::string_view{"no PDF"})};
  const auto comparison = run(junk, finished(document(1, "original")));
  EXPECT_EQ(comparison.result, Outcome::kNotComparable);
  EXPECT_TRUE(has(comparison, Code::kCompareUnreadable));
}

TEST_F(Compare, WithoutARendererTheReasonIsNamed) {
  CompareInput input;
  input.copy = finished(document(1, "copy"));
  input.original = finished(document(1, "original"));
  const auto comparison = compare(input);
  EXPECT_EQ(comparison.result, Outcome::kNotComparable);
  EXPECT_TRUE(has(comparison, Code::kCompareNoRenderer));
}

// Image of `width` pixels over the whole page of 200 points.
SharedBytes scan(const std::string& note, int width) {
  auto pdf = document(1, note, "/Resources<</XObject<</I 60 0 R>>>>");
  pdf.put(10, "<</Type/Page/Parent 2 0 R/Resources<</XObject<</I 60 0 R>>>>/Contents 11 0 R>>");
  pdf.put_stream(11, "", "q 200 0 0 200 0 0 cm /I Do Q");
  const auto side = std::to_string(width);
  pdf.put_stream(60,
                 "/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 1/Width " +
                     side + "/Height " + side,
                 std::string(static_cast<std::size_t>((width + 7) / 8 * width), '\0'));
  return finished(std::move(pdf));
}

TEST_F(Compare, ScansBelowTheLeastResolutionAreNotComparable) {
  sources.copy = sources.original = {page(1)};
  const auto coarse = run(scan("copy", 300), scan("original", 300));  // 108 dpi
  EXPECT_EQ(coarse.result, Outcome::kNotComparable);
  EXPECT_TRUE(has(coarse, Code::kCompareScanTooCoarse));
  EXPECT_EQ(coarse.findings[0].params[2].second, "108");
}

TEST_F(Compare, FineScansAreComparedAtTheirOwnResolution) {
  sources.copy = sources.original = {page(1)};
  const auto fine = run(scan("copy", 600), scan("original", 600));
  EXPECT_EQ(fine.result, Outcome::kSameContent);
  EXPECT_EQ(fine.pages.at(0).dpi, pdf::picture::kDrawingDpi);
}

TEST_F(Compare, AnImmensePageIsRefusedBeforeItIsDrawn) {
  sources.copy = sources.original = {page(1)};
  sources.copy[0].failure = Code::kRenderOutput;  // would be another answer
  auto huge = document(1, "copy");
  huge.put(2, "<</Type/Pages/Kids[10 0 R]/Count 1/MediaBox[0 0 14400 14400]>>");
  const auto comparison = run(finished(std::move(huge)), finished(document(1, "original")));
  EXPECT_EQ(comparison.result, Outcome::kNotComparable);
  EXPECT_TRUE(has(comparison, Code::kCompareDrawingLimit));
}

TEST_F(Compare, TooManyPagesAreRefused) {
  sources.copy = sources.original = {page(1)};
  CompareInput input;
  input.copy = finished(document(3, "copy"));
  input.original = finished(document(3, "original"));
  input.sources = &sources;
  input.drawing.pages = 2;
  const auto comparison = compare(input);
  EXPECT_EQ(comparison.result, Outcome::kNotComparable);
  EXPECT_TRUE(has(comparison, Code::kCompareDrawingLimit));
}

}  // namespace
}  // namespace antin::verifier
