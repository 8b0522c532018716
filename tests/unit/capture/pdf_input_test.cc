#include "tests/unit/capture/support.h"

namespace antin::service::capture {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Bytes scan() {
  static const Bytes kPicture = jpeg(sheet(kColumns, kRows, 1));
  return kPicture;
}

Captured of(ScanPdf pdf) {
  if (pdf.data.empty()) pdf.data = scan();
  return made(request({finished(scan_pdf(pdf))}));
}

TEST(PdfInput, R06_AScanIsKeptOctetForOctet) {
  ScanPdf pdf;
  pdf.data = scan();
  const auto file = finished(scan_pdf(pdf));
  const auto captured = made(request({file}));
  EXPECT_THAT(errors(captured), IsEmpty());
  EXPECT_TRUE(captured.kept);
  EXPECT_EQ(as_text(captured.document.view()), as_text(ByteView(file)));
  EXPECT_NEAR(captured.pages.at(0).dpi_x, 200, 0.1);
  // The picture is the same as in a file of its own.
  EXPECT_EQ(captured.pages[0].sha256, made(request({scan()})).pages.at(0).sha256);
}

TEST(PdfInput, R06_ComplainsOfVersionFillScaleAndWhatLiesOnTop) {
  EXPECT_THAT(errors(of({.version = "1.3"})), ElementsAre("capture.version"));
  EXPECT_THAT(errors(of({.version = "1.4"})), IsEmpty());
  // A picture of A6 on a page of A5: too small; hanging over the page: cut off.
  EXPECT_THAT(errors(of({.box = "0 0 419.4 595"})), ElementsAre("capture.not_filled"));
  EXPECT_THAT(errors(of({.box = "0 0 250 419.4"})), ElementsAre("capture.not_filled"));
  EXPECT_THAT(errors(of({.box = "0 0 300 421"})), IsEmpty());
  // Twice as large as it was: 100 dpi.
  EXPECT_THAT(errors(of({.matrix = "595.44 0 0 838.8 0 0", .box = "0 0 595.44 838.8"})),
              ElementsAre("capture.dpi"));
  EXPECT_THAT(errors(of({.page = "/Annots[<</Subtype/Square/Rect[10 10 90 90]/F 4>>]"})),
              ElementsAre("capture.marks_over"));
  const auto text = of({.content = "BT /F1 20 Tf 50 50 Td (added) Tj ET"});
  EXPECT_THAT(codes(text, Severity::kWarning), Contains("capture.text_over"));
  // Recognised text is invisible.
  const auto recognised = of({.content = "BT 3 Tr /F1 20 Tf 50 50 Td (read) Tj ET"});
  EXPECT_EQ(find(recognised, Code::kCaptureTextOver), nullptr);
}

TEST(PdfInput, R06_APageWithoutAPictureIsNoScan) {
  auto pdf = PdfBuilder::document(1);
  pdf.finish_table("/Root 1 0 R");
  EXPECT_THAT(errors(made(request({to_bytes(pdf.text())}))), ElementsAre("capture.no_picture"));
}

TEST(PdfInput, R06_SeesThroughSamplesOfEveryKind) {
  const auto pixels = sheet(kColumns, kRows, 1);
  const auto expected = made(request({png(pixels)})).pages.at(0).sha256;
  EXPECT_EQ(of({.image = "/ColorSpace/DeviceRGB/BitsPerComponent 8", .data = pixels.octets})
                .pages.at(0)
                .sha256,
            expected);
  auto inverse = pixels.octets;
  for (auto& octet : inverse) octet = static_cast<std::uint8_t>(255 - octet);
  EXPECT_EQ(
      of({.image = "/ColorSpace/DeviceRGB/BitsPerComponent 8/Decode[1 0 1 0 1 0]", .data = inverse})
          .pages.at(0)
          .sha256,
      expected);
  const auto bits = test::bilevel(pixels);
  EXPECT_THAT(
      errors(of({.image = "/ColorSpace[/Indexed/DeviceRGB 1<FFFFFF000000>]/BitsPerComponent 1",
                 .data = bits.octets})),
      ElementsAre("capture.bilevel"));
  // Read by others, not here: said so, nothing is guessed.
  const auto jpx = of({.image = "/Filter/JPXDecode", .data = to_bytes("not looked into")});
  EXPECT_THAT(codes(jpx, Severity::kWarning), ElementsAre("capture.not_looked"));
  EXPECT_FALSE(jpx.pages.at(0).looked);
  EXPECT_EQ(jpx.pages.at(0).sha256.size(), 32U);
}

TEST(PdfInput, APictureThatIsNotWhatItClaimsIsRefused) {
  // Twice the pixels in the dictionary: it would look like 400 dpi.
  ScanPdf lie;
  lie.data = scan();
  lie.columns = 2 * kColumns;
  lie.rows = 2 * kRows;
  EXPECT_EQ(refused(request({finished(scan_pdf(lie))})), Code::kCaptureDamaged);
  ScanPdf cut;
  cut.data = scan();
  cut.data.resize(cut.data.size() / 2);
  EXPECT_EQ(refused(request({finished(scan_pdf(cut))})), Code::kCaptureDamaged);
  ScanPdf brief;
  brief.image = "/ColorSpace/DeviceRGB/BitsPerComponent 8";
  brief.data = Bytes(1'000);
  EXPECT_EQ(refused(request({finished(scan_pdf(brief))})), Code::kCaptureDamaged);
  ScanPdf bomb;
  bomb.data = scan();
  bomb.columns = bomb.rows = 60'000;
  EXPECT_EQ(refused(request({finished(scan_pdf(bomb))})), Code::kCaptureTooLarge);
}

TEST(PdfInput, C04_R05_ASignedFileIsNoScanUnlessTheOfficerSaysSo) {
  ScanPdf pdf;
  pdf.data = scan();
  pdf.page = "/Annots[7 0 R]";
  auto builder = scan_pdf(pdf);
  builder.put(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[7 0 R]/SigFlags 3>>>>");
  builder.put(7, "<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/Rect[0 0 0 0]/F 132/V 8 0 R/P 3 0 R>>");
  builder.put_signature(8);
  builder.finish_table("/Root 1 0 R").finish_signature();
  auto asked = request({to_bytes(builder.text())});
  EXPECT_EQ(refused(asked), Code::kOriginalSigned);
  EXPECT_EQ(sentence(Code::kOriginalSigned, Language::kVietnamese),
            "Tệp đã có chữ ký số: đây là bản điện tử gốc, không chứng thực từ bản chính giấy.");
  asked.declared.signed_input = Declared::SignedInput::kNeverCopied;
  EXPECT_EQ(refused(asked), Code::kCopyOfElectronic);
  asked.declared.signed_input = Declared::SignedInput::kConfirmedScan;
  const auto confirmed = made(asked);
  EXPECT_NE(find(confirmed, Code::kCaptureConfirmedScan), nullptr);
  EXPECT_TRUE(confirmed.kept);
}

TEST(PdfInput, S18_ActiveContentIsRefused) {
  ScanPdf pdf;
  pdf.data = scan();
  auto builder = scan_pdf(pdf);
  builder.put(1, "<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert)>>>>");
  builder.finish_table("/Root 1 0 R");
  EXPECT_EQ(refused(request({to_bytes(builder.text())})), Code::kHygieneJavascript);
}

TEST(PdfInput, TogetherWithPicturesOnlyWhatIsDrawnComesAlong) {
  ScanPdf pdf;
  pdf.data = scan();
  pdf.page = "/Annots[<</Subtype/Text/Contents(a note to nobody)/Rect[10 10 90 90]/F 2>>]";
  const auto other = jpeg(sheet(kColumns, kRows, 2));
  auto asked = request({finished(scan_pdf(pdf)), other});
  asked.pages = {{1, 0, 0}, {0, 0, 90}};
  const auto captured = made(asked);
  EXPECT_THAT(errors(captured), IsEmpty());
  EXPECT_FALSE(captured.kept);
  EXPECT_TRUE(holds(captured.document, other));
  EXPECT_TRUE(holds(captured.document, scan()));
  EXPECT_FALSE(holds(captured.document, as_bytes("a note to nobody")));
  EXPECT_NEAR(captured.pages.at(1).width_mm, captured.pages.at(0).height_mm, 0.1);
  EXPECT_EQ(as_text(made(asked).document.view()), as_text(captured.document.view()));
}

TEST(PdfInput, APageLeftOutLeavesNothingBehind) {
  // Two pages that share their resources, as some scanners write them.
  const auto first = jpeg(sheet(kColumns, kRows, 1)), second = jpeg(sheet(kColumns, kRows, 2));
  PdfBuilder pdf;
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>");
  pdf.put(2,
          "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 297.72 419.4]/Resources 9 0 R>>");
  pdf.put(3, "<</Type/Page/Parent 2 0 R/Contents 5 0 R>>");
  pdf.put(4, "<</Type/Page/Parent 2 0 R/Contents 6 0 R>>");
  pdf.put_stream(5, "", "q 297.72 0 0 419.4 0 0 cm /A Do Q");
  pdf.put_stream(6, "", "q 297.72 0 0 419.4 0 0 cm /B Do Q");
  const std::string image =
      "/Type/XObject/Subtype/Image/Width 827/Height 1165/ColorSpace/DeviceRGB/BitsPerComponent 8"
      "/Filter/DCTDecode";
  pdf.put_stream(7, image, as_text(ByteView(first)));
  pdf.put_stream(8, image, as_text(ByteView(second)));
  pdf.put(9, "<</XObject<</A 7 0 R/B 8 0 R>>>>");
  pdf.finish_table("/Root 1 0 R");
  auto asked = request({to_bytes(pdf.text())});
  EXPECT_TRUE(made(asked).kept);
  asked.pages = {{0, 1, 0}};
  const auto captured = made(asked);
  EXPECT_TRUE(holds(captured.document, second));
  EXPECT_FALSE(holds(captured.document, first));
  EXPECT_THAT(codes(captured, Severity::kWarning), Contains("capture.left_out"));
}

TEST(PdfInput, StripsOfOneScanAreOnePicture) {
  const auto pixels = sheet(kColumns, kRows, 1);
  const std::size_t row = kColumns * 3;
  constexpr std::size_t kUpper = 600;
  PdfBuilder pdf;
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>").put(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
  pdf.put(3,
          "<</Type/Page/Parent 2 0 R/MediaBox[0 0 297.72 419.4]"
          "/Resources<</XObject<</A 5 0 R/B 6 0 R>>>>/Contents 4 0 R>>");
  pdf.put_stream(4, "", "q 297.72 0 0 203.4 0 0 cm /B Do Q q 297.72 0 0 216 0 203.4 cm /A Do Q");
  const std::string image =
      "/Type/XObject/Subtype/Image/Width 827/ColorSpace/DeviceRGB/BitsPerComponent 8/Height ";
  const auto all = as_text(ByteView(pixels.octets));
  pdf.put_stream(5, image + "600", all.substr(0, kUpper * row));
  pdf.put_stream(6, image + "565", all.substr(kUpper * row));
  pdf.finish_table("/Root 1 0 R");
  const auto captured = made(request({to_bytes(pdf.text())}));
  EXPECT_THAT(errors(captured), IsEmpty());
  EXPECT_EQ(captured.pages.at(0).sha256, made(request({png(pixels)})).pages.at(0).sha256);
}

}  // namespace
}  // namespace antin::service::capture
