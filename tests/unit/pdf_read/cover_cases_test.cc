// Several appearances, several revisions, annotations and fields over what was signed.

#include "tests/unit/pdf_read/stamps.h"

namespace antin::pdf {
namespace {

using testing::Contains;
using testing::Each;
using testing::Not;
using testing::StartsWith;

// What was read once is not taken for what it was before it changed: the picture that the signed
// page drew becomes nothing, and a stamp where it was hides it all the same.
TEST(Covers, WhatChangedSinceIsJudgedAsItWasSigned) {
  for (const bool over : {true, false}) {
    for (const char* later : {"1 g 9 9 1 1 re f", "0 g 0 0 200 20 re f"}) {
      auto pdf = signed_page("", "");
      const std::string page =
          "<</Type/Page/Parent 2 0 R/Resources<</XObject<</X 12 0 R>>>>/Contents 11 0 R";
      pdf.put(10, page + ">>").put_stream(11, "", "1 0 0 1 95 495 cm /X Do");
      pdf.put(12, form("", "0 g 0 0 200 20 re f")).finish_table(kRoot);
      put_stamp(pdf, kWhite, over ? kOverText : kBlank);
      pdf.put(10, page + "/Annots[40 0 R]>>").put(12, form("", later));
      const auto changes = changes_of(pdf.finish_table(kRoot).finish_signature(), 1);
      EXPECT_EQ(testing::Value(changes, Contains("!content hides")), over) << later;
    }
  }
}

TEST(Covers, WhatTouchesTextAndLeavesItReadableIsSaid) {
  EXPECT_THAT(effect_of(kThin, kOverText), Contains("signature overlaps"));
}

TEST(Covers, EveryStateOfAnAppearanceCounts) {
  for (const char* appearance : {"/AP<</N<</Off 43 0 R/On 42 0 R>>>>/AS/Off",
                                 "/AP<</N 43 0 R/D 42 0 R>>", "/AP<</N 43 0 R/R 42 0 R>>"}) {
    for (const bool over : {true, false}) {
      auto pdf = signed_page();
      put_stamp(pdf, kWhite, over ? kOverText : kBlank);
      pdf.put(40, std::string{"<</Type/Annot/Subtype/Widget/FT/Sig/T(New)/F 132/V 41 0 R/Rect"} +
                      (over ? kOverText : kBlank) + appearance + ">>");
      pdf.put(43, form("", "q Q"));
      const auto changes = changes_of(pdf.finish_table(kRoot).finish_signature());
      if (over) {
        EXPECT_THAT(changes, Contains("!content hides")) << appearance;
      } else {
        EXPECT_THAT(changes, Each(Not(StartsWith("!")))) << appearance;
      }
    }
  }
}

TEST(Covers, HiddenAndEmptyWidgetsCoverNothingAndPrintedOnesDo) {
  const auto with = [](const std::string& flags, const std::string& rect) {
    auto pdf = signed_page();
    put_stamp(pdf, kWhite, rect);
    pdf.put(40, "<</Type/Annot/Subtype/Widget/FT/Sig/T(New)/F " + flags + "/V 41 0 R/Rect" + rect +
                    "/AP<</N 42 0 R>>>>");
    return changes_of(pdf.finish_table(kRoot).finish_signature());
  };
  EXPECT_THAT(with("2", kOverText), Each(Not(StartsWith("!"))));
  EXPECT_THAT(with("32", kOverText), Each(Not(StartsWith("!"))));
  EXPECT_THAT(with("4", "[90 490 90 520]"), Each(Not(StartsWith("!"))));
  EXPECT_THAT(with("36", kOverText), Contains("!content hides"));   // on paper only
  EXPECT_THAT(with("288", kOverText), Contains("!content hides"));  // when the mouse is there
  // Neither turned nor scaled with the page: where it ends up the viewer decides.
  EXPECT_THAT(with("8", kOverText), Contains("!content cover_unreadable"));
  EXPECT_THAT(with("8", "[90 30 100 40]"), Each(Not(StartsWith("!"))));
}

TEST(Covers, EveryWidgetOfAFieldCounts) {
  for (const bool over : {true, false}) {
    auto pdf = signed_page();
    put_stamp(pdf, kWhite, kBlank);
    pdf.put(10, PdfBuilder::page_body(0, "/Annots[44 0 R 45 0 R]"));
    pdf.put(40, "<</FT/Sig/T(New)/V 41 0 R/Kids[44 0 R 45 0 R]>>");
    for (const int widget : {44, 45}) {
      pdf.put(widget, std::string{"<</Type/Annot/Subtype/Widget/Parent 40 0 R/F 132/AP<</N 42 0 "
                                  "R>>/Rect"} +
                          (over && widget == 45 ? kOverText : kBlank) + ">>");
    }
    const auto changes = changes_of(pdf.finish_table(kRoot).finish_signature());
    if (over) {
      EXPECT_THAT(changes, Contains("!content hides"));
    } else {
      EXPECT_THAT(changes, Each(Not(StartsWith("!"))));
    }
  }
}

TEST(Covers, SeveralThinVeilsOfSeveralSignaturesAddUp) {
  const auto with = [](int count) {
    auto pdf = signed_page();
    std::string all;
    for (int i = 0; i < count; ++i) all += std::to_string(60 + i) + " 0 R ";
    put_stamp(pdf, {"Veil", "/G gs 1 g 0 0 210 30 re f", "", "/ExtGState<</G<</ca .3>>>>"}, kBlank);
    pdf.put(5, "<</Fields[40 0 R " + all + "]/SigFlags 3>>");
    pdf.put(10, PdfBuilder::page_body(0, "/Annots[40 0 R " + all + "]"));
    for (int i = 0; i < count; ++i) {
      pdf.put(60 + i, "<</Type/Annot/Subtype/Widget/FT/Sig/T(V" + std::to_string(i) +
                          ")/F 132/V 41 0 R/Rect" + kOverText + "/AP<</N 42 0 R>>>>");
    }
    return changes_of(pdf.finish_table(kRoot).finish_signature());
  };
  EXPECT_THAT(with(1), Not(Contains("!content hides")));
  EXPECT_THAT(with(5), Contains("!content hides"));
  EXPECT_THAT(with(80), Contains("!content budget"));
}

TEST(Covers, AppearanceReplacedInAThirdRevisionIsJudgedAgainstTheFirst) {
  for (const bool opaque : {true, false}) {
    auto pdf = signed_page();
    put_stamp(pdf, kThin, kOverText);
    pdf.finish_table(kRoot).finish_signature();
    pdf.put(42, form("", opaque ? kWhite.content : "1 w 0 9 m 210 29 l S")).finish_table(kRoot);
    const auto changes = changes_of(pdf, 0);
    EXPECT_EQ(testing::Value(changes, Contains("!content hides")), opaque);
    EXPECT_THAT(changes_of(pdf, 1), Contains("!content signed_field_appearance"));
  }
}

TEST(Covers, TimestampMayNotLieOverAnythingAtAll) {
  for (const bool over : {true, false}) {
    auto pdf = signed_page();
    put_stamp(pdf, kThin, over ? kOverText : kBlank);
    pdf.put(41,
            "<</Type/DocTimeStamp/SubFilter/ETSI.RFC3161/ByteRange [0 9999999999 9999999999 "
            "9999999999]/Contents <aa>>>");
    const auto changes = changes_of(pdf.finish_table(kRoot).finish_signature());
    if (over) {
      EXPECT_THAT(changes, Contains("!content covers"));
    } else {
      EXPECT_THAT(changes, Each(Not(StartsWith("!"))));
    }
  }
}

TEST(Covers, SignatureMayCrossAnEarlierOneAndNotReplaceIt) {
  const auto with = [](const Stamp& later) {
    auto pdf = signed_page();
    put_stamp(pdf, {"Scrawl", "0 0 1 RG 2 w 5 5 m 60 28 l 120 3 l 200 25 l S"}, kBlank);
    pdf.finish_table(kRoot).finish_signature();
    pdf.put(5, "<</Fields[40 0 R 70 0 R]/SigFlags 3>>");
    pdf.put(10, PdfBuilder::page_body(0, "/Annots[40 0 R 70 0 R]"));
    pdf.put(70, std::string{"<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/F 132/V 71 0 R/Rect"} +
                    kBlank + "/AP<</N 72 0 R>>>>");
    pdf.put_signature(71).put(72, form("", later.content));
    return changes_of(pdf.finish_table(kRoot).finish_signature(), 1);
  };
  EXPECT_THAT(with(kThin), Contains("signature overlaps"));
  EXPECT_THAT(with({"LeftThird", "1 0 0 rg 0 0 70 30 re f"}), Contains("signature overlaps"));
  EXPECT_THAT(with(kWhite), Contains("!content hides"));
}

TEST(Covers, AnnotationsLieOnBlankPaperOnly) {
  const auto with = [](const std::string& annotation) {
    auto pdf = signed_page();
    pdf.put(10, PdfBuilder::page_body(0, "/Annots[40 0 R]"));
    pdf.put(40, "<</Type/Annot" + annotation + ">>");
    return changes_of(pdf.finish_table(kRoot));
  };
  const std::string over{kOverText}, blank{kBlank};
  for (const char* kind : {"FreeText/Contents(x)", "Stamp", "Square", "Circle", "Ink", "Caret",
                           "Highlight", "Underline", "Line", "Redact", "Text"}) {
    EXPECT_THAT(with(std::string{"/Subtype/"} + kind + "/Rect" + over), Contains("!content covers"))
        << kind;
    EXPECT_THAT(with(std::string{"/Subtype/"} + kind + "/Rect" + blank),
                Not(Contains("!content covers")))
        << kind;
  }
  // What the viewer draws out of other numbers than /Rect.
  EXPECT_THAT(with("/Subtype/Highlight/QuadPoints[95 495 200 495 95 510 200 510]/Rect" + blank),
              Contains("!content covers"));
  EXPECT_THAT(with("/Subtype/Ink/InkList[[95 495 200 510]]/Rect" + blank),
              Contains("!content covers"));
  EXPECT_THAT(with("/Subtype/Line/L[95 495 200 510]/Rect" + blank), Contains("!content covers"));
  EXPECT_THAT(with("/Subtype/Square/F 2/Rect" + over), Not(Contains("!content covers")));
  EXPECT_THAT(with("/Subtype/Square/F 36/Rect" + over), Contains("!content covers"));
  EXPECT_THAT(with("/Subtype/Popup/Rect" + over), Not(Contains("!content covers")));
}

TEST(Covers, FilledFieldMayStandOnLinesAndNotOnText) {
  const auto with = [](const std::string& under, const std::string& appearance,
                       const std::string& widget = "") {
    auto pdf = PdfBuilder::document(1);
    const std::string head =
        std::string{"<</Type/Annot/Subtype/Widget/FT/Tx/T(Name)/F 4/DA(/F1 12 Tf)/Rect"} +
        kOverText;
    pdf.put(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>").put(5, "<</Fields[40 0 R]>>");
    pdf.put(10, PdfBuilder::page_body(0, "/Annots[40 0 R]")).put_stream(11, "", under);
    pdf.put(40, head + "/AP<</N 42 0 R>>" + widget + ">>").put(42, form("", "q Q"));
    pdf.finish_table(kRoot);
    pdf.put(40, head + "/V(Nguyen Van A)/AP<</N 43 0 R>>" + widget + ">>");
    pdf.put(43, form("/Resources<<" + kLetter + ">>", appearance));
    return changes_of(pdf.finish_table(kRoot));
  };
  const std::string value = "BT /F 12 Tf 10 10 Td (Nguyen Van A) Tj ET";
  const std::string dots = "BT /F1 12 Tf 92 498 Td (................................) Tj ET";
  const std::string text = "BT /F1 12 Tf 100 500 Td (SO TIEN 1000) Tj ET";
  EXPECT_THAT(with(dots, value), Each(Not(StartsWith("!"))));
  EXPECT_THAT(with("1 w 90 497 m 300 497 l S 90 490 210 30 re S", value),
              Each(Not(StartsWith("!"))));
  EXPECT_THAT(with(text, value), Contains("!content hides"));
  EXPECT_THAT(with(text, kWhite.content), Contains("!content hides"));
  EXPECT_THAT(with("", kWhite.content + (" 0 g " + value)), Each(Not(StartsWith("!"))));
  // What is stored is not shown.
  EXPECT_THAT(with("", kWhite.content), Contains("!content field_disagrees"));
}

TEST(Covers, PageThatCannotBeReadIsTakenForFull) {
  auto pdf = PdfBuilder::document(1);
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>").put(5, "<</Fields[]>>");
  pdf.put_stream(11, "/Filter/FlateDecode", "damaged").finish_table(kRoot);
  put_stamp(pdf, kThin, kBlank);
  EXPECT_THAT(changes_of(pdf.finish_table(kRoot).finish_signature()),
              Contains("!content cover_unreadable"));
}

TEST(Covers, PageThatTheParserGivesUpOnIsTakenForFull) {
  for (const bool sound : {true, false}) {
    auto pdf = signed_page("", sound ? "BT ET" : "BT ET <zz> ) Tj");
    put_stamp(pdf, kThin, kBlank);
    const auto changes = changes_of(pdf.finish_table(kRoot).finish_signature());
    EXPECT_EQ(testing::Value(changes, Contains("!content cover_unreadable")), !sound);
  }
}

TEST(Covers, ScannedPaperMayBeWrittenOnWhereItIsBlank) {
  // A scan of 2 x 2 pixels: black above, white below.
  const auto with = [](const Stamp& stamp, const std::string& rect, const std::string& filter) {
    auto pdf = PdfBuilder::document(1);
    pdf.put(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>").put(5, "<</Fields[]>>");
    pdf.put(10, "<</Type/Page/Parent 2 0 R/Resources<</XObject<</I 12 0 R>>>>/Contents 11 0 R>>");
    pdf.put_stream(11, "", "595 0 0 842 0 0 cm /I Do");
    pdf.put(12, image(filter, std::string{"\0\0\xFF\xFF", 4}, 2, 2)).finish_table(kRoot);
    put_stamp(pdf, stamp, rect);
    pdf.put(10,
            "<</Type/Page/Parent 2 0 R/Resources<</XObject<</I 12 0 R>>>>/Contents 11 0 R"
            "/Annots[40 0 R]>>");
    return changes_of(pdf.finish_table(kRoot).finish_signature());
  };
  EXPECT_THAT(with(kWhite, kOverText, ""), Contains("!content hides"));
  EXPECT_THAT(with(kWhite, kBlank, ""), Each(Not(StartsWith("!"))));
  EXPECT_THAT(with(kWhite, kBlank, "/Filter/JBIG2Decode"), Contains("!content hides"));
  EXPECT_THAT(with(kThin, kBlank, "/Filter/JBIG2Decode"), Contains("signature overlaps"));
}

TEST(Covers, BudgetEndsTheComparisonOfManyRevisions) {
  auto pdf = signed_page();
  put_stamp(pdf, kThin, kBlank);
  pdf.finish_table(kRoot).finish_signature();
  const auto document = open(pdf);
  ASSERT_TRUE(document);
  ChangeBudget budget;
  budget.comparisons = 1;
  EXPECT_TRUE(changes_since(document.value(), 0, {}, budget));
  const auto second = changes_since(document.value(), 0, {}, budget);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kPdfChangeBudget);
  ChangeBudget few;
  few.steps = 3;
  EXPECT_FALSE(changes_since(document.value(), 0, {}, few));
  // Without means to look at drawings nothing counts as harmless.
  ChangeBudget blind;
  blind.operators = 0;
  const auto unread = open(pdf);
  ASSERT_TRUE(unread);
  const auto changes = changes_since(unread.value(), 0, {}, blind);
  ASSERT_TRUE(changes);
  EXPECT_TRUE(std::any_of(changes.value().begin(), changes.value().end(),
                          [](const Change& change) { return change.never_permitted; }));
}

}  // namespace
}  // namespace antin::pdf
