#include "tests/unit/capture/support.h"

namespace antin::service::capture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Kinds, S21_AreToldByTheFirstOctetsAndOthersAreRefusedWithM08) {
  EXPECT_EQ(kind_of(as_bytes("\xFF\xD8\xFF\xE0")), FileKind::kJpeg);
  EXPECT_EQ(kind_of(as_bytes({"MM\0*", 4})), FileKind::kTiff);
  EXPECT_EQ(kind_of(as_bytes("%PDF-1.4")), FileKind::kPdf);
  EXPECT_FALSE(kind_of(as_bytes("PK\x03\x04")));
  EXPECT_FALSE(kind_of({}));
  const auto zip = request({to_bytes("PK\x03\x04 named scan.pdf by somebody")});
  EXPECT_EQ(refused(zip), Code::kCaptureKind);
  EXPECT_EQ(info(Code::kCaptureKind).m_number, "M-08");
  EXPECT_EQ(sentence(Code::kCaptureKind, Language::kVietnamese),
            "Định dạng tệp không được hỗ trợ. Chấp nhận: PDF, PNG, JPEG, TIFF.");
}

TEST(Jpeg, S21_IsPlacedAsItIsInItsTrueSize) {
  const auto picture = jpeg(sheet(kColumns, kRows, 1));
  const auto captured = made(request({picture}));
  EXPECT_THAT(errors(captured), IsEmpty());
  EXPECT_TRUE(fits(captured));
  EXPECT_TRUE(as_text(captured.document.view()).starts_with("%PDF-1.7"));
  EXPECT_TRUE(holds(captured.document, picture));
  ASSERT_EQ(captured.pages.size(), 1U);
  EXPECT_NEAR(captured.pages[0].width_mm, kColumns / 200.0 * 25.4, 0.01);
  EXPECT_NEAR(captured.pages[0].dpi_y, 200, 0.1);
  EXPECT_EQ(captured.pages[0].paper, "A6");
  EXPECT_TRUE(captured.pages[0].looked);
  EXPECT_FALSE(captured.pages[0].blank);
}

TEST(Jpeg, ProgressiveGreyAndFourColoursGoInAsTheyAre) {
  for (const unsigned components : {1U, 3U, 4U}) {
    const auto picture = jpeg(sheet(300, 200, 2, 0, 4, components),
                              {.progressive = true, .adobe_cmyk = components == 4});
    auto asked = request({picture});
    asked.declared.paper = paper_named("40x30");  // four colours come without JFIF
    const auto captured = made(asked);
    EXPECT_TRUE(holds(captured.document, picture)) << components;
    EXPECT_EQ(holds(captured.document, as_bytes("/DeviceCMYK/BitsPerComponent 8/Decode[1 0 ")),
              components == 4);
  }
}

TEST(Jpeg, ThatIsNotWholeIsRefused) {
  const auto whole = jpeg(sheet(400, 300, 3));
  ASSERT_TRUE(capture(request({whole})));
  for (const double share : {0.02, 0.5, 0.9, 0.999}) {
    const auto cut = static_cast<std::ptrdiff_t>(static_cast<double>(whole.size()) * share);
    EXPECT_EQ(refused(request({Bytes(whole.begin(), whole.begin() + cut)})), Code::kCaptureDamaged)
        << share;
  }
  auto holed = whole;
  const auto middle = holed.begin() + static_cast<std::ptrdiff_t>(holed.size() / 2);
  holed.erase(middle, middle + 5'000);
  EXPECT_EQ(refused(request({holed})), Code::kCaptureDamaged);
}

TEST(Jpeg, WhatCamerasPutBehindThePictureStaysOutside) {
  const auto picture = jpeg(sheet(400, 300, 3));
  auto file = picture;
  const auto hidden = to_bytes("another picture, or a whole archive, behind the end");
  file.insert(file.end(), hidden.begin(), hidden.end());
  const auto captured = made(request({file}));
  EXPECT_TRUE(holds(captured.document, picture));
  EXPECT_FALSE(holds(captured.document, hidden));
}

TEST(Jpeg, LiesTheWayExifSaysAndTheClerkTurnsIt) {
  const auto camera = [](unsigned orientation) {
    return jpeg(sheet(600, 400, 4), {.exif = test::exif(orientation, 200)});
  };
  const auto upright = made(request({camera(1)}));
  EXPECT_NEAR(upright.pages[0].width_mm, 76.2, 0.01);
  const auto sideways = made(request({camera(6)}));
  EXPECT_NEAR(sideways.pages[0].width_mm, 50.8, 0.01);
  EXPECT_TRUE(holds(sideways.document, as_bytes("q 0 -216 144 0 0 216 cm /Im Do Q")));
  auto turned = request({camera(6)});
  turned.pages = {{0, 0, 270}};
  const auto back = made(turned);
  EXPECT_NEAR(back.pages[0].width_mm, 76.2, 0.01);
  EXPECT_EQ(back.pages[0].fingerprint, upright.pages[0].fingerprint);
  // Pixels are the same however they lie.
  EXPECT_EQ(back.pages[0].sha256, upright.pages[0].sha256);
}

TEST(Jpeg, WithoutResolutionTheClerkIsAskedForThePaper) {
  const auto picture = jpeg(sheet(kColumns, kRows, 5), {.unit = 0, .x = 1, .y = 1});
  auto asked = request({picture});
  const auto unknown = made(asked);
  EXPECT_TRUE(unknown.document.empty());
  EXPECT_FALSE(fits(unknown));
  EXPECT_THAT(errors(unknown), ElementsAre("capture.no_resolution"));
  // EXIF 2.32 4.6.4: 72 stands for "unknown".
  EXPECT_THAT(errors(made(request({jpeg(sheet(300, 200, 5), {.exif = test::exif(1, 72)})}))),
              ElementsAre("capture.no_resolution"));
  asked.declared.paper = paper_named("A6");
  const auto placed = made(asked);
  EXPECT_TRUE(fits(placed));
  EXPECT_NEAR(placed.pages[0].height_mm, 148, 0.5);
}

TEST(Png, GoesInWithItsOwnOctetsWhenItIsPlain) {
  const auto picture = png(sheet(400, 300, 6));
  const auto captured = made(request({picture}));
  const auto text = as_text(ByteView(picture));
  const auto at = text.find("IDAT") + 4;
  EXPECT_TRUE(holds(captured.document, as_bytes(text.substr(at, 2'000))));
  // The same pixels, whatever file they come in.
  const auto packed = made(request({tiff({{sheet(400, 300, 6), {}}})}));
  EXPECT_EQ(captured.pages[0].sha256, packed.pages[0].sha256);
}

TEST(Png, TransparencyLiesOnWhiteAndInterlacedRowsComeInOrder) {
  auto pixels = sheet(400, 300, 6);
  test::Pixels with_alpha{400, 300, 4, {}};
  for (std::size_t i = 0; i < pixels.octets.size(); i += 3) {
    const bool hidden = i < pixels.octets.size() / 2;
    for (std::size_t c = 0; c < 3; ++c) with_alpha.octets.push_back(pixels.octets[i + c]);
    with_alpha.octets.push_back(hidden ? std::uint8_t{0} : std::uint8_t{255});
    if (hidden) std::fill_n(&pixels.octets[i], 3, std::uint8_t{255});
  }
  const auto plain = made(request({png(pixels)}));
  const auto flattened = made(request({png(with_alpha, {.colour = PNG_COLOR_TYPE_RGB_ALPHA})}));
  EXPECT_EQ(flattened.pages[0].sha256, plain.pages[0].sha256);
  EXPECT_NE(find(flattened, Code::kCaptureTransparent), nullptr);
  EXPECT_FALSE(holds(flattened.document, as_bytes("/SMask")));
  const auto interlaced = made(request({png(pixels, {.interlaced = true})}));
  EXPECT_EQ(interlaced.pages[0].sha256, plain.pages[0].sha256);
  EXPECT_EQ(find(interlaced, Code::kCaptureTransparent), nullptr);
}

TEST(Png, ThatIsNotWholeIsRefused) {
  const auto whole = png(sheet(400, 300, 6));
  for (const double share : {0.001, 0.3, 0.99}) {
    const auto cut = static_cast<std::ptrdiff_t>(static_cast<double>(whole.size()) * share);
    EXPECT_EQ(
        refused(request({Bytes(whole.begin(), whole.begin() + std::max(cut, std::ptrdiff_t{9}))})),
        Code::kCaptureDamaged);
  }
  auto changed = whole;
  changed[whole.size() / 2] ^= 1U;
  EXPECT_EQ(refused(request({changed})), Code::kCaptureDamaged);
}

TEST(Pictures, SizesAreLookedAtBeforeMemoryIsAskedFor) {
  auto file = png(sheet(40, 30, 7));
  for (const std::size_t at : {18U, 22U}) file[at] = 0xEA, file[at + 1] = 0x60;  // 60,000
  EXPECT_EQ(refused(request({file})), Code::kCaptureTooLarge);
  auto picture = jpeg(sheet(40, 30, 7));
  const auto frame = as_text(ByteView(picture)).find("\xFF\xC0");
  for (const std::size_t at : {frame + 5, frame + 7}) picture[at] = 0xEA, picture[at + 1] = 0x60;
  EXPECT_EQ(refused(request({picture})), Code::kCaptureTooLarge);
}

TEST(Pictures, TheSameRequestGivesTheSameOctets) {
  const auto files = [] {
    return request(
        {jpeg(sheet(400, 300, 1)), png(sheet(400, 300, 2)), tiff({{sheet(400, 300, 3), {}}})});
  };
  const auto one = made(files()), other = made(files());
  EXPECT_EQ(as_text(one.document.view()), as_text(other.document.view()));
  auto turned = files();
  turned.pages = {{2, 0, 0}, {0, 0, 90}, {1, 0, 0}};
  const auto third = made(turned);
  EXPECT_NE(as_text(one.document.view()), as_text(third.document.view()));
  EXPECT_EQ(third.pages[0].sha256, one.pages[2].sha256);
  EXPECT_NEAR(third.pages[1].width_mm, one.pages[0].height_mm, 1e-3);
}

TEST(Order, EveryPageOnceAndOnlyThoseThatExist) {
  const auto with = [](std::vector<ChosenPage> pages) {
    auto asked = request({jpeg(sheet(40, 30, 1)), jpeg(sheet(40, 30, 2))});
    asked.pages = std::move(pages);
    return asked;
  };
  EXPECT_TRUE(capture(with({{1, 0, 0}, {0, 0, 180}})));
  EXPECT_EQ(refused(with({{2, 0, 0}})), Code::kCaptureOrder);
  EXPECT_EQ(refused(with({{0, 1, 0}})), Code::kCaptureOrder);
  EXPECT_EQ(refused(with({{0, 0, 0}, {0, 0, 0}})), Code::kCaptureOrder);
  EXPECT_EQ(refused(with({{0, 0, 45}})), Code::kCaptureOrder);
  EXPECT_EQ(refused(request({})), Code::kCaptureOrder);
  const auto one = made(with({{1, 0, 0}}));
  EXPECT_NE(find(one, Code::kCaptureLeftOut), nullptr);
}

}  // namespace
}  // namespace antin::service::capture
