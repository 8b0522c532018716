#include "pdf/picture/compare_pages.h"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "paper.h"

namespace antin::pdf::picture {
namespace {

PageResult compared(const Raster& copy, const Raster& original) {
  return compare_pages(copy, original).result;
}

/// Does a box lie over this pixel?
bool points_at(const PageComparison& answer, std::uint32_t x, std::uint32_t y) {
  return std::any_of(answer.boxes.begin(), answer.boxes.end(), [&](const Difference& one) {
    const auto& p = one.pixels;
    return x >= p.x && x < p.x + p.width && y >= p.y && y < p.y + p.height;
  });
}

constexpr std::string_view kOtherDigit = "20.11 4609.02 38 12.05.2021 079188";
constexpr std::string_view kNoDot = "20.11 4609 02 38 12.05.2021 079168";

TEST(ComparePages, SamePixelsAreIdentical) {
  const auto answer = compare_pages(Page{}.paint(), Page{}.paint());
  EXPECT_EQ(answer.result, PageResult::kSame);
  EXPECT_TRUE(answer.identical);
  EXPECT_TRUE(answer.boxes.empty());
}

TEST(ComparePages, OneStrokeOfOneDigitIsFoundAndPointedAt) {
  const auto answer = compare_pages(Page{.third = kOtherDigit}.paint(), Page{}.paint());
  EXPECT_EQ(answer.result, PageResult::kDifferent);
  ASSERT_EQ(answer.boxes.size(), 1U);
  EXPECT_GT(answer.strongest, 1.5);
  EXPECT_TRUE(points_at(answer, 827, 207));
}

TEST(ComparePages, AMissingFullStopIsFound) {
  // The blank is wider than the stop: the rest of the line is set back.
  Paper without = Page{}.paint();
  without.bar(270, 220, 284, 230, {255, 255, 255});
  EXPECT_EQ(compared(Page{}.paint(), Page{}.paint()), PageResult::kSame);
  const auto answer = compare_pages(without, Page{}.paint());
  EXPECT_EQ(answer.result, PageResult::kDifferent);
  EXPECT_EQ(compared(Page{.third = kNoDot}.paint(), Page{}.paint()), PageResult::kDifferent);
}

TEST(ComparePages, PartsOfAPixelAreTheRenderersBusiness) {
  for (const double by : {0.2, 0.5, 0.8}) {
    EXPECT_EQ(compared(Page{.dx = by, .dy = by}.paint(), Page{}.paint()), PageResult::kSame) << by;
    EXPECT_EQ(compared(Page{.dx = by, .dy = by, .third = kOtherDigit}.paint(), Page{}.paint()),
              PageResult::kDifferent)
        << by;
  }
}

TEST(ComparePages, ALineOnTheNextPixelIsTheSameAndOneMovedByAMillimetreIsNot) {
  EXPECT_EQ(compared(Page{.dy = 1}.paint(), Page{}.paint()), PageResult::kSame);
  EXPECT_EQ(compared(Page{.dy = 12}.paint(), Page{}.paint()), PageResult::kDifferent);
}

TEST(ComparePages, ARuleMayBeAPixelThickerButNotMissing) {
  EXPECT_EQ(compared(Page{.rule = 1}.paint(), Page{}.paint()), PageResult::kSame);
  EXPECT_EQ(compared(Page{.rule = 0}.paint(), Page{}.paint()), PageResult::kDifferent);
  EXPECT_EQ(compared(Page{}.paint(), Page{.rule = 0}.paint()), PageResult::kDifferent);
}

TEST(ComparePages, GrainIsNoDifferenceAndHidesNone) {
  EXPECT_EQ(compared(Page{}.paint().grain(12, 1), Page{}.paint().grain(12, 2)), PageResult::kSame);
  EXPECT_EQ(compared(Page{.third = kOtherDigit}.paint().grain(12, 1), Page{}.paint().grain(12, 2)),
            PageResult::kDifferent);
}

TEST(ComparePages, DamageIsSaidToBeDamageAndHidesNoDigit) {
  const auto damaged =
      compare_pages(Page{}.paint().soften().grain(250, 1), Page{}.paint().grain(250, 2));
  EXPECT_EQ(damaged.result, PageResult::kNotComparable);
  EXPECT_EQ(damaged.reason, Reason::kNoise);
  EXPECT_TRUE(damaged.boxes.empty());
  for (const int grain : {60, 120, 250}) {
    EXPECT_NE(compared(Page{.third = kOtherDigit}.paint().grain(grain, 1),
                       Page{}.paint().grain(grain, 2)),
              PageResult::kSame)
        << grain;
  }
}

TEST(ComparePages, SofterPagesAreTheSameAndHideNothing) {
  EXPECT_EQ(compared(Page{}.paint().soften(), Page{}.paint()), PageResult::kSame);
  EXPECT_EQ(compared(Page{}.paint(), Page{}.paint().soften()), PageResult::kSame);
  EXPECT_EQ(compared(Page{.third = kOtherDigit}.paint().soften(), Page{}.paint()),
            PageResult::kDifferent);
}

TEST(ComparePages, AGreyCopyIsToldAndABlackSealFound) {
  const auto grey = compare_pages(Page{}.paint().grey(), Page{}.paint());
  EXPECT_EQ(grey.result, PageResult::kSame);
  EXPECT_TRUE(grey.colour_lost);
  EXPECT_EQ(compared(Page{.seal = kBlack}.paint(), Page{}.paint()), PageResult::kDifferent);
  EXPECT_EQ(compared(Page{.seal = kBlack}.paint().grey(), Page{}.paint()), PageResult::kDifferent);
}

TEST(ComparePages, ACopyWithMoreColourThanItsOriginalIsDifferent) {
  EXPECT_EQ(compared(Page{}.paint(), Page{}.paint().grey()), PageResult::kDifferent);
}

TEST(ComparePages, ASealMovedOrRemovedIsFoundInBothPlaces) {
  const auto moved = compare_pages(Page{.seal_x = 1020}.paint(), Page{}.paint());
  EXPECT_EQ(moved.result, PageResult::kDifferent);
  const auto gone = compare_pages(Page{.seal_x = 0}.paint(), Page{}.paint());
  EXPECT_EQ(gone.result, PageResult::kDifferent);
  EXPECT_TRUE(points_at(gone, 1000, 520));
}

TEST(ComparePages, AFaintLineIsFoundWhenItGoesAndWhenItComes) {
  EXPECT_EQ(compared(Page{.faint = false}.paint(), Page{}.paint()), PageResult::kDifferent);
  EXPECT_EQ(compared(Page{}.paint(), Page{.faint = false}.paint()), PageResult::kDifferent);
}

TEST(ComparePages, BlankPagesAreTheSameAndAWrittenOneIsNot) {
  EXPECT_EQ(compared(Paper{}, Paper(1240, 640, 254)), PageResult::kSame);
  EXPECT_EQ(compared(Page{}.paint(), Paper{}), PageResult::kDifferent);
  EXPECT_EQ(compared(Paper{}, Page{}.paint()), PageResult::kDifferent);
}

TEST(ComparePages, APixelOfSizeIsRoundingAndThreeMillimetresAreAnotherPage) {
  const auto rounded = compare_pages(Paper(1241, 639), Paper(1240, 640));
  EXPECT_EQ(rounded.result, PageResult::kSame);
  EXPECT_FALSE(rounded.sizes_differ);
  const auto other = compare_pages(Paper(1240, 640), Paper(1204, 640));
  EXPECT_EQ(other.result, PageResult::kDifferent);
  EXPECT_TRUE(other.sizes_differ);
  ASSERT_EQ(other.boxes.size(), 1U);
  EXPECT_EQ(other.boxes[0].pixels, (PixelBox{0, 0, 1240, 640}));
}

TEST(ComparePages, ATurnedPageIsDifferent) {
  Paper turned;
  const Paper upright = Page{}.paint();
  const Raster& from = upright;
  const std::size_t last = from.rgb.size() - 3;
  for (std::size_t i = 0; i <= last; i += 3) {
    std::copy_n(from.rgb.begin() + static_cast<std::ptrdiff_t>(i), 3,
                turned.raster().rgb.begin() + static_cast<std::ptrdiff_t>(last - i));
  }
  EXPECT_EQ(compared(turned, upright), PageResult::kDifferent);
}

TEST(ComparePages, WhatCannotBeComparedIsNeverCalledTheSame) {
  Paper coarse;
  coarse.raster().dpi = 120;
  EXPECT_EQ(compare_pages(coarse, coarse).reason, Reason::kResolution);
  Paper half;
  half.raster().dpi = 150;
  EXPECT_EQ(compare_pages(half, Paper{}).reason, Reason::kResolution);
  Raster broken = Paper{};
  broken.rgb.pop_back();
  for (const Raster& bad : {Raster{}, broken}) {
    EXPECT_EQ(compare_pages(bad, Paper{}).reason, Reason::kNoPicture);
    EXPECT_EQ(compare_pages(Paper{}, bad).result, PageResult::kNotComparable);
  }
}

TEST(ComparePages, BoxesStayOnThePageAndWithinTheirNumber) {
  Paper spotted;
  for (int y = 20; y < 620; y += 60) {
    for (int x = 20; x < 1220; x += 60) spotted.bar(x, y, x + 8, y + 8);
  }
  for (const std::size_t most : {1U, 7U, 64U}) {
    const auto answer = compare_pages(spotted, Paper{}, {.max_boxes = most});
    EXPECT_EQ(answer.result, PageResult::kDifferent);
    EXPECT_LE(answer.boxes.size(), most);
    EXPECT_TRUE(points_at(answer, 24, 24));
    EXPECT_TRUE(points_at(answer, 1164, 564));
    for (const auto& [pixels, points] : answer.boxes) {
      EXPECT_LE(pixels.x + pixels.width, 1240U);
      EXPECT_LE(pixels.y + pixels.height, 640U);
      EXPECT_NEAR(points.x, pixels.x * 72 / 300.0, 1e-9);
      EXPECT_NEAR(points.y + points.height, (640.0 - pixels.y) * 72 / 300, 1e-9);
    }
  }
}

TEST(ComparePages, SmallestPagesHaveAnAnswer) {
  EXPECT_EQ(compared(Paper(1, 1), Paper(1, 1, 0)), PageResult::kDifferent);
  EXPECT_EQ(compared(Paper(3, 2), Paper(3, 2, 254)), PageResult::kSame);
}

TEST(SideBySide, MarksBothPagesAndLeavesTheRestAlone) {
  const Paper copy = Page{.third = kOtherDigit}.paint();
  const Paper original = Page{}.paint();
  const auto answer = compare_pages(copy, original);
  const auto shown = side_by_side(copy, original, answer.boxes);
  ASSERT_TRUE(shown);
  const Raster& picture = shown.value();
  EXPECT_EQ(picture.width, 620U * 2 + 15);
  EXPECT_EQ(picture.height, 320U);
  EXPECT_EQ(picture.dpi, 150);
  const auto pixel = [&](std::uint32_t x, std::uint32_t y) {
    const auto* p = picture.rgb.data() + (std::size_t{y} * picture.width + x) * 3;
    return std::array<int, 3>{p[0], p[1], p[2]};
  };
  const auto& box = answer.boxes.at(0).pixels;
  for (const std::uint32_t page : {0U, 635U}) {
    EXPECT_EQ(pixel(page + box.x / 2 - 14, box.y / 2), (std::array<int, 3>{214, 0, 147}));
    EXPECT_LT(pixel(page + box.x / 2, box.y / 2)[2], 200);
    EXPECT_EQ(pixel(page + 5, 5), (std::array<int, 3>{255, 255, 255}));
  }
}

TEST(SideBySide, TheCopyAloneShowsNothingOfTheOriginal) {
  const Paper copy = Page{.third = kOtherDigit}.paint();
  const auto answer = compare_pages(copy, Page{}.paint());
  const auto shown = marked(copy, answer.boxes);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown.value().width, 620U);
  EXPECT_EQ(shown.value().height, 320U);
  // Whatever the original was: the same picture.
  const auto other = marked(copy, compare_pages(copy, Page{}.paint()).boxes);
  ASSERT_TRUE(other);
  EXPECT_EQ(shown.value().rgb, other.value().rgb);
  EXPECT_FALSE(marked(Raster{}, {}));
}

TEST(SideBySide, RefusesWhatIsNoPicture) {
  EXPECT_FALSE(side_by_side(Raster{}, Paper{}, {}));
  EXPECT_FALSE(side_by_side(Paper{}, Raster{}, {}));
}

}  // namespace
}  // namespace antin::pdf::picture
