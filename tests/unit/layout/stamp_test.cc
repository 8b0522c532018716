// Lời chứng and QR code on pages that exist: words, place, and that nothing else changes.

#include "service/layout/stamp.h"

#include <gtest/gtest.h>

#include "service/layout/qr.h"
#include "tests/unit/layout/support.h"
#include "verifier/attestation.h"

namespace antin::service::layout {
namespace {

const std::vector<std::string> kThreeLines = {"Chứng thực bản sao đúng với bản chính",
                                              "Số chứng thực 125/ĐT quyển số 01/2026 - SCT/BS",
                                              "Ngày 21 tháng 11 năm 2026"};

class Stamp : public ::testing::Test {
 protected:
  Result<Stamped> stamped(const Bytes& document, const Style& style = {},
                          const std::string& qr = {}) {
    auto asked = attested(document);
    asked.style = style;
    asked.qr = qr;
    return stamp(asked, pictures_, random_);
  }
  StampRequest attested(const Bytes& document) const {
    auto asked = asked_of(document);
    asked.attestation = &layout_;
    asked.data = attestation_data();
    return asked;
  }
  // The whole file; the three lines stand on its last page and the verifier reads their numbers.
  Bytes good(const Bytes& document, const Result<Stamped>& made, const std::string& name) {
    EXPECT_TRUE(made) << to_log_line(made.error());
    if (!made) return {};
    const auto file = joined(document, made.value().tail);
    keep(file, name);
    const auto text = text_of(file, static_cast<int>(made.value().pages));
    for (const auto& line : kThreeLines) EXPECT_NE(text.find(line), std::string::npos) << text;
    EXPECT_EQ(fakes::said_of(file, "qpdf --check", "").find("WARNING"), std::string::npos);
    const auto opened = pdf::Document::open(SharedBytes{file}, {});
    EXPECT_TRUE(opened) << to_log_line(opened.error());
    if (!opened) return file;
    EXPECT_TRUE(opened.value().findings().empty());
    EXPECT_EQ(opened.value().page_count().value(), made.value().pages);
    const auto read = verifier::read_attestation(opened.value(), made.value().pages);
    EXPECT_EQ(read.number, "125/ĐT");
    EXPECT_EQ(read.book, "01/2026-SCT/BS");
    return file;
  }

  Layout layout_ = installed("loi-chung-ban-sao");
  PopplerPictures pictures_;
  fakes::CountingRandom random_;
};

TEST_F(Stamp, C11_ThreeLinesVerbatimOnTheLastPage) {
  const auto document = pages({{.content = lines_down_to(700)}, {.content = lines_down_to(500)}});
  const auto made = stamped(document);
  const auto file = good(document, made, "attestation-portrait");
  EXPECT_TRUE(std::equal(document.begin(), document.end(), file.begin()));
  EXPECT_EQ(made.value().pages, 2U);
  EXPECT_TRUE(made.value().findings.empty());
  const auto* box = place_named(made.value(), "box");
  ASSERT_NE(box, nullptr);
  EXPECT_EQ(box->page, 2U);
  EXPECT_GE(box->width_mm, 90);
  EXPECT_GE(box->height_mm, 60);
  // Right below the text, which ends near 842 - 500 points.
  EXPECT_NEAR(box->y_mm, (842 - 500) * 25.4 / 72 + 3, 6);
}

TEST_F(Stamp, C12_EveryRotationAndCropBoxStaysUpright) {
  for (const auto* turn : {"0", "90", "180", "270"}) {
    SCOPED_TRACE(turn);
    const auto document = pages({{.entries = std::string{"/CropBox[20 30 560 800]/Rotate "} + turn,
                                  .content = "5 0 0 5 11 13 cm 0 0 1 rg 20 30 20 20 re f q"}});
    const auto made = stamped(document, {.size_pt = 0, .rgb = 0x0000FF});
    good(document, made, std::string{"attestation-rotate-"} + turn);
    EXPECT_EQ(made.value().pages, 1U);
  }
}

TEST_F(Stamp, C12_LandscapeA3AndShiftedPages) {
  const auto a3 = pages({{.media = "[0 0 1190.55 841.89]", .content = lines_down_to(300)}});
  const auto on_a3 = stamped(a3);
  good(a3, on_a3, "attestation-a3-landscape");
  EXPECT_EQ(on_a3.value().pages, 1U);
  const auto shifted = pages({{.media = "[-300 -200 295.276 641.89]", .content = ""}});
  good(shifted, stamped(shifted), "attestation-shifted");
}

TEST_F(Stamp, C12_AFullPageGetsAnA4PageOfItsOrientation) {
  for (const bool landscape : {false, true}) {
    SCOPED_TRACE(landscape);
    const std::string media = landscape ? "[0 0 1190.55 841.89]" : "[0 0 595.276 841.89]";
    const auto document = pages({{.media = media, .content = "0.9 g 0 0 1191 842 re f"}});
    const auto made = stamped(document, {}, "https://tra-cuu.example.vn/v/7KQ4M2ZP9XW3TR8B");
    good(document, made, landscape ? "attestation-new-landscape" : "attestation-new-portrait");
    ASSERT_EQ(made.value().pages, 2U);
    ASSERT_EQ(made.value().findings.size(), 2U);
    EXPECT_EQ(made.value().findings[0].code, Code::kLayoutPageAdded);
    EXPECT_EQ(made.value().findings[1].code, Code::kLayoutQrMoved);
    const auto opened =
        pdf::Document::open(SharedBytes{joined(document, made.value().tail)}, {}).value();
    const auto seen = opened.page_geometry(1).value().visible;
    EXPECT_NEAR(seen.width(), landscape ? 841.89 : 595.276, 0.1);
  }
}

TEST_F(Stamp, C12_TheSmallestFreePlaceIsUsedAndOneSmallerIsNot) {
  // Grey all over but for a hole of so many millimetres.
  const auto holed = [](double width_mm, double height_mm) {
    const auto points = [](double mm) { return std::to_string(mm * 72 / 25.4); };
    return pages({{.content = "0.8 g 0 0 595.276 841.89 re f 1 g " + points(40) + " " + points(50) +
                              " " + points(width_mm) + " " + points(height_mm) + " re f"}});
  };
  const auto fitting = holed(90.4, 74);
  const auto made = stamped(fitting);
  good(fitting, made, "attestation-hole");
  EXPECT_EQ(made.value().pages, 1U);
  const auto narrow = holed(89, 90);
  const auto elsewhere = stamped(narrow);
  good(narrow, elsewhere, "attestation-hole-narrow");
  EXPECT_EQ(elsewhere.value().pages, 2U);
}

TEST_F(Stamp, C12_WhatAPageLeavesBehindDoesNotTouchTheStamp) {
  // Open text object, saved states, a clip to nothing, a scale: none of it reaches the stamp.
  for (const auto* content :
       {"q q 3 0 0 3 0 0 cm BT /Helv 9 Tf 10 200 Td (xin) Tj", "0 0 1 1 re W n q", "Q Q q"}) {
    SCOPED_TRACE(content);
    const auto document = pages({{.content = content}});
    good(document, stamped(document), "attestation-unbalanced");
  }
}

TEST_F(Stamp, C12_AnIncompletePictureMeansAPageOfItsOwn) {
  pictures_.complete = false;
  const auto document = pages({{.content = lines_down_to(700)}});
  const auto made = stamped(document);
  EXPECT_EQ(made.value().pages, 2U);
}

TEST_F(Stamp, C13_SizeAndColourAreTheOfficesToChoose) {
  const auto document = pages({{.content = lines_down_to(600)}});
  good(document, stamped(document, {.size_pt = 16, .rgb = 0x0000FF}), "attestation-blue-16");
  EXPECT_EQ(code_of(stamped(document, {.size_pt = 17, .rgb = 0})), Code::kLayoutValueFormat);
  EXPECT_EQ(code_of(stamped(document, {.size_pt = 9, .rgb = 0})), Code::kLayoutValueFormat);
}

TEST_F(Stamp, ASignedOrEncryptedDocumentIsNotWrittenOn) {
  const auto encrypted =
      read_file(ANTIN_SOURCE_DIR "/tests/vectors/structure/encrypted-aes-256.pdf");
  EXPECT_EQ(code_of(stamped(to_bytes(encrypted))), Code::kPermissionDenied);
}

TEST_F(Stamp, EveryStructureOfFilesKeepsItsOctets) {
  for (const auto* name :
       {"xref-stream", "linearized-object-streams", "media-box-inherited", "deep-page-tree"}) {
    SCOPED_TRACE(name);
    const auto document = to_bytes(
        read_file(std::string{ANTIN_SOURCE_DIR "/tests/vectors/structure/"} + name + ".pdf"));
    const auto made = stamped(document);
    good(document, made, std::string{"attestation-structure-"} + name);
  }
}

TEST_F(Stamp, R17_QrCodeIsReadByAStockReader) {
  const std::string address = "https://tra-cuu.example.vn/v/7KQ4M2ZP9XW3TR8B";
  const auto document = pages({{.content = lines_down_to(690)}, {.content = lines_down_to(400)}});
  auto shifted = pages({{.content = "1 0 0 1 20 -60 cm " + lines_down_to(690)}});
  for (const auto& file : {document, shifted}) {
    const auto made = stamped(file, {}, address);
    const auto whole = good(file, made, "attestation-qr");
    const auto* qr = place_named(made.value(), "qr");
    ASSERT_NE(qr, nullptr);
    const fakes::TempFolder folder{"qr"};
    std::ofstream{folder.path() + "/file.pdf", std::ios::binary} << as_text(whole);
    fakes::output_of("pdftoppm -r 200 -gray -f " + std::to_string(qr->page) + " -singlefile " +
                     folder.path() + "/file.pdf " + folder.path() + "/p");
    EXPECT_EQ(fakes::output_of("zbarimg -q --raw " + folder.path() + "/p.pgm 2>/dev/null"),
              address + "\n");
  }
}

/// Blank pages of any size, as the test wants them to look the first and the second time.
class MadePictures final : public PagePictures {
 public:
  explicit MadePictures(std::uint32_t height) : height_(height) {}
  Result<Picture> draw(const SharedBytes&, std::size_t, unsigned dpi) override {
    pdf::picture::Raster raster{1241, height_, static_cast<double>(dpi), {}};
    raster.rgb.assign(std::size_t{3} * raster.width * raster.height, 255);
    if (drawn_++ > 0) raster.rgb[0] = 254;
    return Picture{std::move(raster), true};
  }

 private:
  std::uint32_t height_;
  int drawn_ = 0;
};

TEST_F(Stamp, C12_OneChangedPixelOutsideOfTheBoxStopsIt) {
  const auto document = pages({{}});
  const auto with = [&](std::uint32_t height) {
    MadePictures pictures{height};
    return code_of(stamp(attested(document), pictures, random_));
  };
  EXPECT_EQ(with(1754), Code::kLayoutCovered);
  EXPECT_EQ(with(1700), Code::kLayoutPicture);
}

TEST_F(Stamp, C11_ALineIsNeverBroken) {
  auto data = attestation_data();
  data.values["ho_ten"] = std::string(60, 'M');
  const auto document = pages({{}});
  auto asked = attested(document);
  asked.data = data;
  const auto made = stamp(asked, pictures_, random_);
  EXPECT_EQ(code_of(made), Code::kLayoutTooLarge);
}

TEST_F(Stamp, R17_QrContentIsAnAddressOrFourParts) {
  EXPECT_TRUE(qr_square("https://tra-cuu.example.vn/v/7KQ4M2ZP9XW3TR8B"));
  EXPECT_TRUE(qr_square("000.H55-1|2.000815|012345678901|Giấy khai sinh"));
  for (const auto& content : {std::string{"Nguyễn Văn A"}, std::string{"a|b|c"},
                              std::string{"a||c|d"}, std::string{"https://a b"},
                              "https://" + std::string(400, 'a'), std::string{"javascript:1"}})
    EXPECT_EQ(code_of(qr_square(content)), Code::kLayoutQrContent) << content;
  const auto square = qr_square("https://a.vn/v/1").value();
  EXPECT_GE(square.size_mm, 20);
}

TEST_F(Stamp, R17_R04_TheQrCodeKeepsOutOfTheLineOfACopy) {
  // Of a small page the line takes most of the width.
  const auto document = pages({{.media = "[0 0 297.6 419.5]"}});
  const auto top = [&](double keep_mm) {
    auto asked = asked_of(document);
    asked.qr = "https://a.vn/v/1";
    asked.keep_top_mm = keep_mm;
    const auto made = stamp(asked, pictures_, random_);
    EXPECT_TRUE(made) << to_log_line(made.error());
    const auto* qr = made ? place_named(made.value(), "qr") : nullptr;
    return qr == nullptr ? -1 : qr->y_mm;
  };
  EXPECT_GE(top(19), 18.8);  // but for a pixel
  EXPECT_LT(top(0), 19);
  EXPECT_GE(top(0), 0);
}

TEST_F(Stamp, R17_QrCodeWithoutAnyRoomIsRefused) {
  const auto document = pages({{.content = "0 g 0 0 600 850 re f"}});
  auto asked = asked_of(document);
  asked.qr = "https://a.vn/v/1";
  const auto made = stamp(asked, pictures_, random_);
  EXPECT_EQ(code_of(made), Code::kLayoutNoRoom);
}

}  // namespace
}  // namespace antin::service::layout
