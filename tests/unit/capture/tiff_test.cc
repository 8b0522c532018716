#include <array>

#include "tests/unit/capture/support.h"

namespace antin::service::capture {
namespace {

using test::TiffMaking;

TEST(Tiff, EveryCompressionThatScannersUseGivesTheSamePixels) {
  const auto pixels = sheet(403, 301, 1);
  const auto expected = made(request({png(pixels)})).pages.at(0).sha256;
  const std::vector<TiffMaking> makings = {
      {.compression = COMPRESSION_NONE},
      {.compression = COMPRESSION_LZW, .rows_per_strip = 7},
      {.compression = COMPRESSION_ADOBE_DEFLATE, .rows_per_strip = 301},
      {.compression = COMPRESSION_PACKBITS},
      {.compression = COMPRESSION_LZW, .tile = 64},
      {.compression = COMPRESSION_LZW, .mode = "w8"}};
  for (const auto& how : makings) {
    const auto captured = made(request({tiff({{pixels, how}})}));
    EXPECT_EQ(captured.pages.at(0).sha256, expected)
        << how.compression << " " << how.tile << how.mode;
    EXPECT_NEAR(captured.pages.at(0).dpi_x, 200, 0.1);
  }
}

TEST(Tiff, JpegInsideIsReadAsColours) {
  const auto captured = made(
      request({tiff({{sheet(400, 304, 1),
                      {.compression = COMPRESSION_JPEG, .photometric = PHOTOMETRIC_YCBCR}}})}));
  EXPECT_EQ(captured.pages.at(0).colour, pdf::ScanColour::kColour);
  EXPECT_FALSE(captured.pages.at(0).blank);
}

TEST(Tiff, R06_FaxesStayBlackAndWhiteAndAreComplainedAbout) {
  const auto bits = test::bilevel(sheet(kColumns, kRows, 2));
  const auto captured = made(request({tiff({{bits,
                                             {.compression = COMPRESSION_CCITTFAX4,
                                              .photometric = PHOTOMETRIC_MINISWHITE,
                                              .bits = 1}}})}));
  EXPECT_THAT(errors(captured), ::testing::ElementsAre("capture.bilevel"));
  EXPECT_TRUE(holds(captured.document, as_bytes("/DeviceGray/BitsPerComponent 1")) ||
              holds(captured.document, as_bytes("/ColorSpace /DeviceGray/BitsPerComponent 1")));
  // Two colours of a palette are no more than two.
  auto palette = png(bits, {.colour = PNG_COLOR_TYPE_PALETTE, .bits = 1});
  EXPECT_THAT(errors(made(request({palette}))), ::testing::ElementsAre("capture.bilevel"));
}

TEST(Tiff, PagesComeInTheOrderWantedAndThumbnailsAreNoPages) {
  const auto file =
      tiff({{sheet(400, 300, 1), {}},
            {sheet(40, 30, 9), {.thumbnail = true}},
            {sheet(400, 300, 2), {}},
            {sheet(300, 400, 3), {.orientation = 6, .unit = RESUNIT_CENTIMETER, .dpi = 100}}});
  auto asked = request({file});
  const auto natural = made(asked);
  ASSERT_EQ(natural.pages.size(), 3U);
  EXPECT_NEAR(natural.pages[2].dpi_x, 254, 0.1);
  EXPECT_NEAR(natural.pages[2].width_mm, 40, 0.01);
  asked.pages = {{0, 2, 0}, {0, 0, 180}, {0, 1, 0}};
  const auto turned = made(asked);
  EXPECT_EQ(turned.pages[1].sha256, natural.pages[0].sha256);
  EXPECT_EQ(turned.pages[2].sha256, natural.pages[1].sha256);
}

TEST(Tiff, TransparencyLiesOnWhite) {
  test::Pixels pixels{16, 16, 4, {}};
  for (int i = 0; i < 256; ++i) {
    pixels.octets.insert(pixels.octets.end(), {10, 20, 30});
    pixels.octets.push_back(i < 128 ? std::uint8_t{0} : std::uint8_t{255});
  }
  const auto captured = made(request({tiff({{pixels, {.alpha = true}}})}));
  EXPECT_NE(find(captured, Code::kCaptureTransparent), nullptr);
}

TEST(Tiff, ThatIsNotWholeIsRefused) {
  const auto whole = tiff({{sheet(400, 300, 1), {}}, {sheet(400, 300, 2), {}}});
  const auto cut = [&](std::size_t keep) {
    return refused(
        request({Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(keep))}));
  };
  EXPECT_EQ(cut(6), Code::kCaptureDamaged);
  EXPECT_EQ(cut(whole.size() / 3), Code::kCaptureDamaged);
  EXPECT_EQ(cut(whole.size() - 10), Code::kCaptureDamaged);
  const auto fax = tiff({{test::bilevel(sheet(400, 300, 2)),
                          {.compression = COMPRESSION_CCITTFAX4,
                           .photometric = PHOTOMETRIC_MINISWHITE,
                           .bits = 1,
                           .rows_per_strip = 300}}});
  auto holed = fax;
  std::fill_n(holed.begin() + 60, 200, std::uint8_t{0});
  EXPECT_EQ(refused(request({holed})), Code::kCaptureDamaged);
}

/// A TIFF of one directory with these entries (tag, type, value), little-endian, and its next.
Bytes directory(const std::vector<std::array<std::uint32_t, 3>>& entries, std::uint32_t next) {
  Bytes out = to_bytes(std::string_view{"II*\0\x08\0\0\0", 8});
  const auto number = [&out](std::uint32_t value, unsigned octets) {
    for (unsigned i = 0; i < octets; ++i)
      out.push_back(static_cast<std::uint8_t>(value >> 8U * i & 0xFFU));
  };
  number(static_cast<std::uint32_t>(entries.size()), 2);
  for (const auto& [tag, type, value] : entries) {
    number(tag, 2), number(type, 2), number(1, 4), number(value, 4);
  }
  number(next, 4);
  out.resize(out.size() + 64);
  return out;
}

TEST(Tiff, BombsAndCirclesAreRefusedAtOnce) {
  const auto bomb = [](std::uint32_t side, std::uint32_t rows_per_strip,
                       std::uint32_t compression = 5) {
    return directory({{256, 4, side},
                      {257, 4, side},
                      {258, 3, 8},
                      {259, 3, compression},
                      {262, 3, 1},
                      {273, 4, 100},
                      {277, 3, 1},
                      {278, 4, rows_per_strip},
                      {279, 4, 20}},
                     0);
  };
  EXPECT_EQ(refused(request({bomb(60'000, 60'000)})), Code::kCaptureTooLarge);
  EXPECT_EQ(refused(request({bomb(0xFFFFFFF0, 1)})), Code::kCaptureDamaged);
  EXPECT_EQ(refused(request({bomb(8'000, 1)})), Code::kCaptureDamaged);  // 8,000 strips, one listed
  EXPECT_EQ(refused(request({bomb(0, 1)})), Code::kCaptureDamaged);
  // The next directory is this one.
  EXPECT_EQ(refused(request({directory({{256, 4, 8}, {257, 4, 8}}, 8)})), Code::kCaptureDamaged);
  // Compressions that only few libraries read.
  EXPECT_EQ(refused(request({bomb(8, 8, 34'661)})), Code::kCaptureCoding);
}

}  // namespace
}  // namespace antin::service::capture
