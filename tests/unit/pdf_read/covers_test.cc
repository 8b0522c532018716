// What an appearance that comes after a signed revision may lie over. Every way of hiding signed
// text has a twin that hides nothing.

#include "tests/unit/pdf_read/support.h"

namespace antin::pdf {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

constexpr const char* kRoot = "/Root 1 0 R/Info 3 0 R";

struct Stamp {
  std::string name;
  std::string content;                      ///< of the appearance stream, 210 x 30
  std::string more = {};                    ///< keys of its dictionary beside /BBox and /Resources
  std::string resources = {};               ///< inside << >>
  std::map<int, std::string> objects = {};  ///< further objects, from 50
  std::string box = "[0 0 210 30]";
  std::string page = {};  ///< further keys of the page
};

std::string stream(std::string_view dictionary, std::string_view data) {
  return "<<" + std::string{dictionary} + "/Length " + std::to_string(data.size()) +
         ">>\nstream\n" + std::string{data} + "\nendstream";
}

/// One page with a line of text at (100, 500), signed; nothing else below that.
PdfBuilder signed_page(const std::string& page = "",
                       const std::string& content =
                           "BT /F1 12 Tf 100 500 Td (SO TIEN 1000) Tj "
                           "ET") {
  auto pdf = PdfBuilder::document(1);
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>").put(5, "<</Fields[]>>");
  pdf.put(10, PdfBuilder::page_body(0, page)).put_stream(11, "", content);
  pdf.finish_table(kRoot);
  return pdf;
}

/// `over`: the widget lies over the text, else on blank paper below it.
constexpr const char* kOverText = "[90 490 300 520]";
constexpr const char* kBlank = "[90 190 300 220]";

void put_stamp(PdfBuilder& pdf, const Stamp& stamp, const std::string& rect,
               const std::string& widget = "") {
  pdf.put(5, "<</Fields[40 0 R]/SigFlags 3>>");
  pdf.put(10, PdfBuilder::page_body(0, stamp.page + "/Annots[40 0 R]"));
  pdf.put(40, "<</Type/Annot/Subtype/Widget/FT/Sig/T(New)/F 132/V 41 0 R/P 10 0 R/Rect" + rect +
                  "/AP<</N 42 0 R>>" + widget + ">>");
  pdf.put_signature(41);
  pdf.put(42, stream("/Type/XObject/Subtype/Form/BBox" + stamp.box + "/Resources<<" +
                         stamp.resources + ">>" + stamp.more,
                     stamp.content));
  for (const auto& [number, body] : stamp.objects) pdf.put(number, body);
}

std::vector<std::string> effect_of(const Stamp& stamp, const std::string& rect) {
  auto pdf = signed_page(stamp.page);
  put_stamp(pdf, stamp, rect);
  return changes_of(pdf.finish_table(kRoot).finish_signature());
}

std::string image(const std::string& more, const std::string& data, int width = 1, int height = 1) {
  return stream("/Type/XObject/Subtype/Image/Width " + std::to_string(width) + "/Height " +
                    std::to_string(height) + "/ColorSpace/DeviceGray/BitsPerComponent 8" + more,
                data);
}

std::string form(const std::string& more, const std::string& data) {
  return stream("/Type/XObject/Subtype/Form/BBox[0 0 210 30]" + more, data);
}

const std::string kDraw = "q 210 0 0 30 0 0 cm /X Do Q";
const std::string kX = "/XObject<</X 50 0 R>>";
const std::string kLetter = "/Font<</F <</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>";

std::vector<Stamp> covers() {
  const std::string pattern =
      "/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9";
  return {
      {"WhiteRectangle", "1 g 0 0 210 30 re f"},
      {"RectangleOutOfLines", "1 g 0 0 m 210 0 l 210 30 l 0 30 l f*"},
      {"ManySlivers",
       [] {
         std::string lines = "1 g ";
         for (int i = 0; i < 300; ++i) {
           lines +=
               "0 " + std::to_string(i / 10) + "." + std::to_string(i % 10) + "1 210 .08 re f ";
         }
         return lines;
       }()},
      {"OpaqueImage", kDraw, "", kX, {{50, image("", "\xFF")}}},
      {"ImageOfUnknownMask",
       kDraw,
       "",
       kX,
       {{50, image("/SMask 51 0 R", "\xFF")}, {51, image("/Filter/JPXDecode", "x")}}},
      {"SoftMaskOpaqueOverTheText",
       kDraw,
       "",
       kX,
       {{50, image("/SMask 51 0 R", "\xFF")},
        {51, image("", std::string("\x00\xFF\xFF\x00", 4), 4, 1)}}},
      {"SoftMaskInverted",
       kDraw,
       "",
       kX,
       {{50, image("/SMask 51 0 R", "\xFF")}, {51, image("/Decode[1 0]", std::string(1, '\0'))}}},
      {"StencilMask",
       kDraw,
       "",
       kX,
       {{50, stream("/Subtype/Image/Width 1/Height 1/ImageMask true/BitsPerComponent 1",
                    std::string(1, '\0'))}}},
      {"ExplicitMask",
       kDraw,
       "",
       kX,
       {{50, image("/Mask 51 0 R", "\xFF")},
        {51, stream("/Subtype/Image/Width 1/Height 1/ImageMask true/BitsPerComponent 1",
                    std::string(1, '\0'))}}},
      {"InlineImage", "q 210 0 0 30 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xFF EI Q"},
      {"PatternFill",
       "/Pattern cs /P scn 0 0 210 30 re f",
       "",
       "/Pattern<</P 50 0 R>>",
       {{50, stream(pattern, "1 g 0 0 9 9 re f")}}},
      {"Shading", "/S sh", "",
       "/Shading<</S<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 1 0]/Function<</FunctionType "
       "2/Domain[0 1]/N 1>>/Extend[true true]>>>>"},
      {"FormInForm",
       "/X Do",
       "",
       kX,
       {{50, form("/Resources<</XObject<</Y 51 0 R>>>>", "/Y Do")},
        {51, form("", "1 g 0 0 210 30 re f")}}},
      {"FormThatCallsItself",
       "/X Do",
       "",
       kX,
       {{50, form("/Resources<</XObject<</X 50 0 R>>>>", "/X Do")}}},
      {"LettersOverTheLetters", "BT /F 12 Tf 10 10 Td (XXXXXXXXXXXXXXXX) Tj ET", "", kLetter},
      {"BlockLetterOfAnEmbeddedFont",
       "BT /F 40 Tf 0 0 Td (a) Tj ET",
       "",
       "/Font<</F<</Type/Font/Subtype/TrueType/BaseFont/Blocks/FirstChar 97/LastChar 97/Widths[0]"
       "/FontDescriptor<</FontFile2 50 0 R>>>>>>",
       {{50, stream("", "no font at all")}}},
      {"CharstringsOfUnknownReach",
       "BT /F 2 Tf 0 0 Td (a) Tj ET",
       "",
       "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Blocks/FirstChar 97/LastChar 97/Widths[500]"
       "/FontDescriptor<</FontFile3 50 0 R>>>>>>",
       {{50, stream("/Subtype/Type1C", "x")}}},
      {"Type3Glyph",
       "BT /F 30 Tf 0 0 Td (a) Tj ET",
       "",
       "/Font<</F<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar "
       "97/LastChar 97/Widths[7]/Encoding<</Differences[97/a]>>/CharProcs<</a 50 0 R>>>>>>",
       {{50, stream("", "7 0 0 0 7 1 d1 0 0 7 1 re f")}}},
      {"ThickLine", "1 G 30 w 0 15 m 210 15 l S"},
      {"ThickLineScaledUp", "1 G 1 w 0 30 -30 0 0 0 cm .5 -7 m .5 0 l S"},
      {"MitreOfASharpCorner", "1 G 18 w 100 M 0 6 m -60 7 l 0 8 l S 1 g 0 0 105 30 re f"},
      {"BlendModeMultiplyInBlack", "/G gs 0 g 0 0 210 30 re f", "",
       "/ExtGState<</G<</BM/Multiply>>>>"},
      {"ManyVeils",
       [] {
         std::string veils = "/G gs 1 g ";
         for (int i = 0; i < 12; ++i) veils += "0 0 210 30 re f ";
         return veils;
       }(),
       "", "/ExtGState<</G<</ca .2>>>>"},
      {"AlphaThatTheInnerFormLifts",
       "/G gs /X Do",
       "",
       "/ExtGState<</G<</ca .1>>>>" + kX,
       {{50, form("/Resources<</ExtGState<</H<</ca 1>>>>>>", "/H gs 1 g 0 0 210 30 re f")}}},
      {"MatrixThatMovesItThere",
       "1 g 1000 1000 210 30 re f",
       "/Matrix[1 0 0 1 -1000 -1000]",
       "",
       {},
       "[1000 1000 1210 1030]"},
      {"MatrixThatTurnsIt", "1 g 0 0 30 210 re f", "/Matrix[0 1 -1 0 0 0]", "", {}, "[0 0 30 210]"},
      {"BoxScaledUp", "1 g 0 0 1 1 re f", "", "", {}, "[0 0 1 1]"},
      {"BoxOfNothing", "1 g 0 0 210 30 re f", "", "", {}, "[0 0 0 0]"},
      {"ImageWithAnotherForPrinting",
       kDraw,
       "",
       kX,
       {{50, image("/SMask 51 0 R/Alternates[<</Image 52 0 R/DefaultForPrinting true>>]", "\xFF")},
        {51, image("", std::string(1, '\0'))},
        {52, image("", "\xFF")}}},
      {"LettersSaidToHaveNoWidth", "BT /F 60 Tf 20 0 Td (nnnn) Tj ET", "",
       "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats/FirstChar 110/LastChar "
       "110/Widths[0]>>>>"},
      {"Type3GlyphsWithoutWidths",
       "BT /F 1 Tf 0 0 Td (a) Tj ET",
       "",
       "/Font<</F<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]"
       "/Encoding<</Differences[97/a]>>/CharProcs<</a 50 0 R>>>>>>",
       {{50, stream("", "1 0 d0 0 0 210 30 re f")}}},
      {"VectorsThatPutLettersAnywhere", "BT /F 1 Tf 0 0 Td <0001> Tj ET", "",
       "/Font<</F<</Type/Font/Subtype/Type0/Encoding/Identity-V/DescendantFonts[<</Subtype"
       "/CIDFontType2/W2[1[0 -90000 -90000]]>>]>>>>"},
      {"ContentFromElsewhere",
       "/X Do",
       "",
       kX,
       {{50, form("/Ref<</F(other.pdf)/Page 0>>", "q Q")}}},
      {"UnknownOperator", "1 g foo"},
      {"ContentThatCannotBeDecoded", "xx", "/Filter/FlateDecode"},
      {"OnARotatedPage", "1 g 0 0 210 30 re f", "", "", {}, "[0 0 210 30]", "/Rotate 90"},
      {"OnAPageOfOtherUnits", "1 g 0 0 210 30 re f", "", "", {}, "[0 0 210 30]", "/UserUnit 10"},
      {"DoubleQuoteOperator", "BT /F 12 Tf 10 24 Td 14 TL 0 0 (XXXXXXXXXXXXXXXX) \" ET", "",
       kLetter},
      {"ClippedToTheText", "0 0 210 30 re W n 1 g -900 -900 3000 3000 re f"},
      {"OnlyTheDigits", "1 g 64 8 40 12 re f"},
      {"OneDigit", "1 g 74 8 7 12 re f"},
  };
}

class Covering : public testing::TestWithParam<Stamp> {};

INSTANTIATE_TEST_SUITE_P(JudgingOverlays, Covering, testing::ValuesIn(covers()),
                         [](const auto& row) { return row.param.name; });

TEST_P(Covering, IsNeverPermittedOverTextAndFineOnBlankPaper) {
  EXPECT_THAT(effect_of(GetParam(), kOverText),
              Contains(AnyOf("!content hides", "!content cover_unreadable")));
  const auto blank = effect_of(GetParam(), kBlank);
  EXPECT_THAT(blank, Each(Not(StartsWith("!"))));
  EXPECT_THAT(blank, Not(Contains("signature overlaps")));
}

std::vector<Stamp> harmless() {
  return {
      {"NothingDrawn", "q Q"},
      {"InvisibleText", "BT /F 40 Tf 3 Tr 0 0 Td (XXXX) Tj ET", "", kLetter},
      {"SoftMaskClear",
       kDraw,
       "",
       kX,
       {{50, image("/SMask 51 0 R", "\xFF")}, {51, image("", std::string(1, '\0'))}}},
      {"SoftMaskInvertedClear",
       kDraw,
       "",
       kX,
       {{50, image("/SMask 51 0 R", "\xFF")}, {51, image("/Decode[1 0]", "\xFF")}}},
      {"SoftMaskClearOverTheText",
       kDraw,
       "",
       kX,
       {{50, image("/SMask 51 0 R", "\xFF")},
        {51, image("", std::string(3, '\0') + "\xFF", 4, 1)}}},
      {"StencilThatPaintsNothing",
       kDraw,
       "",
       kX,
       {{50, stream("/Subtype/Image/Width 1/Height 1/ImageMask true/BitsPerComponent 1", "\x80")}}},
      {"ThinLineAcross", "0 0 1 RG 1 w 0 8 m 210 30 l S"},
      {"OneVeil", "/G gs 1 g 0 0 210 30 re f", "", "/ExtGState<</G<</ca .3>>>>"},
      {"FrameAroundIt", "1 w 1 1 208 28 re S"},
      {"RectangleBeside", "1 g 120 0 90 30 re f"},
      {"ClippedAway", "150 0 10 30 re W n 1 g 0 0 210 30 re f"},
      {"GroupWithAlpha",
       "/G gs /X Do",
       "",
       "/ExtGState<</G<</ca .1>>>>" + kX,
       {{50, form("/Group<</S/Transparency>>/Resources<</ExtGState<</H<</ca 1>>>>>>",
                  "/H gs 1 g 0 0 210 30 re f")}}},
      {"Type3GlyphThatDrawsNothing",
       "BT /F 30 Tf 0 0 Td (a) Tj ET",
       "",
       "/Font<</F<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar "
       "97/LastChar 97/Widths[7]/Encoding<</Differences[97/a]>>/CharProcs<</a 50 0 R>>>>>>",
       {{50, stream("", "7 0 d0")}}},
  };
}

class Harmless : public testing::TestWithParam<Stamp> {};

INSTANTIATE_TEST_SUITE_P(JudgingOverlays, Harmless, testing::ValuesIn(harmless()),
                         [](const auto& row) { return row.param.name; });

TEST_P(Harmless, LeavesTheTextReadable) {
  EXPECT_THAT(effect_of(GetParam(), kOverText), Each(Not(StartsWith("!"))));
}

const Stamp kWhite{"White", "1 g 0 0 210 30 re f"};
const Stamp kThin{"Thin", "1 w 0 8 m 210 30 l S"};

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
  const auto changes = changes_since(document.value(), 0, {}, blind);
  ASSERT_TRUE(changes);
  EXPECT_TRUE(std::any_of(changes.value().begin(), changes.value().end(),
                          [](const Change& change) { return change.never_permitted; }));
}

}  // namespace
}  // namespace antin::pdf
