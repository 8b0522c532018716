// What an appearance that comes after a signed revision may lie over. Every way of hiding signed
// text has a twin that hides nothing.

#include "tests/unit/pdf_read/stamps.h"

namespace antin::pdf {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::Not;
using testing::StartsWith;

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

}  // namespace
}  // namespace antin::pdf
