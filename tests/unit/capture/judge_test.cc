#include <cmath>

#include "service/capture/look.h"
#include "tests/unit/capture/support.h"

namespace antin::service::capture {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string said(const Captured& captured, Code code) {
  const auto* found = find(captured, code);
  return found == nullptr ? "" : sentence(code, Language::kVietnamese, found->params);
}

Bytes at_dpi(int dpi, unsigned seed, unsigned components = 3) {
  const auto side = [&](double mm) { return static_cast<std::uint32_t>(mm / 25.4 * dpi + 0.5); };
  return jpeg(sheet(side(105), side(148), seed, 0, 24, components), {.x = dpi, .y = dpi});
}

TEST(Standard, R06_SaysWhichPageIsTooCoarseInThePrescribedWords) {
  const auto captured = made(request({at_dpi(200, 1), at_dpi(300, 2), at_dpi(150, 3)}));
  EXPECT_THAT(errors(captured), ElementsAre("capture.dpi"));
  EXPECT_EQ(said(captured, Code::kCaptureDpi), "Trang 3: 150 dpi, yêu cầu tối thiểu 200 dpi.");
  // One per cent below still passes, a little more does not and is never called 200.
  EXPECT_TRUE(fits(made(request({at_dpi(198, 4)}))));
  EXPECT_EQ(said(made(request({at_dpi(197, 4)})), Code::kCaptureDpi),
            "Trang 1: 197 dpi, yêu cầu tối thiểu 200 dpi.");
  auto strict = request({at_dpi(200, 1)});
  strict.standard.min_dpi = 300;
  EXPECT_EQ(said(made(strict), Code::kCaptureDpi), "Trang 1: 200 dpi, yêu cầu tối thiểu 300 dpi.");
}

TEST(Standard, R06_GreyIsWarnedOfAndTwoDirectionsShouldAgree) {
  auto grey = request({at_dpi(200, 1, 1)});
  const auto warned = made(grey);
  EXPECT_TRUE(fits(warned));
  EXPECT_EQ(find(warned, Code::kCaptureGray)->severity, Severity::kWarning);
  grey.declared.colour = Declared::Colour::kNotExpected;
  EXPECT_EQ(find(made(grey), Code::kCaptureGray)->severity, Severity::kInfo);
  const auto uneven = made(request({jpeg(sheet(kColumns, kRows, 1), {.x = 200, .y = 240})}));
  EXPECT_NE(find(uneven, Code::kCaptureUneven), nullptr);
}

TEST(Standard, C07_CountsPagesAgainstTheOriginal) {
  auto asked = request({at_dpi(200, 1), at_dpi(200, 2)});
  asked.declared.pages = 3;
  const auto captured = made(asked);
  EXPECT_THAT(errors(captured), ElementsAre("office.page_count_differs"));
  EXPECT_EQ(said(captured, Code::kPageCountDiffers),
            "Số trang quét (2) khác số trang bản chính (3).");
  asked.declared.pages = 2;
  EXPECT_TRUE(fits(made(asked)));
}

TEST(Standard, R06_ScaleIsHundredPerCentOfThePaperStated) {
  auto asked = request({at_dpi(200, 1)});
  asked.declared.paper = paper_named("A6");
  EXPECT_TRUE(fits(made(asked)));
  asked.declared.paper = paper_named("148x105");
  EXPECT_TRUE(fits(made(asked)));
  asked.declared.paper = paper_named("A5");
  EXPECT_THAT(errors(made(asked)), ElementsAre("capture.scale"));
  EXPECT_FALSE(paper_named("A9"));
  EXPECT_FALSE(paper_named("210x"));
  EXPECT_FALSE(paper_named("2x297"));
}

TEST(Looking, BlankSidesAreSeenAndAPageNumberIsNotBlank) {
  const auto blank = made(request({jpeg(sheet(kColumns, kRows, 1, 0, 0))}));
  EXPECT_NE(find(blank, Code::kCaptureBlank), nullptr);
  EXPECT_TRUE(fits(blank));
  auto numbered = sheet(kColumns, kRows, 1, 0, 0);
  for (std::size_t y = 1'050; y < 1'074; ++y) {  // "1", three millimetres high
    std::fill_n(&numbered.octets[(y * kColumns + 410) * 3], 3 * 6, std::uint8_t{20});
  }
  EXPECT_EQ(find(made(request({jpeg(numbered)})), Code::kCaptureBlank), nullptr);
}

TEST(Looking, SkewIsMeasuredToAFifthOfADegree) {
  for (const double degrees : {-3.0, -1.4, 0.0, 0.6, 2.2, 4.0}) {
    const auto captured =
        made(request({jpeg(sheet(kColumns, kRows, 5, std::tan(degrees * 3.14159265 / 180)))}));
    ASSERT_TRUE(captured.pages.at(0).skew) << degrees;
    EXPECT_NEAR(*captured.pages.at(0).skew, degrees, 0.2);
    EXPECT_EQ(find(captured, Code::kCaptureSkewed) != nullptr, std::abs(degrees) > 1) << degrees;
  }
  EXPECT_FALSE(made(request({jpeg(sheet(kColumns, kRows, 1, 0, 0))})).pages.at(0).skew);
  // On its side it is as straight as before.
  auto turned = request({jpeg(sheet(kColumns, kRows, 5, std::tan(2 * 3.14159265 / 180)))});
  turned.pages = {{0, 0, 90}};
  ASSERT_TRUE(made(turned).pages.at(0).skew);
  EXPECT_NEAR(*made(turned).pages.at(0).skew, 2, 0.2);
}

TEST(Looking, OneSheetTwiceIsAnErrorAndScannedTwiceAWarning) {
  const auto pixels = sheet(kColumns, kRows, 1);
  const auto once = jpeg(pixels);
  EXPECT_THAT(errors(made(request({once, once}))), ElementsAre("capture.same_page"));
  // The same pixels in another kind of file.
  EXPECT_THAT(errors(made(request({png(pixels), tiff({{pixels, {}}})}))),
              ElementsAre("capture.same_page"));
  // Scanned again: other pixels, other quality.
  const auto again = made(request({once, jpeg(sheet(kColumns, kRows, 1, 0.001), {.quality = 60})}));
  EXPECT_THAT(errors(again), IsEmpty());
  EXPECT_THAT(codes(again, Severity::kWarning), Contains("capture.alike_page"));
  // Blank sides are all alike.
  const auto blanks =
      made(request({jpeg(sheet(kColumns, kRows, 1, 0, 0)), jpeg(sheet(kColumns, kRows, 1, 0, 0))}));
  EXPECT_THAT(codes(blanks, Severity::kWarning), ElementsAre("capture.blank", "capture.blank"));
}

TEST(Looking, TurningASmallPictureFollowsTheTable) {
  const SmallPicture stored{3, 2, {1, 2, 3, 4, 5, 6}};
  const auto grey = [&](std::uint8_t orientation) { return upright(stored, orientation).grey; };
  EXPECT_THAT(grey(2), ElementsAre(3, 2, 1, 6, 5, 4));
  EXPECT_THAT(grey(3), ElementsAre(6, 5, 4, 3, 2, 1));
  EXPECT_THAT(grey(4), ElementsAre(4, 5, 6, 1, 2, 3));
  EXPECT_THAT(grey(5), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(grey(6), ElementsAre(4, 1, 5, 2, 6, 3));
  EXPECT_THAT(grey(7), ElementsAre(6, 3, 5, 2, 4, 1));
  EXPECT_THAT(grey(8), ElementsAre(3, 6, 2, 5, 1, 4));
  for (std::uint8_t orientation = 1; orientation <= 8; ++orientation)
    EXPECT_EQ(pdf::turned(pdf::turned(orientation, 3), 1), orientation);
}

}  // namespace
}  // namespace antin::service::capture
