#include "pdf/picture/raster.h"

#include <png.h>

#include <gtest/gtest.h>

namespace antin::pdf::picture {
namespace {

using namespace std::string_literals;

TEST(ReadPnm, ColourAndGreyAsRenderersWriteThem) {
  const auto colour = read_pnm(as_bytes("P6\n2 1\n255\nabcdef"), 300);
  ASSERT_TRUE(colour);
  EXPECT_EQ(colour.value().width, 2U);
  EXPECT_EQ(colour.value().height, 1U);
  EXPECT_EQ(colour.value().dpi, 300);
  EXPECT_EQ(as_text(colour.value().rgb), "abcdef");
  const auto grey = read_pnm(as_bytes("P5\n# by some program\n1 2\n255\nxy"), 150);
  ASSERT_TRUE(grey);
  EXPECT_EQ(as_text(grey.value().rgb), "xxxyyy");
}

struct Hostile {
  const char* story;
  std::string octets;
};

class ReadPnmRefuses : public testing::TestWithParam<Hostile> {};

TEST_P(ReadPnmRefuses, WithATypedError) {
  const auto read = read_pnm(as_bytes(GetParam().octets), 300);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kInternal);
}

INSTANTIATE_TEST_SUITE_P(
    Headers, ReadPnmRefuses,
    testing::Values(
        Hostile{"Nothing", ""}, Hostile{"OnlyMagic", "P6"},
        Hostile{"TextKind", "P3\n1 1\n255\nabc"}, Hostile{"NoBlankAfterMagic", "P61 1\n255\nabc"},
        Hostile{"NoWidth", "P6\n0 1\n255\n"}, Hostile{"NoHeight", "P6\n1 0\n255\n"},
        Hostile{"Negative", "P6\n-1 1\n255\nabc"}, Hostile{"Sign", "P6\n+1 1\n255\nabc"},
        Hostile{"TenDigits", "P6\n1000000000 1\n255\nabc"},
        Hostile{"Wraps", "P6\n4294967297 1\n255\nabc"},
        Hostile{"SixteenBits", "P6\n1 1\n65535\nabcdef"}, Hostile{"OneLevel", "P6\n1 1\n1\nabc"},
        Hostile{"CommentWithoutEnd", "P6\n1 1 # 255"},
        Hostile{"NoBlankBeforePixels", "P6\n1 1\n255"}, Hostile{"TooShort", "P6\n2 1\n255\nabcde"},
        Hostile{"TooLong", "P6\n2 1\n255\nabcdefg"}, Hostile{"Zero", "P6\n1\0 1\n255\nabc"s}),
    [](const auto& row) { return row.param.story; });

TEST(ReadPnm, LimitsComeBeforeMemory) {
  for (const char* header : {"P6\n20001 1\n255\n", "P5\n1 20001\n255\n", "P5\n5001 5000\n255\n",
                             "P6\n999999999 999999999\n255\n"}) {
    const auto read = read_pnm(as_bytes(header), 300);
    ASSERT_FALSE(read) << header;
    EXPECT_EQ(read.error().code, Code::kResourceLimit) << header;
  }
  EXPECT_TRUE(read_pnm(as_bytes("P5\n2 1\n255\nab"), 300, {.max_side = 2, .max_pixels = 2}));
  EXPECT_FALSE(read_pnm(as_bytes("P5\n2 1\n255\nab"), 300, {.max_side = 2, .max_pixels = 1}));
  EXPECT_FALSE(read_pnm(as_bytes("P5\n2 1\n255\nab"), 300, {.max_side = 1, .max_pixels = 2}));
}

TEST(WritePng, IsReadBackPixelByPixel) {
  Raster raster{33, 7, 150, Bytes(std::size_t{33} * 7 * 3)};
  for (std::size_t i = 0; i < raster.rgb.size(); ++i) {
    raster.rgb[i] = static_cast<std::uint8_t>(i * 37);
  }
  const auto png = write_png(raster);
  ASSERT_TRUE(png);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  ASSERT_NE(png_image_begin_read_from_memory(&image, png.value().data(), png.value().size()), 0);
  image.format = PNG_FORMAT_RGB;
  Bytes pixels(PNG_IMAGE_SIZE(image));
  ASSERT_NE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr), 0);
  EXPECT_EQ(image.width, 33U);
  EXPECT_EQ(pixels, raster.rgb);
}

TEST(WritePng, RefusesARasterThatContradictsItself) {
  EXPECT_FALSE(write_png(Raster{}));
  EXPECT_FALSE(write_png(Raster{2, 2, 150, Bytes(11)}));
}

}  // namespace
}  // namespace antin::pdf::picture
