#include "pdf/read/page_text.h"

#include <gtest/gtest.h>

#include "tests/fakes/pdf_builder.h"

namespace antin::pdf {
namespace {

constexpr const char* kMap =
    "begincmap 1 begincodespacerange <00> <FF> endcodespacerange\n"
    "2 beginbfchar <01> <1ED0> <02> <0110> endbfchar\n"
    "2 beginbfrange <10> <12> <0041> <20> <21> [<0062> <00630064>] endbfrange endcmap";

std::string page_of(const std::string& content, const std::string& map = kMap,
                    const std::string& annotations = "") {
  test::PdfBuilder pdf;
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>")
      .put(2,
           "<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</Font<</F 5 0 R>>/XObject<</X 7 0 R>>>>>>")
      .put(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R" + annotations + ">>")
      .put_stream(4, "", content)
      .put(5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>")
      .put_stream(6, "", map)
      .put_stream(7, "/Subtype/Form/BBox[0 0 9 9]", "BT /F 9 Tf (\x11) Tj ET /X Do")
      .put_stream(8, "/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F 5 0 R>>>>",
                  "BT /F 9 Tf (\x12) Tj ET")
      .finish_table("/Root 1 0 R");
  const auto document =
      Document::open(SharedBytes{to_bytes(as_bytes(pdf.text()))}, {.password = {}, .limits = {}});
  EXPECT_TRUE(document);
  if (!document) return {};
  const auto text = page_text(document.value(), 0);
  EXPECT_TRUE(text);
  return text ? text.value() : std::string{};
}

TEST(PageText, MapsCodesAsTheFontSays) {
  EXPECT_EQ(page_of("BT /F 9 Tf (\x01\x02) Tj [(\x10) -200 (\x11)] TJ (\x20\x21) ' ET"),
            "ỐĐABbcd\n");
}

TEST(PageText, LeavesAsciiAndMarksWhatIsNotMapped) {
  EXPECT_EQ(page_of("BT /F 9 Tf (x\x03) Tj ET"), "x\xEF\xBF\xBD\n");
  EXPECT_EQ(page_of("BT (x) Tj ET"), "x\n");
}

TEST(PageText, FollowsFormsButNotForEver) {
  const auto text = page_of("/X Do");
  EXPECT_EQ(text.substr(0, 2), "B\n");
  EXPECT_LT(text.size(), 100U);
}

TEST(PageText, ReadsAppearancesThatAreShownOnly) {
  const std::string widget = "/Annots[<</Type/Annot/Subtype/Widget/Rect[0 0 9 9]/AP<</N 8 0 R>>";
  EXPECT_EQ(page_of("", kMap, widget + ">>]"), "C\n\n");
  EXPECT_EQ(page_of("", kMap, widget + "/F 2>>]"), "");
}

TEST(PageText, EndsWhereItsLimitsAre) {
  std::string content = "BT /F 9 Tf ";
  for (int i = 0; i < 110; ++i) content += "(" + std::string(1'000, 'a') + ") Tj ";
  EXPECT_EQ(page_of(content + "ET").size(), 100'001U);
  // A range of 4 billion codes is no map.
  EXPECT_EQ(
      page_of("BT /F 9 Tf (\x41) Tj ET", "1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange"),
      "A\n");
}

TEST(PageText, HasNoPageBehindTheLast) {
  test::PdfBuilder pdf;
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>")
      .put(2, "<</Type/Pages/Kids[]/Count 0>>")
      .finish_table("/Root 1 0 R");
  const auto document =
      Document::open(SharedBytes{to_bytes(as_bytes(pdf.text()))}, {.password = {}, .limits = {}});
  ASSERT_TRUE(document);
  EXPECT_EQ(page_text(document.value(), 0).error().code, Code::kPdfNoSuchPage);
}

}  // namespace
}  // namespace antin::pdf
